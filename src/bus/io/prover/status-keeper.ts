import { resolve } from 'node:path'
import { toDisplay } from '../../../bitcoin/index.ts'
import type { ChainState } from '../../state.ts'
import type { HeldProof } from '../../sync/fetch-proof.ts'
import type { BusProver } from './prover.ts'
import { readStatus, type StatusFile, writeStatus } from './status.ts'

export interface StatusKeeperComponents {
  readonly dir: string
  readonly start: ChainState
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Of the newest checkpoint, display order. */
  newestTip(): string | null
}

/**
 * Keeps `status.json` of a data directory: what a prover there is at, for those who look from outside. It is information
 * only: that it cannot be written stops nothing.
 */
export class StatusKeeper {
  readonly #components: StatusKeeperComponents
  #status: StatusFile
  /** The last write; one after the other, so that no older one comes last. */
  #written: Promise<void> = Promise.resolve()

  private constructor(components: StatusKeeperComponents, status: StatusFile) {
    this.#components = components
    this.#status = status
  }

  /** Goes on with what is known of the last proof made here. */
  static async open(components: StatusKeeperComponents): Promise<StatusKeeper> {
    const { dir, start, clock, newestTip } = components
    const before = await readStatus(dir, () => false).catch(() => null)
    const { kind, height, hash } = start.start
    const keeper = new StatusKeeper(components, {
      network: start.params.name,
      start: { kind, height, hash: toDisplay(hash) },
      pid: process.pid,
      updatedAt: clock(),
      height: null,
      tip: newestTip(),
      to: null,
      etaSeconds: null,
      secondsPerHeader: null,
      lastProof: before?.lastProof ?? null,
    })
    keeper.#write()
    await keeper.#written
    return keeper
  }

  /** Keeps what this prover tells of itself. */
  watch({ events }: BusProver): void {
    events.on('progress', ({ height, to, secondsPerHeader }) => {
      this.#update({ height, to, secondsPerHeader, etaSeconds: (to - height) * secondsPerHeader })
    })
    events.on('checkpoint', ({ context: { height, hash } }) => {
      this.#update({ height, tip: toDisplay(hash) })
      this.#write()
    })
  }

  /** A proof was put in place. */
  published({ bytes, chain }: HeldProof, file: string): void {
    const { height, tip } = chain
    const lastProof = { file: resolve(file), height, bytes: bytes.length, at: this.#components.clock() }
    this.#update({ height, tip, etaSeconds: null, lastProof })
    this.#write()
  }

  async close(): Promise<void> {
    // Where nothing was folded, a checkpoint may have been taken over.
    const tip = this.#components.newestTip()
    if (this.#status.height === null && this.#status.tip !== tip) {
      this.#update({ tip })
      this.#write()
    }
    await this.#written
  }

  #update(changes: Partial<StatusFile>): void {
    this.#status = { ...this.#status, ...changes }
  }

  #write(): void {
    const { dir, clock } = this.#components
    const status = { ...this.#status, updatedAt: clock() }
    this.#written = this.#written.then(() => writeStatus(dir, status)).catch(() => undefined)
  }
}
