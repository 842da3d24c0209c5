import { join } from 'node:path'
import {
  asError,
  Emitter,
  type Events,
  inTurns,
  type Pieces,
  type RunningService,
  together,
} from '../../../src/lib/index.ts'
import type { MaskKernel } from '../../../src/proving/index.ts'
import { openMask } from '../../../src/proving/io/index.ts'
import { observePartition, type PartitionObservation } from '../../sampling/observation.ts'
import { type Estimates, EstimatesFile } from './estimates-file.ts'
import { measureUnitCost } from './unit-cost.ts'
import { type Ground, WinWatch, type WinWatchComponents, type WinWatchEvents } from './win-watch.ts'

/** What an observer tells: all that listening does, and of what it has estimated. */
export type EstimatingEvents = WinWatchEvents & {
  /** These are in the file. */
  readonly estimated: Estimates
}

/** An observer: listens to the wins of all, and keeps estimates of every partition in a file. It has no key and no chunk. */
export class EstimatingService implements RunningService {
  readonly watch: WinWatch
  readonly #rules: WinWatchComponents['rules']
  readonly #events = new Emitter<EstimatingEvents>()
  readonly #file: EstimatesFile
  readonly #services: RunningService
  readonly #mask: Pick<MaskKernel, 'maskUnits'>
  /** Of this machine; measured once. */
  #unitCost: number | null = null
  #saving: Promise<void> = Promise.resolve()

  constructor(components: WinWatchComponents, mask: Pick<MaskKernel, 'maskUnits'> = openMask()) {
    this.#mask = mask
    const { folder, rules } = components
    this.#rules = rules
    this.#file = new EstimatesFile(join(folder, 'estimates.json'), rules.params)
    this.watch = new WinWatch(components)
    for (const name of ['win', 'looked', 'refused', 'failed'] as const) {
      this.watch.events.on(name, (event) => this.#events.emit(name, event as never))
    }
    this.watch.events.on('tip', (tip) => {
      this.#saving = this.#saving.then(() => this.#save())
      this.#events.emit('tip', tip)
    })
    this.#services = together([this.watch], () => this.#saving)
  }

  get events(): Events<EstimatingEvents> {
    return this.#events
  }

  start(signal?: AbortSignal): Promise<void> {
    return this.#services.start(signal)
  }

  stop(): Promise<void> {
    return this.#services.stop()
  }

  ended(): Promise<void> {
    return this.#services.ended()
  }

  /** What failed is tried again with the next estimates. */
  async #measured(): Promise<number> {
    this.#unitCost ??= await measureUnitCost(this.#mask)
    return this.#unitCost
  }

  /** Never throws. */
  async #save(): Promise<void> {
    try {
      const ownUnit = await this.#measured()
      const ground = this.watch.ground()
      if (ground === null) return
      const { height } = ground
      const partitions = await inTurns(this.#observations(ground, ownUnit))
      // The chain has moved on meanwhile: there are others as of its next tip.
      if (partitions === null) return
      const estimates = { height, heard: this.watch.heard, partitions }
      await this.#file.save(estimates)
      this.#events.emit('estimated', estimates)
    } catch (error) {
      this.#events.emit('failed', asError(error))
    }
  }

  *#observations({ height, table: { blobs } }: Ground, ownUnit: number): Pieces<PartitionObservation[] | null> {
    const { log } = this.watch.store
    const observed: PartitionObservation[] = []
    for (const { number } of blobs.partitionsAt(height)) {
      if (this.watch.ground()?.height !== height) return null
      observed.push(observePartition(this.#rules, blobs, log, number, height, ownUnit))
      yield
    }
    return observed
  }
}
