import { partitionPositions, type StorageParams } from '../../params.ts'
import type { BlobTable } from '../../table/blobs.ts'
import type { ReadyBlob } from './encode-content.ts'

/** A blob that is put, and the partition that it is in, or will be. */
export interface PlacedBlob {
  readonly ready: ReadyBlob
  readonly partition: number
}

/** By the table: those that are not in it yet come next, in the order of their records. */
export function placedBlobs(
  table: Pick<BlobTable, 'entry' | 'placesOf'>,
  blobs: readonly ReadyBlob[],
  params: StorageParams,
): PlacedBlob[] {
  const lacking = blobs.filter(({ id }) => table.entry(id) === null)
  const places = table.placesOf(lacking.map(({ blob }) => blob.shape.chunks))
  const next = new Map(lacking.map(({ id }, i) => [id, places[i] as number]))
  return blobs.map((ready) => {
    const first = table.entry(ready.id)?.first ?? next.get(ready.id) ?? 0
    return { ready, partition: Math.floor(first / partitionPositions(params)) }
  })
}
