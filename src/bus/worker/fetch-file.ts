import { aByteArray, aText, having, type OptionRule, optional, readBody } from '../../lib/index.ts'
import { verifierError } from './verifier-error.ts'

/** No verifying key is longer (`folding/src/bytes.rs`), nor the WebAssembly that reads it. */
export const MAX_KEY_BYTES = 16 * 1024 * 1024

/** A file of the verifier: its bytes, or where to fetch it. */
export type FileSource =
  | Uint8Array
  | {
      readonly url: string
      /** As in the HTML attribute: `sha384-…`. Whoever fetches from elsewhere than its own origin should give it. */
      readonly integrity?: string
    }

/** What a `FileSource` is asked to be where it is given as an option. */
export const aFileSource: OptionRule = {
  what: 'a Uint8Array, or an object with a url',
  holds: (value) =>
    aByteArray.holds(value) || having('a file', { url: aText, integrity: optional(aText) }).holds(value),
}

/** Fetches without credentials; the platform itself refuses bytes that do not match `integrity`. */
export async function fetchFile(source: FileSource, signal?: AbortSignal): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source
  const { url, integrity } = source
  try {
    const response = await fetch(url, {
      credentials: 'omit',
      ...(integrity === undefined ? {} : { integrity }),
      ...(signal === undefined ? {} : { signal }),
    })
    if (!response.ok) throw new Error(`the server answered ${response.status}`)
    const read = await readBody(response, MAX_KEY_BYTES)
    if (!read.ok) throw new Error(`it is longer than ${MAX_KEY_BYTES} bytes`)
    return read.bytes
  } catch (cause) {
    if (signal?.aborted) throw verifierError('E_ABORTED', 'interrupted', { cause })
    const why = integrity === undefined ? '' : ' (or it is not the file with the expected hash)'
    const name = url.slice(url.lastIndexOf('/') + 1)
    throw verifierError('E_FETCH', `${name} cannot be fetched${why}: ${(cause as Error).message}`, { cause })
  }
}
