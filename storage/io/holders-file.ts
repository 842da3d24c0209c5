import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { errorCode } from '../../src/lib/index.ts'
import { diskFiles, readRegular, writeAtomic } from '../../src/lib/io/index.ts'
import { HolderLog, type SeenHolder } from '../replica/holder-log.ts'

const MAX_BYTES = 4 << 20
const MAX_PARTITIONS = 1_000

const seen = z.strictObject({ peer: z.string().min(1).max(128), height: z.int().min(0).max(0xffff_ffff) })
const schema = z.array(z.tuple([z.int().min(0).max(0xffff_ffff), z.array(seen).max(1_000)])).max(MAX_PARTITIONS)

/** Who was seen to keep what, in a file, so that a later run knows who has fallen silent. */
export class HoldersFile {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** Empty where there is none yet; what is damaged is begun anew, for it fills itself again. Throws E_IO. */
  async load(): Promise<HolderLog> {
    const bytes = await readRegular(this.#path, MAX_BYTES).catch((error) => {
      if (errorCode(error) === 'ENOENT') return null
      throw error
    })
    if (bytes === null) return new HolderLog()
    try {
      return new HolderLog(schema.parse(JSON.parse(new TextDecoder().decode(bytes))))
    } catch {
      return new HolderLog()
    }
  }

  /** As much as is read again, the newest first. Throws E_DISK_FULL or E_IO. */
  async save(log: HolderLog): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
    await writeAtomic(diskFiles, this.#path, new TextEncoder().encode(JSON.stringify(readable(log.entries()))))
  }
}

/** Of all partitions those in which somebody answered last. */
function readable(entries: readonly [number, SeenHolder[]][]): [number, SeenHolder[]][] {
  const last = ([, [first]]: [number, SeenHolder[]]) => first?.height ?? -1
  const newest = [...entries].sort((a, b) => last(b) - last(a)).slice(0, MAX_PARTITIONS)
  let bytes = 2
  const beyond = newest.findIndex((entry) => {
    bytes += Buffer.byteLength(JSON.stringify(entry)) + 1
    return bytes > MAX_BYTES
  })
  return beyond === -1 ? newest : newest.slice(0, beyond)
}
