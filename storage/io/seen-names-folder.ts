import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { errorCode } from '../../src/lib/index.ts'
import { diskFiles, readRegular, writeAtomic } from '../../src/lib/io/index.ts'
import { storageError } from '../errors.ts'
import type { NameKey, SeenNames } from '../naming/names.ts'

const MAX_BYTES = 16 << 20

const schema = z.record(z.string().regex(/^[0-9a-f]{64}:[a-z0-9.-]{1,63}$/), z.int().min(0))

/** What was seen of names, in a file: a later run does not go back behind it either. */
export class SeenNamesFile implements SeenNames {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async get({ author, name }: NameKey): Promise<number | null> {
    return (await this.#read())[`${author}:${name}`] ?? null
  }

  async put({ author, name }: NameKey, seq: number): Promise<void> {
    const seen = { ...(await this.#read()), [`${author}:${name}`]: seq }
    await mkdir(dirname(this.#path), { recursive: true })
    await writeAtomic(diskFiles, this.#path, new TextEncoder().encode(JSON.stringify(seen)))
  }

  /** Throws E_STORE where it is damaged: to begin anew would forget what must not be gone back behind. */
  async #read(): Promise<z.output<typeof schema>> {
    const bytes = await readRegular(this.#path, MAX_BYTES).catch((error) => {
      if (errorCode(error) === 'ENOENT') return null
      throw error
    })
    if (bytes === null) return {}
    try {
      return schema.parse(JSON.parse(new TextDecoder().decode(bytes)))
    } catch (cause) {
      throw storageError('E_STORE', `${this.#path} is damaged`, { cause })
    }
  }
}
