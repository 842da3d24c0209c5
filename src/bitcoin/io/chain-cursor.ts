import { sameHash, toDisplay } from '../hash.ts'
import { Misfit, readMoving } from '../moving-chain.ts'
import type { BlockEvent, SubscribeOptions } from './chain-event.ts'
import { type Ask, behind, type ChainView, garbage } from './chain-view.ts'
import { BitcoindError } from './errors.ts'
import { MAX_REST_HEADERS, type PlacedHeader } from './headers.ts'
import type { Tip } from './schemas.ts'

/**
 * One subscriber's place in the chain. What it is told follows from the place alone, so a slow one is told later and no
 * less, and no queue grows for it: it holds one batch of headers at most, which all share.
 */
export class ChainCursor {
  readonly #view: ChainView
  readonly #ask: Ask
  readonly #base: Tip | undefined
  #tip: Tip | undefined
  #reorg = 0
  #atTip = false

  constructor(view: ChainView, ask: Ask, { from, base }: SubscribeOptions) {
    this.#view = view
    this.#ask = ask
    this.#tip = from
    this.#base = base
  }

  /** The next events; null where nothing has happened since. Nothing of the place changes where it throws. */
  async advance(settled: boolean): Promise<readonly BlockEvent[] | null> {
    return await readMoving(async () => {
      const tip = this.#tip
      if (tip !== undefined && !(await this.#isOnChain(tip))) return await this.#disconnect(tip)
      const height = tip === undefined ? 0 : tip.height + 1
      const headers = await this.#view.headers(height, MAX_REST_HEADERS)
      const [first] = headers
      if (first !== undefined) {
        if (tip === undefined || sameHash(first.header.prevHash, tip.hash)) return this.#connect(headers)
        if (await this.#view.outdated()) return null
        const found = `its header at height ${height} never follows ${toDisplay(tip.hash)}`
        return new Misfit(found, () => garbage(found))
      }
      if (tip === undefined) return new Misfit('no genesis', () => garbage('it has no genesis block'))
      if (this.#atTip || !settled) return null
      this.#atTip = true
      return [{ type: 'tip', height: tip.height, hash: tip.hash }]
    })
  }

  /** After an outage. */
  tellTipAgain(): void {
    this.#atTip = false
  }

  /** Throws E_NODE_RESET where the node's chain is another from the subscriber's low block on. */
  async requireBase(): Promise<void> {
    const base = this.#base
    if (base === undefined) return
    const there = await this.#view.hashAt(base.height)
    if (there === null || sameHash(there, base.hash)) return
    const what = `block ${toDisplay(there)} at height ${base.height}, not ${toDisplay(base.hash)}`
    const cure = { act: 'begin-anew' }
    throw new BitcoindError('E_NODE_RESET', `The node's chain was begun anew: it has ${what}.`, { cure })
  }

  async #isOnChain({ height, hash }: Tip): Promise<boolean> {
    const active = await this.#view.hashAt(height)
    return active !== null && sameHash(active, hash)
  }

  #connect(headers: readonly PlacedHeader[]): readonly BlockEvent[] {
    const last = headers.at(-1) as PlacedHeader
    this.#moveTo(last)
    const reorg = this.#reorg
    this.#reorg = 0
    return headers.map((placed, i) => ({ type: 'connected', ...placed, reorg: i === 0 ? reorg : 0 }))
  }

  async #disconnect(tip: Tip): Promise<readonly BlockEvent[] | null> {
    let header = this.#view.held(tip.height, tip.hash)?.header
    if (header === undefined) {
      header = await this.#ask((client, options) => client.getHeader(tip.hash, options))
      if (header === undefined) throw await this.#unknown(tip)
      const active = await this.#ask((client, options) => client.getBlockHash(tip.height, options))
      // The node has just reached it, and the view has yet to see that.
      if (active !== undefined && sameHash(active, tip.hash)) return null
    }
    if (tip.height === 0) throw garbage('its genesis block is another than before')
    this.#moveTo({ height: tip.height - 1, hash: header.prevHash })
    this.#reorg++
    return [{ type: 'disconnected', height: tip.height, hash: tip.hash, header }]
  }

  /** Of a block that the node has never seen, or has lost. */
  async #unknown(tip: Tip): Promise<BitcoindError> {
    await this.requireBase()
    const height = this.#view.tip?.height ?? 0
    if (height < tip.height) return behind(height, tip)
    const message = `The node has never seen block ${toDisplay(tip.hash)} at height ${tip.height}.`
    return new BitcoindError('E_NODE_UNKNOWN_BLOCK', message, { cure: { act: 'other-node-or-begin-anew' } })
  }

  #moveTo({ height, hash }: Tip): void {
    this.#tip = { height, hash }
    this.#atTip = false
  }
}
