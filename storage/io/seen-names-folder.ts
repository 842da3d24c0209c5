import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../../src/lib/index.ts'
import { diskFiles, ioError } from '../../src/lib/io/index.ts'
import type { NameKey, SeenNames } from '../naming/names.ts'

/** Marks of a name that stay: the greatest, and the one before it. */
const KEPT = 2

/**
 * What was seen of names, in a folder: a later run does not go back behind it either. Each number that was seen is an empty
 * file, `AUTHOR/NAME@NUMBER`, and the greatest counts: so processes that write at the same time need no lock, and a lower
 * number never takes the place of a higher one.
 */
export class SeenNamesFolder implements SeenNames {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async get(key: NameKey): Promise<number | null> {
    return (await this.#marks(key))[0] ?? null
  }

  async put(key: NameKey, seq: number): Promise<void> {
    const folder = join(this.#path, key.author)
    const mark = (number: number) => join(folder, `${key.name}@${number}`)
    try {
      await diskFiles.makeDir(folder)
      await diskFiles.writeSynced(mark(seq), new Uint8Array()).catch((error) => {
        // Another process has seen the same.
        if (errorCode(error) !== 'EEXIST') throw error
      })
      for (const dir of [folder, this.#path]) await diskFiles.syncDir(dir)
      // Whoever lists the folder just now may miss a mark that is being made, and finds the one before it.
      for (const old of (await this.#marks(key)).slice(KEPT)) await diskFiles.remove(mark(old))
    } catch (error) {
      throw ioError(error, folder, 'write')
    }
  }

  /** Numbers that were seen of a name, the greatest first. */
  async #marks({ author, name }: NameKey): Promise<number[]> {
    const folder = join(this.#path, author)
    const files = await readdir(folder).catch((error) => {
      if (errorCode(error) === 'ENOENT') return []
      throw ioError(error, folder, 'read')
    })
    const numbers = files.flatMap((file) => {
      const at = file.lastIndexOf('@')
      const digits = file.slice(at + 1)
      return file.slice(0, at) === name && /^[0-9]{1,16}$/.test(digits) ? [Number(digits)] : []
    })
    return numbers.sort((a, b) => b - a)
  }
}
