import { type BlockHash, sameHash, toDisplay } from '../hash.ts'
import { Misfit, readMoving } from '../moving-chain.ts'
import type { BitcoindClient } from './client.ts'
import { BitcoindError } from './errors.ts'
import { MAX_REST_HEADERS, type PlacedHeader } from './headers.ts'
import type { RpcOptions } from './json-rpc.ts'
import type { Tip } from './schemas.ts'

/** What the view asks of a bitcoind. */
export type ChainClient = Pick<BitcoindClient, 'getBestBlock' | 'getBlockHash' | 'getHeader' | 'getHeaders'>

/** Headers held, of the active chain and of blocks that left it: some 15 MB, and 20 weeks of Bitcoin. */
const KEPT = 20_000

/** Asks in the view's own time, which no reader's signal ends; it may wait for a node that does not answer. */
export type Ask = <T>(work: (client: ChainClient, options: RpcOptions) => Promise<T>) => Promise<T>

/**
 * What one process knows of a bitcoind's active chain: a run of linked headers that ends at the tip it was last asked
 * about. All who read share it, so that a header is fetched and hashed once; between two updates it does not change,
 * whatever the node does.
 */
export class ChainView {
  readonly #ask: Ask
  readonly #kept: number
  /** Linked, ascending, the last is the tip; empty before the first update alone. */
  #run: readonly PlacedHeader[] = []
  /** Blocks that left the chain, by hash, the oldest to leave first. */
  readonly #left = new Map<string, PlacedHeader>()
  readonly #change: () => Promise<unknown>
  #loading: Promise<unknown> = Promise.resolve()

  /** `change` resolves with the next update, and once there will be none: what is asked then throws. */
  constructor(ask: Ask, change: () => Promise<unknown>, kept = KEPT) {
    this.#ask = ask
    this.#change = change
    this.#kept = kept
  }

  get tip(): PlacedHeader | undefined {
    return this.#run.at(-1)
  }

  /** Of a block on the chain or one that left it, where it is held. */
  held(height: number, hash: BlockHash): PlacedHeader | undefined {
    const placed = this.#at(height)
    return placed !== undefined && sameHash(placed.hash, hash) ? placed : this.#left.get(toDisplay(hash))
  }

  /**
   * Up to `count` headers from a height on; fewer at the tip, or where fewer are fetched at a time. What lies deeper
   * than the view remembers comes from the node as it then is. The node may have gone over to another chain that the view
   * has yet to see: then what does not fit together is no fault of the node's, and the next update is waited for.
   */
  async headers(from: number, count: number): Promise<readonly PlacedHeader[]> {
    for (;;) {
      const change = this.#change()
      const { tip } = this
      try {
        return await readMoving(() => this.#headers(from, count))
      } catch (error) {
        if (!(error instanceof BitcoindError) || error.code !== 'E_NODE_GARBAGE') throw error
        if (tip === undefined || !(await this.#hasLeft(tip))) throw error
      }
      await change
    }
  }

  async #headers(from: number, count: number): Promise<readonly PlacedHeader[] | Misfit<never>> {
    const { tip } = this
    if (tip === undefined || from > tip.height || count <= 0) return []
    const [low] = this.#run
    if (low !== undefined && from < low.height) {
      if (tip.height - from >= this.#kept) {
        const wanted = Math.min(count, MAX_REST_HEADERS, low.height - from)
        return await this.#ask((client, options) => client.getHeaders(from, wanted, options))
      }
      const misfit = await this.#loadDownTo(from)
      if (misfit !== null) return misfit
    }
    const first = from - (this.#run[0]?.height ?? 0)
    return this.#run.slice(first, first + count)
  }

  /** Null above the tip. */
  async hashAt(height: number): Promise<BlockHash | null> {
    const { tip } = this
    if (tip === undefined || height > tip.height) return null
    const held = this.#at(height)?.hash
    return held ?? (await this.#ask((client, options) => client.getBlockHash(height, options))) ?? null
  }

  /** Whether the node has left the view's tip already, which the next update will find. */
  async outdated(): Promise<boolean> {
    const { tip } = this
    return tip !== undefined && (await this.#hasLeft(tip))
  }

  async #hasLeft({ height, hash }: PlacedHeader): Promise<boolean> {
    const active = await this.#ask((client, options) => client.getBlockHash(height, options))
    return active === undefined || !sameHash(active, hash)
  }

  /** Takes in what the node has beyond the view, up to 2,000 headers; false where it has nothing new. */
  async update(client: ChainClient, options: RpcOptions): Promise<boolean> {
    return await readMoving(async () => {
      const { tip } = this
      if (tip === undefined) return await this.#begin(client, options)
      const active = await client.getBlockHash(tip.height, options)
      const stays = active !== undefined && sameHash(active, tip.hash)
      const fork = stays ? tip : await this.#fork(client, options)
      if (fork === undefined) return await this.#beginAnew(client, tip, options)
      const headers = await client.getHeaders(fork.height + 1, MAX_REST_HEADERS, options)
      const [first] = headers
      if (first !== undefined && !sameHash(first.header.prevHash, fork.hash))
        return neverFollows(first.height, fork.hash)
      if (first === undefined) {
        if (stays) return false
        await requireKnown(client, fork.height, tip, options)
      }
      this.#replace(fork.height, headers)
      return true
    })
  }

  async #begin(client: ChainClient, options: RpcOptions): Promise<boolean | Misfit<boolean>> {
    const { height } = await client.getBestBlock(options)
    const headers = await client.getHeaders(height, MAX_REST_HEADERS, options)
    if (headers.length === 0) return new Misfit('no tip', () => garbage(`it has no block at its own height ${height}`))
    this.#leave(this.#run)
    this.#run = headers
    return true
  }

  /** Nothing that is remembered is on the node's chain. */
  async #beginAnew(client: ChainClient, tip: Tip, options: RpcOptions): Promise<boolean | Misfit<boolean>> {
    const { height } = await client.getBestBlock(options)
    if (height < tip.height) await requireKnown(client, height, tip, options)
    return await this.#begin(client, options)
  }

  /** The highest header of the run that is on the node's chain; undefined where none is. */
  async #fork(client: ChainClient, options: RpcOptions): Promise<PlacedHeader | undefined> {
    const run = this.#run
    const isActive = async (index: number) => {
      const placed = run[index] as PlacedHeader
      const active = await client.getBlockHash(placed.height, options)
      return active !== undefined && sameHash(active, placed.hash)
    }
    // Most reorgs are of one block: steps that double find the fork among the last, and halving finds it between two.
    let gone = run.length - 1
    let on = -1
    for (let back = 1; on < 0 && gone > 0; back *= 2) {
      const index = Math.max(0, run.length - 1 - back)
      if (await isActive(index)) on = index
      else gone = index
    }
    if (on < 0) return undefined
    while (gone - on > 1) {
      const middle = (on + gone) >> 1
      if (await isActive(middle)) on = middle
      else gone = middle
    }
    return run[on]
  }

  /** The chain up to a height stays, these follow. */
  #replace(height: number, headers: readonly PlacedHeader[]): void {
    const [low] = this.#run
    const stays = low === undefined ? 0 : height - low.height + 1
    this.#leave(this.#run.slice(stays))
    this.#run = [...this.#run.slice(0, stays), ...headers].slice(-this.#kept)
  }

  #leave(gone: readonly PlacedHeader[]): void {
    for (const placed of gone) this.#left.set(toDisplay(placed.hash), placed)
    for (const key of this.#left.keys()) {
      if (this.#left.size <= this.#kept) break
      this.#left.delete(key)
    }
  }

  #at(height: number): PlacedHeader | undefined {
    return this.#run[height - (this.#run[0]?.height ?? 0)]
  }

  /** One at a time: who comes second finds what the first has fetched. Null once the run reaches down so far. */
  async #loadDownTo(height: number): Promise<Misfit<never> | null> {
    const turn = this.#loading.then(() => this.#load(height))
    this.#loading = turn.catch(() => undefined)
    return await turn
  }

  async #load(height: number): Promise<Misfit<never> | null> {
    const [low] = this.#run
    if (low === undefined || low.height <= height) return null
    const loaded: PlacedHeader[] = []
    while (height + loaded.length < low.height) {
      const from = height + loaded.length
      const wanted = Math.min(MAX_REST_HEADERS, low.height - from)
      const headers = await this.#ask((client, options) => client.getHeaders(from, wanted, options))
      const [first] = headers
      const last = loaded.at(-1)
      const links = last === undefined || (first !== undefined && sameHash(first.header.prevHash, last.hash))
      if (first === undefined || !links) return neverFollows(from, last?.hash ?? low.hash)
      loaded.push(...headers)
    }
    // The run may have grown meanwhile, or be another.
    const below = loaded.at(-1)
    if (this.#run[0] !== low) return neverFollows(low.height, low.hash)
    if (below === undefined || !sameHash(low.header.prevHash, below.hash))
      return neverFollows(low.height, low.header.prevHash)
    this.#run = [...loaded, ...this.#run]
    return null
  }
}

/**
 * A node that was killed forgets its last blocks and fetches them again: where it has nothing but what the view has too,
 * and does not know the view's tip, it is merely behind, and nothing left the chain.
 */
async function requireKnown(client: ChainClient, height: number, tip: Tip, options: RpcOptions): Promise<void> {
  if ((await client.getHeader(tip.hash, options)) === undefined) throw behind(height, tip)
}

function neverFollows(height: number, hash: BlockHash): Misfit<never> {
  const found = `its header at height ${height} never follows ${toDisplay(hash)}`
  return new Misfit(found, () => garbage(found))
}

/** A chain that no Bitcoin node has. */
export function garbage(found: string): BitcoindError {
  return new BitcoindError('E_NODE_GARBAGE', `The node tells of an impossible chain: ${found}.`, {
    cure: { act: 'check-node' },
  })
}

/** The node has yet to reach a block. */
export function behind(height: number, tip: Tip): BitcoindError {
  const what = `block ${toDisplay(tip.hash)} at height ${tip.height}`
  const message = `The node is at height ${height} and does not know ${what} yet.`
  return new BitcoindError('E_NODE_BEHIND', message, { cure: { act: 'wait-until-synced' } })
}
