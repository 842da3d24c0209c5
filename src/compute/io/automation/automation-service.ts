import { join } from 'node:path'
import { type BlockHash, sameHash, toDisplay } from '../../../bitcoin/index.ts'
import type { BlockEvent, ChainFeed } from '../../../bitcoin/io/index.ts'
import {
  asError,
  Emitter,
  type Events,
  equalBytes,
  errorCode,
  Running,
  type RunningService,
  throwIfAborted,
} from '../../../lib/index.ts'
import { diskFiles, writeAtomic } from '../../../lib/io/index.ts'
import { listedOccasions, type Occasion } from '../../automation/occasions.ts'
import { AutomationPlan, type AutomationStep } from '../../automation/plan.ts'
import { computeError } from '../../errors.ts'
import { type CircuitResult, decodeResult, encodeResult, type ProgramResult } from '../../result/result-file.ts'
import type { Inscribed } from '../results/result-inscriber.ts'
import type { Condition } from './condition.ts'
import { FiringStore, type StoredFiring } from './firing-store.ts'
import type { OccasionSource, OpenedOccasion } from './occasion-source.ts'

export interface AutomationComponents {
  /** Of the operator's own node; started, and by whoever made it. */
  readonly feed: Pick<ChainFeed, 'tip' | 'tipHeight' | 'hashAt' | 'subscribe'>
  readonly condition: Condition
  /** Of what has fired: `fired/`, a store, and `results/`, the results as files, by ordinal. */
  readonly folder: string
  /** Where the condition's occasions come from, which the service closes. */
  openOccasions(): Promise<OccasionSource>
  /** What is done at a firing, again after a kill; nothing, where it is left out. Throws what may pass. */
  readonly inscribe?: ((result: CircuitResult, signal: AbortSignal) => Promise<Inscribed>) | undefined
  /** Whether what was sent came to nothing, as a kill may have left it; never, where it is left out. */
  readonly cameToNothing?: ((result: CircuitResult) => Promise<boolean>) | undefined
  /** Confirmations with which it fires: settlement's 6 unless given. */
  readonly finality?: number | undefined
  /** Of an automation that begins: the first ordinal it looks at. The next occasion unless given. */
  readonly since?: number | undefined
}

/** What an automation tells; `ordinal` is that of the condition. */
export interface AutomationEvents {
  /** It is there, looks at ordinals from this one on, and has fired so many times. */
  readonly began: { readonly since: number; readonly fired: number }
  readonly evaluated: {
    readonly ordinal: number
    readonly height: number
    readonly holds: boolean
    readonly outputs: Readonly<Record<string, bigint>>
  }
  /** The circuit has no witness for what the occasion gives it, so that the condition does not hold there. */
  readonly refused: { readonly ordinal: number; readonly height: number; readonly detail: string }
  /** Proved, and on the disk. */
  readonly fired: {
    readonly ordinal: number
    readonly height: number
    readonly blockHash: string
    readonly result: Uint8Array
  }
  /** The result is inscribed, or was, by ord's id. */
  readonly acted: { readonly ordinal: number; readonly name: string }
  /** The budget has no room for the inscription, which waits. */
  readonly unpaid: { readonly ordinal: number; readonly cost: bigint; readonly left: bigint }
  /** The block of a firing has left the chain: its result is withdrawn, and the ordinal does not fire again. */
  readonly orphaned: { readonly ordinal: number; readonly height: number }
  /** What stands in the way; tried again with a later block. */
  readonly problem: Error
  /** All that is to be done at this tip of the chain is done, or waits for the next. */
  readonly settled: { readonly height: number }
}

const FINALITY = 6

/**
 * Follows a chain, and fires a program's condition once an ordinal: evaluates it as soon as its occasion is there, proves it when that is
 * final, puts it on the disk, and then has it inscribed. A kill at any moment loses no firing and repeats none.
 */
export class AutomationService implements RunningService {
  readonly #components: AutomationComponents
  readonly #events = new Emitter<AutomationEvents>()
  readonly #running = new Running()
  #following: { readonly plan: AutomationPlan; readonly store: FiringStore } | null = null

  constructor(components: AutomationComponents) {
    this.#components = components
  }

  get events(): Events<AutomationEvents> {
    return this.#events
  }

  /** Throws E_LOCKED or E_STORE where what has fired cannot be opened. */
  async start(signal?: AbortSignal): Promise<void> {
    const { folder, condition, openOccasions } = this.#components
    const open = async () => {
      const store = await FiringStore.open(join(folder, 'fired'), condition.id)
      try {
        return { store, occasions: await openOccasions() }
      } catch (error) {
        await store.close()
        throw error
      }
    }
    await this.#running.openAndBegin(open, (opened, ending) => this.#run(opened, ending), signal)
  }

  async stop(): Promise<void> {
    await this.#running.stop()
  }

  async ended(): Promise<void> {
    await this.#running.ended()
  }

  /** A result whose record came to nothing, if it is one of these: it is inscribed again with the next block, unless another's record says it. */
  async again(result: ProgramResult): Promise<void> {
    if (this.#following === null) throw new Error('a service is started before it is asked')
    const { plan, store } = this.#following
    const bytes = encodeResult(result)
    const firing = store.firings.find((one) => one.state === 'sent' && equalBytes(one.result, bytes))
    if (firing !== undefined) await actAgain(firing, plan, store)
  }

  async #run({ store, occasions }: Opened, signal: AbortSignal): Promise<void> {
    try {
      const { feed, since, finality = FINALITY } = this.#components
      const from = await feed.tip(signal)
      if (store.since === null) await store.begin(since ?? (await occasions.first(from, signal)))
      const first = store.since as number
      const plan = new AutomationPlan({ occasions: listedOccasions([]), finality }, store.firings)
      plan.connected(from.height)
      // A kill may have come between the store and the file.
      for (const firing of store.firings) await this.#file(firing)
      await this.#lookAtSent(plan, store)
      this.#following = { plan, store }
      this.#events.emit('began', { since: first, fired: store.firings.length })
      for await (const event of feed.subscribe({ from, signal })) {
        this.#follow(plan, event)
        if (event.type !== 'tip') continue
        const there = await occasions.at(event, first, signal)
        if (there === null) continue
        plan.occur(there)
        await this.#work(plan, { store, occasions }, signal)
        this.#events.emit('settled', { height: event.height })
      }
    } finally {
      this.#following = null
      await occasions.close()
      await store.close()
    }
  }

  async #lookAtSent(plan: AutomationPlan, store: FiringStore): Promise<void> {
    const { cameToNothing } = this.#components
    if (cameToNothing === undefined) return
    for (const firing of store.firings) {
      if (firing.state === 'sent' && (await cameToNothing(resultOf(firing)))) await actAgain(firing, plan, store)
    }
  }

  #follow(plan: AutomationPlan, event: BlockEvent): void {
    if (event.type === 'connected') plan.connected(event.height)
    if (event.type !== 'disconnected') return
    for (const { ordinal, height, blockHash } of plan.disconnected(event.height)) {
      if (blockHash === toDisplay(event.hash)) this.#events.emit('orphaned', { ordinal, height })
    }
  }

  async #work(plan: AutomationPlan, opened: Opened, signal: AbortSignal): Promise<void> {
    for (let step = plan.next(); step !== null; step = plan.next()) {
      try {
        await this.#take(step, plan, opened, signal)
      } catch (error) {
        if (signal.aborted) throw error
        this.#failed(step, plan, asError(error))
      }
    }
  }

  /** Whatever one ordinal meets holds up no other: what is read may be anyone's. */
  #failed(step: AutomationStep, plan: AutomationPlan, error: Error): void {
    const { ordinal } = step
    if (step.kind === 'evaluate' && errorCode(error) === 'E_WITNESS') {
      // An answer for good: the values are on Bitcoin, and the circuit takes no such.
      plan.evaluated(step, false)
      this.#events.emit('refused', { ordinal, height: step.height, detail: error.message })
      return
    }
    // A reorg, an outage, a full disk, a node that refuses: a later block is another occasion.
    this.#events.emit('problem', error)
    if (step.kind === 'act') plan.waits(ordinal)
    else plan.failed(step)
  }

  async #take(step: AutomationStep, plan: AutomationPlan, { store, occasions }: Opened, signal: AbortSignal) {
    if (step.kind === 'act') return await this.#act(store.get(step.ordinal) as StoredFiring, plan, store, signal)
    const { condition } = this.#components
    const read = await occasions.read(step, signal)
    if (step.kind === 'fire') return await this.#fire({ ...step, ...read }, plan, store, signal)
    const values = await condition.run(read.inputs, signal)
    const holds = condition.holds(values)
    plan.evaluated(step, holds)
    const { ordinal, height } = step
    this.#events.emit('evaluated', { ordinal, height, holds, outputs: condition.outputs(values) })
  }

  async #fire(
    read: Occasion & OpenedOccasion,
    plan: AutomationPlan,
    store: FiringStore,
    signal: AbortSignal,
  ): Promise<void> {
    const { condition, feed, finality = FINALITY } = this.#components
    const { ordinal, height, blockHash } = read
    const { values, proof } = await condition.prove(read.inputs, signal)
    // The feed may know of a reorg that the plan is still to hear of: the chain as it is now decides.
    const there = await feed.hashAt(height, signal)
    const depth = (await feed.tipHeight(signal)) - height + 1
    if (!condition.holds(values) || there === null || !sameHash(there, blockHash) || depth < finality) {
      plan.waits(ordinal)
      return
    }
    const result = encodeResult({
      kind: 'circuit',
      program: condition.id,
      height,
      blockHash,
      values: [...values],
      proof,
    })
    const shown = toDisplay(blockHash)
    const firing: StoredFiring = {
      ...{ ordinal, height, blockHash: shown, state: 'ready', result, name: null },
    }
    await store.put(firing)
    plan.stored(firing)
    await this.#file(firing)
    this.#events.emit('fired', { ordinal, height, blockHash: shown, result })
  }

  async #act(firing: StoredFiring, plan: AutomationPlan, store: FiringStore, signal: AbortSignal): Promise<void> {
    const { inscribe, feed } = this.#components
    const { ordinal } = firing
    if (inscribe === undefined || !(await isThere(firing, feed, signal))) return plan.waits(ordinal)
    // What is begun is not left in the middle: its transactions spend one another.
    throwIfAborted(signal)
    const done = await inscribe(resultOf(firing), signal)
    if (done.state === 'no-budget') {
      this.#events.emit('unpaid', { ordinal, cost: done.cost, left: done.left })
      return plan.waits(ordinal)
    }
    if (done.state === 'charged-before') {
      throw computeError(
        'E_RECORD',
        `the result for ${ordinal} was charged before, by another wallet or from another folder: nothing is sent`,
      )
    }
    const sent: StoredFiring = { ...firing, name: done.id, state: 'sent' }
    await store.put(sent)
    plan.stored(sent)
    this.#events.emit('acted', { ordinal, name: done.id })
  }

  async #file({ ordinal, result }: StoredFiring): Promise<void> {
    const results = join(this.#components.folder, 'results')
    await diskFiles.makeDir(results)
    await writeAtomic(diskFiles, join(results, `${ordinal}.result`), result)
  }
}

interface Opened {
  readonly store: FiringStore
  readonly occasions: OccasionSource
}

async function actAgain(firing: StoredFiring, plan: AutomationPlan, store: FiringStore): Promise<void> {
  const ready: StoredFiring = { ...firing, name: null, state: 'ready' }
  await store.put(ready)
  plan.stored(ready)
}

function resultOf({ result }: StoredFiring): CircuitResult {
  const decoded = decodeResult(result)
  if (decoded.ok && decoded.result.kind === 'circuit') return decoded.result
  throw new Error('what has fired is no result of a circuit')
}

/** Whether the block of a firing is in the chain. */
async function isThere(
  { height, blockHash }: StoredFiring,
  feed: { hashAt(height: number, signal: AbortSignal): Promise<BlockHash | null> },
  signal: AbortSignal,
): Promise<boolean> {
  const there = await feed.hashAt(height, signal)
  return there !== null && toDisplay(there) === blockHash
}
