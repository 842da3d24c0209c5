import { regtest } from '../../src/bitcoin/index.ts'
import type { AutomationOptions } from '../../src/node/automation.ts'
import { type Automation, openAutomation } from '../../src/node/index.ts'
import type { SettlementPlace } from './settlement-place.ts'

interface Told {
  readonly name: string
  readonly ordinal: number
}

/** An automation over the chain of a place's node, and what it has told. */
export class WatchedAutomation {
  readonly told: Told[] = []
  readonly #made: Automation
  readonly #place: SettlementPlace
  #settled = -1
  #wake: () => void = () => undefined

  private constructor(place: SettlementPlace, made: Automation) {
    this.#place = place
    this.#made = made
    const { events } = made.automation
    for (const name of ['evaluated', 'fired', 'acted', 'unpaid', 'orphaned'] as const) {
      events.on(name, ({ ordinal }) => this.told.push({ name, ordinal }))
    }
    events.on('problem', (error) => this.told.push({ name: `problem: ${error.message}`, ordinal: -1 }))
    events.on('settled', ({ height }) => {
      this.#settled = height
      this.#wake()
    })
  }

  static async start(
    place: SettlementPlace,
    options: Omit<AutomationOptions, 'client' | 'params' | 'anchor'>,
  ): Promise<WatchedAutomation> {
    const { client } = place.node
    const made = await openAutomation({ client, params: regtest, anchor: undefined, ...options })
    const watched = new WatchedAutomation(place, made)
    await made.service.start()
    return watched
  }

  /** What it told under this name, by the ordinals. */
  of(name: string): number[] {
    return this.told.filter((one) => one.name === name).map(({ ordinal }) => ordinal)
  }

  problems(): Told[] {
    return this.told.filter(({ name }) => name.startsWith('problem'))
  }

  /** At the node's tip, wherever that is by then: on regtest what is inscribed is mined at once. */
  async settled(): Promise<void> {
    for (;;) {
      const next = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      const { height } = await this.#place.node.client.getBestBlock()
      if (height === this.#settled) return
      await next
    }
  }

  stop(): Promise<void> {
    return this.#made.service.stop()
  }
}
