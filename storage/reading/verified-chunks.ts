import { equalBytes } from '../../src/lib/index.ts'
import { BoundedCache } from './bounded-cache.ts'
import type { Hasher } from './hasher.ts'
import type { GivenPiece } from './source.ts'

/** Of digests: those of some 60 GB of chunks. */
const MAX_BYTES = 16 << 20
const DIGEST_BYTES = 32

/**
 * The SHA-256 of chunks that were compared with their blob's root. One that comes again, from a disk say, is known by it:
 * that costs a hundredth of hashing its units, and nobody finds other bytes with the same digest.
 */
export class VerifiedChunks {
  readonly #hasher: Hasher
  /** By blob: 32 bytes a chunk, zeros for one that was not seen. */
  readonly #digests = new BoundedCache<Uint8Array>(MAX_BYTES)

  constructor(hasher: Hasher) {
    this.#hasher = hasher
  }

  /** Whether exactly this path and these bytes were verified before. */
  knows(id: string, chunk: number, piece: GivenPiece): boolean {
    const known = this.#digests.get(id)?.subarray(chunk * DIGEST_BYTES, (chunk + 1) * DIGEST_BYTES)
    return known?.some((byte) => byte !== 0) === true && equalBytes(known, this.#digest(piece))
  }

  add(id: string, { chunk, chunks }: { readonly chunk: number; readonly chunks: number }, piece: GivenPiece): void {
    const digests = this.#digests.get(id) ?? new Uint8Array(chunks * DIGEST_BYTES)
    digests.set(this.#digest(piece), chunk * DIGEST_BYTES)
    this.#digests.put(id, digests, digests.length)
  }

  #digest({ path, bytes }: GivenPiece): Uint8Array {
    const hash = this.#hasher()
    hash.update(path)
    hash.update(bytes)
    return hash.digest()
  }
}
