import { ed25519 } from '@noble/curves/ed25519.js'
import { type NetworkParams, networkHash } from '../../bitcoin/index.ts'
import {
  bytesToHex,
  concatBytes,
  hexToBytes,
  type Result,
  readUint32,
  rejection,
  uint32Bytes,
} from '../../lib/index.ts'

/** Programs that one peer announces at most. */
const MAX_ANNOUNCED = 256

const [KEY, ID, SIGNATURE] = [32, 32, 64]

/** Bytes of the longest announcement. */
export const MAX_ANNOUNCEMENT_BYTES: number = KEY + 4 + MAX_ANNOUNCED * ID + SIGNATURE

/** Which programs a peer proves and listens to, as it said at a height. */
export interface Announcement {
  /** Its Ed25519 key, 64 hex digits. */
  readonly peer: string
  /** Of the chain as the peer saw it. */
  readonly height: number
  /** Ids, 64 hex digits each, in rising order. */
  readonly programs: readonly string[]
  /** Of the peer's key, 64 bytes. */
  readonly signature: Uint8Array
}

type Unsigned = Omit<Announcement, 'signature'>

const PREFIX = new TextEncoder().encode('wsc/serves')

/** Key (32), height (4, little-endian), ids (32 each). */
function said({ peer, height, programs }: Unsigned): Uint8Array {
  return concatBytes(hexToBytes(peer), uint32Bytes(height), ...programs.map(hexToBytes))
}

function signed(params: NetworkParams, announcement: Unsigned): Uint8Array {
  return concatBytes(PREFIX, networkHash(params), said(announcement))
}

/** Signs which programs a peer serves, in whatever order they are given. */
export function announce(
  params: NetworkParams,
  secretKey: Uint8Array,
  { height, programs }: { readonly height: number; readonly programs: Iterable<string> },
): Announcement {
  const peer = bytesToHex(ed25519.getPublicKey(secretKey))
  const announcement = { peer, height, programs: [...new Set(programs)].sort() }
  if (announcement.programs.length > MAX_ANNOUNCED) throw new RangeError(`more than ${MAX_ANNOUNCED} programs`)
  return { ...announcement, signature: ed25519.sign(signed(params, announcement), secretKey) }
}

/** By the rules of RFC 8032, strictly. */
export function announcementHolds(params: NetworkParams, announcement: Announcement): boolean {
  try {
    const { peer, signature } = announcement
    return ed25519.verify(signature, signed(params, announcement), hexToBytes(peer), { zip215: false })
  } catch {
    return false
  }
}

export function encodeAnnouncement(announcement: Announcement): Uint8Array {
  return concatBytes(said(announcement), announcement.signature)
}

/** Reads one in the one form that it has; its signature is not judged yet. */
export function decodeAnnouncement(bytes: Uint8Array): Result<{ readonly value: Announcement }, 'malformed'> {
  const ids = bytes.length - KEY - 4 - SIGNATURE
  if (ids < 0 || ids % ID !== 0 || bytes.length > MAX_ANNOUNCEMENT_BYTES) {
    return rejection('malformed', `${bytes.length} bytes announce nothing`)
  }
  const at = (i: number) => bytesToHex(bytes.subarray(KEY + 4 + ID * i, KEY + 4 + ID * (i + 1)))
  const programs = Array.from({ length: ids / ID }, (_, i) => at(i))
  if (programs.some((id, i) => i > 0 && id <= (programs[i - 1] as string))) {
    return rejection('malformed', 'programs that are not in rising order')
  }
  const peer = bytesToHex(bytes.subarray(0, KEY))
  const signature = bytes.slice(bytes.length - SIGNATURE)
  return { ok: true, value: { peer, height: readUint32(bytes, KEY), programs, signature } }
}
