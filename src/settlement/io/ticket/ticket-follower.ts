import { type BlockHash, blockHash, toDisplay, transactionId } from '../../../bitcoin/index.ts'
import { equalBytes } from '../../../lib/index.ts'
import { settlementError } from '../../errors.ts'
import { confirmationsOf } from '../inscriber/bitcoind-calls.ts'
import { findSpendingBlock } from '../inscriber/chain-search.ts'
import type { BitcoindCalls, CallOptions } from '../inscriber/client.ts'
import { DEEPEST_REORG } from '../inscriber/locate.ts'
import type { Coin } from '../inscriber/transactions.ts'
import { coinName, type Ticket } from './ticket-file.ts'

/** Where a ticket is, as a node's chain and mempool have it. */
export type TicketStanding =
  /** Its coin may be spent. */
  | { readonly state: 'free'; readonly coin: Coin; readonly spent: number }
  /** Something in the mempool spends it. */
  | { readonly state: 'in-use'; readonly coin: Coin; readonly spent: number }
  /** The commit that left it is in the chain, and what that commits to is not: it may still come. */
  | { readonly state: 'unrevealed'; readonly coin: Coin; readonly spent: number }
  /** The transaction that made it waits, or was never sent. */
  | { readonly state: 'unconfirmed'; readonly coin: Coin; readonly spent: number }
  /** It was spent, and not made anew. */
  | { readonly state: 'lost'; readonly coin: Coin; readonly spent: number }

const CURES = {
  'in-use': 'ticket-waits',
  unrevealed: 'ticket-waits',
  unconfirmed: 'send-ticket',
  lost: 'ticket-anew',
} as const

interface Place {
  readonly coin: Coin
  /** No block below spends it. */
  readonly height: number
  /** Commits from the first coin to this. */
  readonly spent: number
}

/** Follows a ticket from coin to coin, from the first one on, in the chain as it is: whoever spent it, and through reorgs. */
export class TicketFollower {
  readonly ticket: Ticket
  readonly #client: BitcoindCalls
  /** Where it was seen last; begun anew where that has left the chain. */
  #last: Place

  constructor(ticket: Ticket, client: BitcoindCalls) {
    this.ticket = ticket
    this.#client = client
    this.#last = this.#genesis
  }

  /**
   * The coin, which nothing spends and whose own commit is revealed, and the tip of the chain after which that was so. Throws
   * E_TICKET where there is none at this moment.
   */
  async coin(options: CallOptions = {}): Promise<{ readonly coin: Coin; readonly tip: BlockHash | undefined }> {
    const { state, coin } = await this.standing(options)
    if (state === 'free') {
      const height = await this.#client.getBlockCount(options)
      return { coin, tip: await this.#client.getBlockHash(height, options) }
    }
    const cure = { act: CURES[state] }
    throw settlementError('E_TICKET', `the graph's ticket cannot be spent now: ${coinName(coin)} is ${state}`, { cure })
  }

  async standing(options: CallOptions = {}): Promise<TicketStanding> {
    const found = await this.#follow(this.#last, options)
    if (found !== null) return found
    // What was seen has left the chain.
    const anew = await this.#follow(this.#genesis, options)
    return anew ?? { state: 'unconfirmed', coin: this.ticket.genesis, spent: 0 }
  }

  /** Null where the chain has not got this place. */
  async #follow(from: Place, options: CallOptions): Promise<TicketStanding | null> {
    for (let place = from; ; ) {
      const { coin, height, spent } = place
      if ((await this.#depth(coin, false, options)) !== null) {
        this.#last = place
        const free = (await this.#depth(coin, true, options)) !== null
        if (!free) return { state: 'in-use', coin, spent }
        return { state: (await this.#isRevealed(coin, options)) ? 'free' : 'unrevealed', coin, spent }
      }
      const outpoint = { txid: shown(coin), vout: coin.vout }
      const spender = await findSpendingBlock(this.#client, [outpoint], height, options)
      if (spender === null) return null
      const { outputs } = spender.transaction
      const vout = outputs.findIndex(({ script }) => equalBytes(script, this.ticket.wallet.script))
      const next = outputs[vout]
      if (next === undefined) return { state: 'lost', coin, spent: spent + 1 }
      const txid = transactionId(spender.transaction)
      place = { coin: { txid, vout, value: next.value }, height: spender.height, spent: spent + 1 }
    }
  }

  /** Before the ticket's stand a commit's outputs that reveals spend; before the first ticket's none does. */
  async #isRevealed(coin: Coin, options: CallOptions): Promise<boolean> {
    for (let vout = 0; vout < coin.vout; vout++) {
      if ((await this.#depth({ ...coin, vout }, false, options)) !== null) return false
    }
    return true
  }

  async #depth(coin: Coin, mempool: boolean, options: CallOptions): Promise<number | null> {
    return await confirmationsOf(this.#client, shown(coin), coin.vout, { ...options, mempool })
  }

  get #genesis(): Place {
    return { coin: this.ticket.genesis, height: this.ticket.since - DEEPEST_REORG, spent: 0 }
  }
}

function shown({ txid }: Coin): string {
  return toDisplay(blockHash(txid))
}
