import { type HeaderRejection, toDisplay } from '../../../bitcoin/index.ts'
import { Emitter, type Events, equalBytes, throwIfAborted } from '../../../lib/index.ts'
import type { Fold, FoldEngine, WitnessSource } from '../../../proving/index.ts'
import type { Poseidon } from '../../accumulator.ts'
import { busError } from '../../errors.ts'
import { encodeField } from '../../field.ts'
import { encodeProofFile } from '../../proof-file.ts'
import type { ChainState } from '../../state.ts'
import { packState } from '../../state-vector.ts'
import { type CheckedAhead, checkAhead } from './check-ahead.ts'
import type { CheckpointStore } from './checkpoint-store.ts'
import type { HeaderSource } from './header-source.ts'
import { JudgedHeaders } from './judged-headers.ts'
import { planSteps } from './steps.ts'
import { throughReorgs } from './through-reorgs.ts'

export interface ProverOptions {
  readonly start: ChainState
  readonly engine: FoldEngine
  readonly witnesses: WitnessSource
  readonly store: CheckpointStore
  readonly poseidon: Poseidon
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** A kill loses at most this much folding; 20 s unless given. */
  readonly checkpointEveryMs?: number
  /** So many headers before the end of a run every step is saved besides; none unless given. */
  readonly saveNearTip?: number
}

export interface ProverEvents {
  readonly progress: FoldProgress
  /** A state whose fold is on the disk. */
  readonly checkpoint: ChainState
}

export interface FoldProgress {
  /** Where this run began to fold, how far it is, where it goes. */
  readonly from: number
  readonly height: number
  readonly to: number
  readonly secondsPerHeader: number
}

export type AdvanceResult = { readonly ok: true; readonly state: ChainState } | HeaderRejection

interface Folded {
  readonly state: ChainState
  readonly fold: Fold
}

const CHECKPOINT_EVERY_MS = 20_000

/**
 * Folds a header chain and keeps checkpoints of it. One instance works at a time; it holds the folded state in
 * memory between calls, so that following a node does not load anything anew.
 */
export class BusProver {
  readonly #options: ProverOptions
  readonly #judged: JudgedHeaders
  readonly #events = new Emitter<ProverEvents>()
  #current: Folded | null = null

  constructor(options: ProverOptions) {
    this.#options = options
    this.#judged = new JudgedHeaders(options.start.params)
  }

  get events(): Events<ProverEvents> {
    return this.#events
  }

  /** The proved state so far; null when nothing is loaded yet. */
  get state(): ChainState | null {
    return this.#current?.state ?? null
  }

  /**
   * Brings the fold to height `to` of the source's chain (its tip unless given): goes back to the newest state that is
   * on that chain and not above `to`, judges all headers ahead, then folds them; anew where the chain changes meanwhile.
   * Throws E_ABORTED after saving.
   */
  async advanceTo(source: HeaderSource, to?: number, signal?: AbortSignal): Promise<AdvanceResult> {
    return await throughReorgs(source, () => this.#advanceOnce(source, to, signal))
  }

  async #advanceOnce(source: HeaderSource, to: number | undefined, signal?: AbortSignal): Promise<AdvanceResult> {
    const { start } = this.#options
    const target = to ?? (await source.tipHeight(signal))
    if (target <= start.context.height) {
      throw busError('E_NO_HEADERS', `a proof needs a header after its start at height ${start.context.height}`)
    }
    this.#current = await this.#resume(source, target, signal)
    const ahead = await this.#checkAhead(this.#current.state, source, target, signal)
    if (!ahead.ok) return ahead
    await this.#foldTo(source, target, signal)
    return { ok: true, state: this.#current.state }
  }

  /** Judges the source's chain up to `to` and gives its end, without changing what is folded. */
  async judge(source: HeaderSource, to: number, signal?: AbortSignal): Promise<CheckedAhead> {
    return await this.#checkAhead(await this.#commonState(source, to, signal), source, to, signal)
  }

  #checkAhead(base: ChainState, source: HeaderSource, to: number, signal?: AbortSignal): Promise<CheckedAhead> {
    const { start, clock } = this.#options
    const now = Math.floor(clock() / 1000)
    return checkAhead(start.params, base.context, source, to, now, signal, this.#judged)
  }

  /** The newest state known of the source's chain at or below `to`. */
  async #commonState(source: HeaderSource, to: number, signal?: AbortSignal): Promise<ChainState> {
    const { store, start } = this.#options
    for (const entry of store.list()) {
      if (!(await this.#isOnChain(source, entry.height, entry.hash, to, signal))) continue
      const loaded = await store.load(entry)
      if (loaded !== null) return loaded.state
    }
    return start
  }

  /** Compresses what is folded into the bytes of a proof file. */
  async compress(options: { signal?: AbortSignal; onProgress?(stage: string): void } = {}): Promise<Uint8Array> {
    const { engine, start } = this.#options
    if (this.#current === null || this.#current.fold.steps === 0) {
      throw busError('E_NO_HEADERS', 'nothing is folded yet')
    }
    const { fold, state } = this.#current
    return encodeProofFile({
      keyId: engine.info.keyId,
      setup: engine.info.setup,
      params: packState(state)[0] as bigint,
      start: start.start,
      steps: fold.steps,
      snark: await fold.compress(options),
    })
  }

  /** The newest state on the source's chain at or below `to`: in memory, from a checkpoint, or the start itself. */
  async #resume(source: HeaderSource, to: number, signal: AbortSignal | undefined): Promise<Folded> {
    const { store, engine, start } = this.#options
    const isOnChain = (height: number, hash: string) => this.#isOnChain(source, height, hash, to, signal)
    const inMemory = this.#current
    const held = inMemory?.state.context
    const holds = held !== undefined && (await isOnChain(held.height, toDisplay(held.hash)))
    for (const entry of store.list()) {
      throwIfAborted(signal)
      if (inMemory !== null && holds && inMemory.state.context.height >= entry.height) return inMemory
      if (!(await isOnChain(entry.height, entry.hash))) continue
      const loaded = await store.load(entry)
      if (loaded === null) continue
      const fold = await this.#restore(loaded.state, loaded.fold)
      if (fold !== null) return { state: { ...loaded.state, start: start.start }, fold }
      await store.forget(entry)
    }
    if (inMemory !== null && holds) return inMemory
    return { state: start, fold: engine.begin(encodeField(packState(start))) }
  }

  async #isOnChain(
    source: HeaderSource,
    height: number,
    hash: string,
    to: number,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    if (height > to) return false
    const there = await source.hashAt(height, signal)
    return there !== null && toDisplay(there) === hash
  }

  /** Null when the saved fold is not what its checkpoint says: an older one then serves. */
  async #restore(state: ChainState, saved: Uint8Array): Promise<Fold | null> {
    const { engine, start } = this.#options
    try {
      const fold = await engine.restore(saved, encodeField(packState(start)))
      return equalBytes(fold.state(), encodeField(packState(state))) ? fold : null
    } catch (error) {
      if ((error as { code?: unknown }).code === 'E_ACCUMULATOR') return null
      throw error
    }
  }

  async #foldTo(source: HeaderSource, to: number, signal: AbortSignal | undefined): Promise<void> {
    const { witnesses, poseidon, clock, checkpointEveryMs = CHECKPOINT_EVERY_MS, saveNearTip = 0 } = this.#options
    const folded = this.#current as Folded
    const from = folded.state.context.height
    if (from === to) return
    let savedAt = clock()
    /** Set with the first witness: until then headers are waited for, and what makes witnesses is loaded. */
    let began: number | null = null
    let unsaved = false
    let folding = false
    const steps = planSteps({ state: folded.state, source, to, poseidon, judged: this.#judged, witnesses, signal })
    try {
      for await (const step of steps) {
        folding = true
        began ??= clock()
        await folded.fold.fold(step.witness)
        folding = false
        this.#current = { state: step.after, fold: folded.fold }
        unsaved = true
        const { height } = step.after.context
        const secondsPerHeader = (clock() - began) / 1000 / (height - from)
        this.#events.emit('progress', { from, height, to, secondsPerHeader })
        if (height < to && (to - height <= saveNearTip || clock() - savedAt >= checkpointEveryMs)) {
          await this.#save()
          savedAt = clock()
          unsaved = false
        }
        if (height < to && signal?.aborted) break
      }
      if (unsaved) await this.#save()
      unsaved = false
      if ((this.#current as Folded).state.context.height < to) throwIfAborted(signal)
    } catch (error) {
      // Whatever went wrong outside of folding (the node went away, a reorg, an interrupt) costs no finished step.
      if (!folding && unsaved) {
        await this.#save().catch((second) => {
          // An interrupt that lost steps must say so; any other error stays the one that is told.
          if (signal?.aborted) throw second
          attachCause(error, second)
        })
      }
      if (signal?.aborted) throwIfAborted(signal)
      // Within it the fold may be ahead of the state: the next call starts from a checkpoint.
      if (folding) this.#current = null
      throw error
    }
  }

  async #save(): Promise<void> {
    const { store } = this.#options
    const { state, fold } = this.#current as Folded
    if (!equalBytes(fold.state(), encodeField(packState(state)))) {
      throw busError('E_ENGINE', `the fold differs from the native state at height ${state.context.height}`)
    }
    await store.save(state, fold.steps, await fold.save())
    this.#events.emit('checkpoint', state)
  }
}

/** Notes a failure that came of another one, without changing what that is. */
function attachCause(error: unknown, second: unknown): void {
  if (!(error instanceof Error)) return
  error.cause = error.cause === undefined ? second : new AggregateError([error.cause, second], error.message)
}
