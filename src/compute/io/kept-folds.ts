import { totalmem } from 'node:os'
import { sameHash } from '../../bitcoin/index.ts'
import type { PlacedHeader } from '../../bitcoin/io/index.ts'
import type { HeaderSource } from '../../bus/io/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import type { Fold } from '../../proving/index.ts'
import type { StreamState } from '../stream/header-stream.ts'

/** A run of a stream as far as it has come. */
export interface Reached {
  readonly state: StreamState
  readonly log: readonly bigint[]
  readonly steps: number
  /** Headers taken, and the last of them. */
  readonly taken: number
  readonly last: PlacedHeader | undefined
}

/** A fold, and what it has come to. */
export interface Left {
  readonly fold: Fold
  readonly at: Reached
}

/** A fold takes so many times its file's bytes in memory: what can be computed again is not written. */
const MEMORY_OF_SAVED = 5
/** Bytes that all folds together may take, unless given. */
const mostBytes = () => Math.min(2 * 2 ** 30, totalmem() / 4)

/**
 * Keeps for each program, in this process's memory, the fold that its next proof goes on from. A fold that is read from a file is
 * verified first, which takes a third of the time of a proof at the tip. Where there is no room for one more, it is not kept and those
 * that are there stay: programs take turns, so the one that was dropped would be needed before the new one.
 */
export class KeptFolds {
  readonly #most: number
  readonly #kept = new Map<string, Left & { readonly from: number; readonly bytes: number }>()
  #bytes = 0

  constructor(most: number = mostBytes()) {
    this.#most = most
  }

  /** Keeps where this fold, whose file has so many bytes, is now; in the place of an earlier one of the program. */
  async keep(program: Uint8Array, from: number, { fold, at }: Left, saved: number): Promise<void> {
    const id = bytesToHex(program)
    const bytes = saved * MEMORY_OF_SAVED
    const forked = await fold.fork()
    this.#drop(id)
    if (this.#bytes + bytes > this.#most) return
    this.#bytes += bytes
    this.#kept.set(id, { fold: forked, at, from, bytes })
  }

  /** One of the program's, up to a height, whose last block is in the chain. */
  async below(
    program: Uint8Array,
    from: number,
    to: number,
    source: HeaderSource,
    signal: AbortSignal | undefined,
  ): Promise<Left | null> {
    const id = bytesToHex(program)
    const kept = this.#kept.get(id)
    const last = kept?.at.last
    if (kept === undefined || last === undefined || kept.from !== from || last.height > to) return null
    const [there] = await source.headers(last.height, 1, signal)
    if (there !== undefined && sameHash(there.hash, last.hash)) return { fold: await kept.fold.fork(), at: kept.at }
    this.#drop(id)
    return null
  }

  clear(): void {
    this.#kept.clear()
    this.#bytes = 0
  }

  #drop(id: string): void {
    this.#bytes -= this.#kept.get(id)?.bytes ?? 0
    this.#kept.delete(id)
  }
}
