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

/** What a fold takes in memory of what it takes as a file, where less of it is written than can be computed again. */
const MEMORY_OF_SAVED = 5
/** All of them together, unless given. */
const mostBytes = () => Math.min(2 * 2 ** 30, totalmem() / 4)

/**
 * Folds of programs where they can be gone on with, in this process's memory: one from a file is judged anew, which takes a third of a
 * proof at the tip. So many as there is room for; who came first stays, for programs take turns.
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
