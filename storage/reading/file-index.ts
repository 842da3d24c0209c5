import { type BlobRange, type Manifest, type ManifestFile, rangesBetween } from '../manifest/manifest.ts'

/** A manifest whose files are found by their paths, and their bytes by their numbers, without a look at all of them. */
export class FileIndex {
  readonly manifest: Manifest
  readonly #numbers: ReadonlyMap<string, number>
  /** Where each file, and each blob, begins in all of the content. */
  readonly #starts: Float64Array
  readonly #blobStarts: Float64Array
  readonly #checked = new Set<number>()

  constructor(manifest: Manifest) {
    const { files, blobs } = manifest
    this.manifest = manifest
    this.#numbers = new Map(files.map(({ path }, number) => [path, number]))
    this.#starts = startsOf(files.map(({ size }) => size))
    this.#blobStarts = startsOf(blobs.map(({ length }) => length))
  }

  file(number: number): ManifestFile {
    const file = this.manifest.files[number]
    if (file === undefined) throw new RangeError(`there is no file ${number}`)
    return file
  }

  /** Null where nothing has this path; a folder has none of its own. */
  find(path: string): number | null {
    return this.#numbers.get(path) ?? null
  }

  /** Where bytes `start` … `end` − 1 of a file are, in order. */
  ranges(number: number, start: number, end: number): BlobRange[] {
    const from = this.#starts[number] as number
    const first = this.#blobAt(from + start)
    const at = { first, start: this.#blobStarts[first] ?? 0 }
    return rangesBetween(this.manifest.blobs, from + start, from + end, at)
  }

  /** Whether a file's SHA-256 was compared with what the manifest names. */
  isChecked(number: number): boolean {
    return this.#checked.has(number)
  }

  setChecked(number: number): void {
    this.#checked.add(number)
  }

  /** Number of the last blob that begins at or before this byte of the content. */
  #blobAt(position: number): number {
    let [low, high] = [0, this.#blobStarts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((this.#blobStarts[middle] as number) <= position) low = middle
      else high = middle
    }
    return low
  }
}

/** Sums of all lengths before each. */
function startsOf(lengths: readonly number[]): Float64Array {
  const starts = new Float64Array(lengths.length)
  for (let number = 1; number < lengths.length; number++) {
    starts[number] = (starts[number - 1] as number) + (lengths[number - 1] as number)
  }
  return starts
}
