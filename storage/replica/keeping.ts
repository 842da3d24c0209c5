import { CHUNK_BYTES } from '../blob/shape.ts'

/** A chunk by its blob's id and its number there. */
export interface ChunkPlace {
  /** 64 hex digits. */
  readonly id: string
  readonly chunk: number
}

/**
 * How the bytes of chunks are kept on a disk. What is kept depends on the blob, the chunk and the keeper alone: it does not
 * move when the table does.
 */
export interface Keeping {
  /** Part of the store's format: what was kept in one way is not read in another. */
  readonly name: string
  /** Bytes that a kept chunk takes. */
  readonly keptBytes: number
  keep(place: ChunkPlace, bytes: Uint8Array): Promise<Uint8Array>
  /** What was kept, as it was; whether it still is, checksums tell beforehand. */
  give(place: ChunkPlace, kept: Uint8Array): Promise<Uint8Array>
}

/** As they are. */
export const rawKeeping: Keeping = {
  name: 'raw',
  keptBytes: CHUNK_BYTES,
  keep: async (_, bytes) => bytes,
  give: async (_, kept) => kept,
}
