import { concatBytes } from '../../lib/index.ts'
import { VerifierError } from './verifier-error.ts'

/** No verifying key is longer (`folding/src/key.rs`), nor the WebAssembly that reads it. */
export const MAX_KEY_BYTES = 64 * 1024 * 1024

/** A file of the verifier: its bytes, or where to fetch it. */
export type FileSource =
  | Uint8Array
  | {
      readonly url: string
      /** As in the HTML attribute: `sha384-…`. Whoever fetches from elsewhere than its own origin should give it. */
      readonly integrity?: string
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
    return await readBody(response)
  } catch (cause) {
    if (signal?.aborted) throw new VerifierError('E_ABORTED', 'interrupted', { cause })
    const why = integrity === undefined ? '' : ' (or it is not the file with the expected hash)'
    const name = url.slice(url.lastIndexOf('/') + 1)
    throw new VerifierError('E_FETCH', `${name} cannot be fetched${why}: ${(cause as Error).message}`, { cause })
  }
}

/** All of the body, counted while it comes: what the header says of its length can refuse it, not vouch for it. */
async function readBody(response: Response): Promise<Uint8Array> {
  const reader = response.body?.getReader()
  if (reader === undefined) return new Uint8Array()
  const chunks: Uint8Array[] = []
  const told = Number(response.headers.get('content-length'))
  let length = told > MAX_KEY_BYTES ? told : 0
  while (length <= MAX_KEY_BYTES) {
    const { done, value } = await reader.read()
    if (done) return concatBytes(...chunks)
    length += value.length
    chunks.push(value)
  }
  await reader.cancel()
  throw new Error(`it is longer than ${MAX_KEY_BYTES} bytes`)
}
