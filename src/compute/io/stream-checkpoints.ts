import { join } from 'node:path'
import { bytesToHex, equalBytes } from '../../lib/index.ts'
import { diskFiles, type Files, PARTIAL, writeAtomic } from '../../lib/io/index.ts'
import {
  decodeCheckpoint,
  encodeCheckpoint,
  MAX_CHECKPOINT_BYTES,
  type StreamCheckpoint,
} from '../stream/checkpoint.ts'

/** Of one program: the newest, and one for a reorg that reaches below it. */
const KEPT = 2
const NAME = /^([0-9]{1,10})\.checkpoint$/

/** Where streams can be gone on with: a folder with some files for each program. */
export class StreamCheckpoints {
  readonly #folder: string
  readonly #files: Files

  constructor(folder: string, files: Files = diskFiles) {
    this.#folder = folder
    this.#files = files
  }

  /** Those of a program up to a height, newest first. What cannot be read is removed, and is none. */
  async *below(program: Uint8Array, from: number, to: number): AsyncGenerator<StreamCheckpoint, void> {
    const folder = this.#of(program)
    for (const height of await this.#heights(folder)) {
      if (height > to) continue
      const path = join(folder, `${height}.checkpoint`)
      const bytes = await this.#files.read(path, MAX_CHECKPOINT_BYTES).catch(() => null)
      const read = bytes === null ? null : decodeCheckpoint(bytes)
      const isIts =
        read?.ok === true && equalBytes(read.checkpoint.program, program) && read.checkpoint.height === height
      if (!isIts) await this.#files.remove(path)
      else if (read.checkpoint.from === from) yield read.checkpoint
    }
  }

  /** Keeps one, and removes older ones than are needed. Throws E_DISK_FULL or E_IO. */
  async keep(checkpoint: StreamCheckpoint): Promise<void> {
    const folder = this.#of(checkpoint.program)
    await this.#files.makeDir(folder)
    await writeAtomic(this.#files, join(folder, `${checkpoint.height}.checkpoint`), encodeCheckpoint(checkpoint))
    for (const height of (await this.#heights(folder)).slice(KEPT)) {
      await this.#files.remove(join(folder, `${height}.checkpoint`))
    }
  }

  /** One that the chain has left, or that does not hold. */
  async remove({ program, height }: StreamCheckpoint): Promise<void> {
    await this.#files.remove(join(this.#of(program), `${height}.checkpoint`))
  }

  #of(program: Uint8Array): string {
    return join(this.#folder, bytesToHex(program))
  }

  /** Falling. */
  async #heights(folder: string): Promise<number[]> {
    const names = await this.#files.list(folder).catch(() => [])
    // What a kill has left half-written.
    for (const name of names) if (name.endsWith(PARTIAL)) await this.#files.remove(join(folder, name))
    const heights = names.flatMap((name) => NAME.exec(name)?.slice(1, 2) ?? [])
    return heights.map(Number).sort((a, b) => b - a)
  }
}
