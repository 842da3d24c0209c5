import { mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from '../../../src/lib/index.ts'
import { ioError } from '../../../src/lib/io/index.ts'
import { UNITS_A_CHUNK } from '../../blob/shape.ts'
import { CHUNK_PATH_BYTES } from '../../blob/tree.ts'
import { type Keeping, rawKeeping } from '../../replica/keeping.ts'
import { FileStore } from '../file-store.ts'

const ROOTS_BYTES = UNITS_A_CHUNK * 32
/** Before the kept bytes of a slot: the chunk's path, and the roots of its units. */
const PROOF_BYTES = CHUNK_PATH_BYTES + ROOTS_BYTES

/** A file of a blob: its id, and the way of keeping where that is not raw. */
const FILE = /^([0-9a-f]{64})(?:\.[0-9a-z-]+)?$/

/** Bytes of a chunk with all that is kept beside it. */
export function slotBytes({ unitBytes }: Keeping): number {
  return PROOF_BYTES + UNITS_A_CHUNK * unitBytes
}

/** The parts of a slot. */
export function partsOf(slot: Uint8Array) {
  return {
    path: slot.subarray(0, CHUNK_PATH_BYTES),
    unitRoots: slot.subarray(CHUNK_PATH_BYTES, PROOF_BYTES),
    kept: slot.subarray(PROOF_BYTES),
  }
}

/** The files of chunks, one for each blob and way of keeping: in it a slot for each chunk, at its number times its bytes. */
export class ChunkFiles {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** It is on the disk when this resolves. */
  async write(id: string, keeping: Keeping, chunk: number, slot: Uint8Array): Promise<void> {
    await this.#withFile(id, keeping, async (file) => {
      await file.write(chunk * slotBytes(keeping), slot)
      await file.sync()
    })
  }

  /** Null where the disk cannot read it, or the file is shorter. */
  async read(id: string, keeping: Keeping, chunk: number): Promise<Uint8Array | null> {
    const bytes = slotBytes(keeping)
    return await this.#read(id, keeping, chunk * bytes, bytes)
  }

  /** What is kept of one unit, without the rest of its chunk. */
  async readUnit(id: string, keeping: Keeping, unit: number): Promise<Uint8Array | null> {
    const [chunk, at] = [Math.floor(unit / UNITS_A_CHUNK), unit % UNITS_A_CHUNK]
    const place = chunk * slotBytes(keeping) + PROOF_BYTES + at * keeping.unitBytes
    return await this.#read(id, keeping, place, keeping.unitBytes)
  }

  /** Gives back the room behind so many slots. */
  async trim(id: string, keeping: Keeping, slots: number): Promise<void> {
    if (slots === 0) await rm(this.#path(id, keeping), { force: true })
    else await this.#withFile(id, keeping, (file) => file.truncate(slots * slotBytes(keeping)))
  }

  async remove(id: string, ways: readonly Keeping[]): Promise<void> {
    for (const keeping of ways) await rm(this.#path(id, keeping), { force: true })
  }

  /** Removes the files of blobs that are not known; what is no file of a blob is left. */
  async sweep(isKnown: (id: string) => boolean): Promise<void> {
    const folders = await readdir(this.#folder, { withFileTypes: true }).catch(() => [])
    for (const folder of folders) {
      if (!folder.isDirectory()) continue
      for (const name of await readdir(join(this.#folder, folder.name))) {
        const id = FILE.exec(name)?.[1]
        if (id !== undefined && !isKnown(id)) await rm(join(this.#folder, folder.name, name), { force: true })
      }
    }
  }

  async #read(id: string, keeping: Keeping, at: number, length: number): Promise<Uint8Array | null> {
    const file = await this.#toRead(id, keeping)
    try {
      return (await file?.read(at, length).catch(() => null)) ?? null
    } finally {
      await file?.close()
    }
  }

  /** Null where there is none. One that cannot be opened, for want of handles, say, tells nothing of what is in it: thrown. */
  async #toRead(id: string, keeping: Keeping): Promise<FileStore | null> {
    try {
      return await FileStore.toRead(this.#path(id, keeping))
    } catch (error) {
      if (errorCode((error as Error).cause) === 'ENOENT') return null
      throw error
    }
  }

  async #withFile<Value>(id: string, keeping: Keeping, work: (file: FileStore) => Promise<Value>): Promise<Value> {
    const file = await openedFile(this.#path(id, keeping))
    try {
      return await work(file)
    } finally {
      await file.close()
    }
  }

  #path(id: string, { name }: Keeping): string {
    return join(this.#folder, id.slice(0, 2), name === rawKeeping.name ? id : `${id}.${name}`)
  }
}

/** A file and the folder that it is in are made where there are none. */
export async function openedFile(path: string): Promise<FileStore> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw ioError(cause, path)
  }
  return await FileStore.open(path)
}
