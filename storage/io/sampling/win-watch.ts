import { join } from 'node:path'
import { sameHash, toDisplay } from '../../../src/bitcoin/index.ts'
import type { BitcoindClient, Tip } from '../../../src/bitcoin/io/index.ts'
import type { Gossip, GossipKind, PeerName, PeerTransport } from '../../../src/bus/index.ts'
import {
  asError,
  bytesToHex,
  Emitter,
  type Events,
  isInterrupt,
  orAborted,
  type Rejection,
  Running,
  type RunningService,
  throwIfAborted,
} from '../../../src/lib/index.ts'
import type { ProofVerifier } from '../../../src/proving/index.ts'
import type { IndexService } from '../../../src/settlement/io/index.ts'
import type { WinMessage } from '../../peers/win-kind.ts'
import { ChainWindow, type HashSource } from '../../sampling/chain-window.ts'
import type { WinGround } from '../../sampling/judge-win.ts'
import { OpenTicks } from '../../sampling/open-ticks.ts'
import { INSCRIBED_BLOCKS, WINDOW_TICKS } from '../../sampling/ticks.ts'
import type { SeenWin } from '../../sampling/win-log.ts'
import type { WinRules } from '../../sampling/win-rules.ts'
import type { StorageTable } from '../../table/table.ts'
import type { TableService } from '../table-service.ts'
import { HeardWins } from './heard-wins.ts'
import { InscribedWins } from './inscribed-wins.ts'
import { WinStore } from './win-store.ts'

export interface WinWatchComponents {
  /** Started, and by whoever made it; so is the index. */
  readonly table: TableService
  readonly inscriptions: IndexService
  /** Of the same node. */
  readonly feed: HashSource
  readonly client: BitcoindClient
  readonly transport: PeerTransport
  /** The kind that the transport was made for. */
  readonly gossip: GossipKind<WinMessage>
  readonly rules: WinRules
  readonly verifier: ProofVerifier
  /** Folder of the log. */
  readonly folder: string
}

/** Our own chain and table, as of one tip. */
export interface Ground extends WinGround {
  readonly height: number
  readonly table: StorageTable
}

/** What listening to wins tells. */
export interface WinWatchEvents {
  /** A win counts that did not before. */
  readonly win: SeenWin
  /** All that was heard is as of this block. */
  readonly tip: Tip
  /** Records of wins are judged up to this height, which takes its time and may come after the next tip. */
  readonly looked: { readonly height: number }
  /** A peer's win that was not taken. */
  readonly refused: Rejection & { readonly key: string; readonly peer: PeerName }
  readonly failed: Error
}

/** A reorg that reaches below the window's end is looked at as far. */
const WINDOW_BLOCKS = WINDOW_TICKS + INSCRIBED_BLOCKS + 13

/**
 * Listens to the wins of all partitions: judges each before it is passed on, counts those that the chain holds, and remembers a
 * week of them, and at which blocks it has listened.
 */
export class WinWatch implements RunningService {
  readonly #components: WinWatchComponents
  readonly #events = new Emitter<WinWatchEvents>()
  readonly #running = new Running()
  readonly #window: ChainWindow
  #store: WinStore | null = null
  #gossip: Gossip<WinMessage> | null = null
  /** The tip that all is as of. */
  #tip: Tip | null = null
  /** Blocks from this height on are to be looked through for records; none before the window is there. */
  #lookFrom = Number.POSITIVE_INFINITY
  /** Blocks that were followed and then given up: what was looked through meanwhile is looked through again. */
  #reorgs = 0

  constructor(components: WinWatchComponents) {
    this.#components = components
    this.#window = new ChainWindow(components.feed, WINDOW_BLOCKS)
  }

  get events(): Events<WinWatchEvents> {
    return this.#events
  }

  /** Our own chain and table, while both are as of one tip; null in between. */
  ground(): Ground | null {
    const { table, rules } = this.#components
    const [ours, theirs] = [this.#tip, table.tip]
    if (!table.isSettled || ours === null || theirs === null || !sameHash(ours.hash, theirs.hash)) return null
    return { rules, table: table.table, hashAt: this.#window.hashAt, height: ours.height }
  }

  /** The same, once it is there. Throws where the signal has fired before. */
  async settled(signal: AbortSignal): Promise<Ground> {
    for (;;) {
      throwIfAborted(signal)
      const ground = this.ground()
      if (ground !== null) return ground
      const moved = Promise.withResolvers<void>()
      const off = this.#events.on('tip', () => moved.resolve())
      try {
        await orAborted(moved.promise, signal)
      } finally {
        off()
      }
    }
  }

  /** Throws where it does not run. */
  get store(): WinStore {
    if (this.#store === null) throw new Error('a service is started before it is asked')
    return this.#store
  }

  /** Peers that are there to be heard. */
  get heard(): number {
    return this.#gossip?.listeners().length ?? 0
  }

  /** Counts a win of our own, which was proved just now, and tells peers of it. */
  async tell(message: WinMessage): Promise<void> {
    const { claim, id } = message
    const { partition, height } = claim
    const seen = { id, key: bytesToHex(claim.key), partition, height, blockHash: toDisplay(claim.blockHash) }
    await this.#count({ ...seen, heard: true, inscribed: null })
    await this.#gossip?.publish(message)
  }

  /** That it cannot be written is told, and keeps nobody from hearing of it. */
  async #count(seen: SeenWin): Promise<void> {
    const { win, isNew, written } = this.store.add(seen)
    if (isNew) this.#events.emit('win', win)
    await written.catch((error: unknown) => this.#events.emit('failed', asError(error)))
  }

  /** Throws E_LOCKED, E_STORE or E_DISK_FULL where the log cannot be opened. */
  async start(signal?: AbortSignal): Promise<void> {
    const { folder, rules, verifier } = this.#components
    const open = () => WinStore.open(join(folder, 'wins'), rules.params, verifier.info.keyId)
    await this.#running.openAndBegin(open, (store, ending) => this.#run(store, ending), signal)
  }

  async stop(): Promise<void> {
    await this.#running.stop()
  }

  async ended(): Promise<void> {
    await this.#running.ended()
  }

  async #run(store: WinStore, signal: AbortSignal): Promise<void> {
    const { table, transport, gossip, verifier } = this.#components
    this.#store = store
    const count = (win: SeenWin) => this.#count(win)
    const heard = new HeardWins({
      ...{ store, transport, verifier, count },
      ground: () => this.ground(),
      refused: (refusal, key, peer) => this.#events.emit('refused', { ...refusal, key, peer }),
    })
    const inscribed = new InscribedWins({ ...this.#components, store, count })
    const joined = transport.join(gossip, (message, from) => heard.verdict(message, from))
    this.#gossip = joined
    const ticks = new OpenTicks(() => joined.listeners().length > 0)
    const over = new AbortController()
    const ending = AbortSignal.any([signal, over.signal])
    const [tips, followed] = [new News(), new News()]
    const offs = [table.events.on('tip', () => tips.tell()), this.events.on('tip', () => followed.tell())]
    tips.tell()
    // Beside what follows the chain: whoever fills a block with proofs that do not hold keeps nobody from hearing others. It ends
    // by the signal alone, maybe while a block is still being followed: nobody waits for it then.
    const looking = this.#eachTime(followed, ending, () => this.#lookAtRecords(inscribed, ending)).catch(
      () => undefined,
    )
    try {
      await this.#eachTime(tips, signal, async () => {
        if (await this.#follow(store, ticks, signal)) heard.moved()
      })
    } finally {
      for (const off of offs) off()
      over.abort()
      await looking
      joined.leave()
      this.#gossip = null
      this.#tip = null
      heard.end()
      await store.close()
      this.#store = null
    }
  }

  /** Whether all is as of the table's tip now; where the node has moved on already, the table will say so. */
  async #follow(store: WinStore, ticks: OpenTicks, signal: AbortSignal): Promise<boolean> {
    const { tip } = this.#components.table
    if (tip === null) return false
    const moved = await this.#window.moveTo(tip, signal)
    if (moved === null) return false
    const before = this.#tip
    this.#tip = tip
    this.#lookFrom = Math.min(this.#lookFrom, moved.from)
    if (before !== null && moved.from <= before.height) this.#reorgs++
    const hashAt = (height: number) => {
      const hash = this.#window.hashAt(height)
      return hash === null ? null : toDisplay(hash)
    }
    await store.moveTo(tip.height, hashAt, moved.from)
    for (const tick of ticks.moveTo(tip.height, hashAt)) await store.listened(tick)
    this.#events.emit('tip', tip)
    return true
  }

  async #lookAtRecords(inscribed: InscribedWins, signal: AbortSignal): Promise<void> {
    const ground = this.ground()
    if (ground === null) return
    const { height } = ground
    const seen = this.#reorgs
    const looked = (at: number) => {
      // Where the chain has changed meanwhile, it is looked at again.
      if (this.#reorgs === seen) this.#lookFrom = at + 1
    }
    await inscribed.look(ground, this.#lookFrom, height, looked, signal)
    looked(height)
    this.#events.emit('looked', { height })
  }

  /** Does the work whenever there is news; what fails is seen to again with the next. Ends by the signal alone. */
  async #eachTime(news: News, signal: AbortSignal, work: () => Promise<void>): Promise<never> {
    for (;;) {
      await orAborted(news.next(), signal)
      try {
        await work()
      } catch (error) {
        if (isInterrupt(error, signal)) throw error
        this.#events.emit('failed', asError(error))
      }
    }
  }
}

/** That something has happened since it was asked last, however often. */
class News {
  #told = Promise.withResolvers<void>()

  tell(): void {
    this.#told.resolve()
  }

  async next(): Promise<void> {
    await this.#told.promise
    this.#told = Promise.withResolvers()
  }
}
