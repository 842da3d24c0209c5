import type { BlobContent } from '../blob/id.ts'
import type { Piece } from '../blob/verify.ts'

/** A unit or a chunk as a source gives it. */
export type GivenPiece = Pick<Piece, 'bytes' | 'path'>

/**
 * Whoever gives pieces of blobs: a folder of this machine, a gateway, a peer. Nothing that one says is believed: whoever
 * asks verifies it against the blob's id. Blobs are named by their ids, 64 hex digits; null where a source has not what
 * is asked for. It throws where it cannot be reached.
 */
export interface BlobSource {
  /** For people: which one it is. */
  readonly name: string
  /** What the id is the hash of. */
  content(id: string, signal?: AbortSignal): Promise<BlobContent | null>
  chunk(id: string, chunk: number, signal?: AbortSignal): Promise<GivenPiece | null>
  unit(id: string, unit: number, signal?: AbortSignal): Promise<GivenPiece | null>
}
