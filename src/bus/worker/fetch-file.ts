import { VerifierError } from './verifier-error.ts'

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
    return new Uint8Array(await response.arrayBuffer())
  } catch (cause) {
    if (signal?.aborted) throw new VerifierError('E_ABORTED', 'interrupted', { cause })
    const why = integrity === undefined ? '' : ' (or it is not the file with the expected hash)'
    const name = url.slice(url.lastIndexOf('/') + 1)
    throw new VerifierError('E_FETCH', `${name} cannot be fetched${why}: ${(cause as Error).message}`, { cause })
  }
}
