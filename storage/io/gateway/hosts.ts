import { base32 } from 'multiformats/bases/base32'
import { bytesToHex } from '../../../src/lib/index.ts'

/** What a request's `Host` asks of a gateway. */
export type Asked =
  /** Everything under `/web3/`, where nothing active runs. */
  | { readonly kind: 'paths' }
  /** One blob that has an origin of its own. */
  | { readonly kind: 'blob'; readonly id: string }

const ID_BYTES = 32

/** The label of a blob's own host: base32 (RFC 4648, lower case, no padding) of its id, 52 letters. */
export function hostLabel(id: Uint8Array): string {
  return base32.baseEncode(id)
}

/** Null where the request is for another host: some page's name that was made to point here. */
export function askedOf(host: string | undefined, own: string): Asked | null {
  const said = host?.toLowerCase()
  if (said === undefined) return null
  if (said === own) return { kind: 'paths' }
  if (!said.endsWith(`.${own}`)) return null
  const label = said.slice(0, -own.length - 1)
  if (!/^[a-z2-7]{52}$/.test(label)) return null
  const id = base32.baseDecode(label)
  // The last letter has bits to spare: one blob has one host.
  return id.length === ID_BYTES && hostLabel(id) === label ? { kind: 'blob', id: bytesToHex(id) } : null
}
