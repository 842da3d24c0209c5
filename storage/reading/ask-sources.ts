import { type Result, rejection, throwIfAborted } from '../../src/lib/index.ts'
import type { BlobSource } from './source.ts'

/** Why a blob, or a piece of it, cannot be had. */
export type BlobReject =
  /** No source has it. */
  | 'not-found'
  /** What sources gave is not what its id stands for. */
  | 'not-verified'
  /** No source could be reached. */
  | 'unreachable'

/** What one source did wrong. */
export interface SourceFault {
  /** Name of the source. */
  readonly source: string
  readonly reject: Exclude<BlobReject, 'not-found'>
  readonly detail: string
}

/** A question to any source, and what is wrong with an answer; null where nothing is. */
export interface Question<T> {
  /** What is asked for, for people. */
  readonly what: string
  ask(source: BlobSource): Promise<T | null>
  wrong(answer: T): Promise<string | null>
}

export interface AskedOptions {
  /** Hears of every source that lied or could not be reached. */
  readonly onFault?: ((fault: SourceFault) => void) | undefined
  /** One that cannot be reached so often in a row is asked no more; for ever unless given. */
  readonly giveUpAfter?: number | undefined
}

/** Sources asked in order, of which one that failed is asked last from then on. */
export class AskedSources {
  readonly #options: AskedOptions
  readonly #silent = new Map<BlobSource, number>()
  #sources: readonly BlobSource[]

  constructor(sources: readonly BlobSource[], options: AskedOptions = {}) {
    this.#sources = sources
    this.#options = options
  }

  /** The same sources for many questions in a row: whoever is away is not waited for at each. */
  forManyQuestions(): AskedSources {
    return new AskedSources(this.#sources, { ...this.#options, giveUpAfter: 2 })
  }

  /** The first answer that holds. */
  async first<T extends object>(
    { what, ask, wrong }: Question<T>,
    signal: AbortSignal | undefined,
  ): Promise<Result<{ readonly value: T }, BlobReject>> {
    const faults: SourceFault[] = []
    const failed = (source: BlobSource, reject: SourceFault['reject'], detail: string) => {
      const fault = { source: source.name, reject, detail }
      faults.push(fault)
      this.#askLast(source, reject)
      this.#options.onFault?.(fault)
    }
    for (const source of this.#sources) {
      throwIfAborted(signal)
      let answer: T | null
      try {
        answer = await ask(source)
      } catch (error) {
        throwIfAborted(signal)
        failed(source, 'unreachable', error instanceof Error ? error.message : String(error))
        continue
      }
      this.#silent.delete(source)
      if (answer === null) continue
      const detail = await wrong(answer)
      if (detail === null) return { ok: true, value: answer }
      failed(source, 'not-verified', detail)
    }
    const worst = faults.find(({ reject }) => reject === 'not-verified') ?? faults[0]
    if (worst === undefined) return rejection('not-found', `nobody that was asked has ${what}`)
    return rejection(worst.reject, `${what}, from ${worst.source}: ${worst.detail}`)
  }

  #askLast(source: BlobSource, reject: SourceFault['reject']): void {
    const others = this.#sources.filter((one) => one !== source)
    const times = reject === 'unreachable' ? (this.#silent.get(source) ?? 0) + 1 : 0
    this.#silent.set(source, times)
    this.#sources = times < (this.#options.giveUpAfter ?? Number.POSITIVE_INFINITY) ? [...others, source] : others
  }
}
