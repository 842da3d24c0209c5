import { type BlobRange, type Manifest, rangesBetween } from '../../storage/manifest/manifest.ts'

/** Where the bytes of a file are, in order; `number` counts from 0. */
export function rangesOf({ blobs, files }: Manifest, number: number): BlobRange[] {
  const from = files.slice(0, number).reduce((total, { size }) => total + size, 0)
  return rangesBetween(blobs, from, from + (files[number]?.size ?? 0))
}
