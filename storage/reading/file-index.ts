import { type BlobRange, type Manifest, type ManifestFile, rangesBetween } from '../manifest/manifest.ts'

/** A manifest whose files are found by their paths, and their bytes by their numbers, without a look at all of them. */
export class FileIndex {
  readonly manifest: Manifest
  readonly #numbers: ReadonlyMap<string, number>
  /** Where each file begins in all of the content. */
  readonly #starts: Float64Array
  readonly #checked = new Set<number>()

  constructor(manifest: Manifest) {
    const { files } = manifest
    this.manifest = manifest
    this.#numbers = new Map(files.map(({ path }, number) => [path, number]))
    this.#starts = new Float64Array(files.length)
    for (let number = 1; number < files.length; number++) {
      this.#starts[number] = (this.#starts[number - 1] as number) + this.file(number - 1).size
    }
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
    return rangesBetween(this.manifest.blobs, from + start, from + end)
  }

  /** Whether a file's SHA-256 was compared with what the manifest names. */
  isChecked(number: number): boolean {
    return this.#checked.has(number)
  }

  setChecked(number: number): void {
    this.#checked.add(number)
  }
}
