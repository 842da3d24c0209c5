import { peerIdFromString } from '@libp2p/peer-id'
import type { Multiaddr } from '@multiformats/multiaddr'
import type {
  Answerer,
  Asked,
  AskPeerOptions,
  Fault,
  Gossip,
  GossipJudge,
  GossipKind,
  PeerName,
  PeerTransport,
  RequestKind,
  WantedAddresses,
} from '../bus/index.ts'
import { aborted, Emitter, type Events, Running, type RunningService } from '../lib/index.ts'
import { Answering } from './answering.ts'
import { askOver } from './asking.ts'
import { Bootstrap } from './bootstrap.ts'
import { p2pError } from './errors.ts'
import { joinGossip } from './gossip.ts'
import { KnownPeers } from './known-peers.ts'
import { Manners } from './manners.ts'
import type { OpenedLibp2p } from './open-libp2p.ts'
import { Partitions } from './partitions.ts'
import type { PeerHostEvents } from './peer-host-events.ts'
import { protocolId } from './protocol-names.ts'
import type { Scoreboard } from './scoreboard.ts'
import { watchWanted } from './watch-wanted.ts'

export interface PeerHostComponents {
  /** Before every protocol and topic (`protocolPrefix`). */
  readonly prefix: string
  readonly libp2p: OpenedLibp2p
  readonly scores: Scoreboard
  readonly bootstrap: readonly Multiaddr[]
  /** Streams of one connection; of one protocol there are no more either. */
  readonly streamsPerConnection: number
  /** Milliseconds, of a clock that never goes back. */
  readonly clock: () => number
}

/**
 * This process among its peers: one libp2p host, shared by all parts that speak with them. What is to be answered and
 * which gossip to take part in is best said before it starts: peers learn it when they connect.
 */
export class PeerHost implements RunningService, PeerTransport {
  readonly partitions: Partitions
  /** The addresses to begin with, to be watched before it starts. */
  readonly wanted: WantedAddresses
  readonly #components: PeerHostComponents
  readonly #events = new Emitter<PeerHostEvents>()
  readonly #running = new Running()
  readonly #known = new KnownPeers()
  readonly #manners: Manners
  readonly #bootstrap: Bootstrap
  /** Gossip to be joined once there is any. */
  readonly #joining = new Set<() => void>()
  #isOpen = false

  constructor(components: PeerHostComponents) {
    this.#components = components
    const { libp2p, prefix, bootstrap, clock } = components
    this.#manners = new Manners(clock, (peer) =>
      libp2p.getConnections().some(({ remotePeer }) => remotePeer.toString() === peer),
    )
    this.partitions = new Partitions(prefix, libp2p.contentRouting)
    this.#bootstrap = new Bootstrap(libp2p, bootstrap, {
      unreachable: (unreachable) => this.#events.emit('unreachable', unreachable),
      reached: (address, peer) => this.#events.emit('reached', { address, peer }),
    })
    this.wanted = {
      count: new Set(bootstrap.map(String)).size,
      watch: (kind, met) => watchWanted(this.#events, (peer) => this.#known.speaks(peer, this.#protocol(kind)), met),
    }
    libp2p.addEventListener('peer:identify', ({ detail: { peerId, protocols } }) => {
      // It may have left while it said so.
      if (libp2p.getConnections(peerId).length === 0) return
      this.#known.identified(peerId.toString(), protocols)
      this.#events.emit('identified', { peer: peerId.toString() })
    })
    libp2p.addEventListener('peer:connect', ({ detail }) => {
      const peer = detail.toString()
      this.#events.emit('connected', { peer })
      // It may have been banned while it was let in.
      if (this.isBanned(peer)) this.#cut(peer)
    })
    libp2p.addEventListener('peer:disconnect', ({ detail }) => {
      this.#known.left(detail.toString())
      this.#manners.forget(detail.toString())
      this.#events.emit('disconnected', { peer: detail.toString() })
    })
  }

  get events(): Events<PeerHostEvents> {
    return this.#events
  }

  /** Its own name among peers. */
  get name(): PeerName {
    return this.#components.libp2p.peerId.toString()
  }

  /** Where it listens, each with its name at the end. */
  get addresses(): string[] {
    return this.#components.libp2p.getMultiaddrs().map(String)
  }

  /** Throws E_P2P_ADDRESS where it cannot listen. */
  async start(signal?: AbortSignal): Promise<void> {
    await this.#running.openAndBegin(
      () => this.#open(),
      (_, ending) => this.#run(ending),
      signal,
    )
    this.#events.emit('listening', { addresses: this.addresses })
  }

  stop(): Promise<void> {
    return this.#running.stop()
  }

  ended(): Promise<void> {
    return this.#running.ended()
  }

  peers<Question, Answer>(kind: RequestKind<Question, Answer>): PeerName[] {
    return this.#known.speaking(this.#protocol(kind)).filter((peer) => !this.isBanned(peer))
  }

  meet<Question, Answer>(kind: RequestKind<Question, Answer>, met: (peer: PeerName) => void): () => void {
    return this.#known.meet(this.#protocol(kind), met)
  }

  async ask<Question, Answer>(
    peer: PeerName,
    kind: RequestKind<Question, Answer>,
    question: Question,
    options: AskPeerOptions<Answer> = {},
  ): Promise<Asked<Answer>> {
    const { libp2p } = this.#components
    const open = async (signal: AbortSignal) =>
      await libp2p.dialProtocol(peerIdFromString(peer), this.#protocol(kind), { signal })
    const asked = await this.#manners.turn(peer, kind, () => askOver(open, kind, question, options), options.signal)
    if (!asked.ok) {
      const fault = FAULT_OF[asked.reject]
      if (fault !== undefined) this.blame(peer, fault, `${kind.name}: ${asked.detail}`)
    }
    return asked
  }

  async answer<Question, Answer>(
    kind: RequestKind<Question, Answer>,
    answerer: Answerer<Question, Answer>,
  ): Promise<() => Promise<void>> {
    const { libp2p, clock, streamsPerConnection } = this.#components
    const answering = new Answering(kind, answerer, { ...this.#told, clock })
    const protocol = this.#protocol(kind)
    // Its own limits come first: a stream beyond them is told as a fault, one beyond libp2p's is not.
    await libp2p.handle(protocol, (stream, connection) => answering.onStream(stream, connection), {
      maxInboundStreams: streamsPerConnection,
    })
    return async () => {
      await libp2p.unhandle(protocol)
      await answering.end()
    }
  }

  join<Value>(kind: GossipKind<Value>, judge: GossipJudge<Value>): Gossip<Value> {
    const { libp2p, prefix, clock } = this.#components
    let gossip: Gossip<Value> | null = null
    const join = () => {
      gossip = joinGossip(kind, judge, { ...this.#told, prefix, clock, pubsub: libp2p.services.gossip })
    }
    if (this.#isOpen) join()
    else this.#joining.add(join)
    return {
      publish: async (value) => await gossip?.publish(value),
      listeners: () => (this.#isOpen ? (gossip?.listeners() ?? []) : []),
      leave: () => {
        this.#joining.delete(join)
        if (this.#isOpen) gossip?.leave()
        gossip = null
      },
    }
  }

  blame(peer: PeerName, fault: Fault, detail: string): void {
    this.#events.emit('blamed', { peer, fault, detail })
    if (!this.#components.scores.blame(peer, fault)) return
    this.#events.emit('banned', { peer })
    this.#cut(peer)
  }

  isBanned(peer: PeerName): boolean {
    return this.#components.scores.isBanned(peer)
  }

  #cut(peer: PeerName): void {
    for (const connection of this.#components.libp2p.getConnections(peerIdFromString(peer))) {
      connection.abort(new Error('this peer is not spoken with for a time'))
    }
  }

  readonly #told = {
    blame: (peer: PeerName, fault: Fault, detail: string) => this.blame(peer, fault, detail),
    failed: (error: Error) => this.#events.emit('failed', error),
  }

  #protocol(kind: { readonly name: string }): string {
    return protocolId(this.#components.prefix, kind.name)
  }

  async #open(): Promise<void> {
    const { libp2p } = this.#components
    try {
      await libp2p.start()
    } catch (cause) {
      await libp2p.stop()
      // libp2p's own words are a trace of Node's.
      const isInUse = (cause as Error).message.includes('EADDRINUSE')
      const why = isInUse ? 'an address that it should listen at is in use' : (cause as Error).message
      throw p2pError('E_P2P_ADDRESS', `cannot listen: ${why}`, {
        cause,
        cure: { act: 'other-address' },
      })
    }
    this.#isOpen = true
    for (const join of this.#joining) join()
    this.#joining.clear()
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      await Promise.all([this.#bootstrap.keep(signal), aborted(signal)])
    } finally {
      this.#isOpen = false
      await this.#components.libp2p.stop()
    }
  }
}

/** What of an answer that was none is the peer's fault; that it cannot be reached or does not want to is none. */
const FAULT_OF: Readonly<Partial<Record<Extract<Asked<never>, { ok: false }>['reject'], Fault>>> = {
  silent: 'slow',
  malformed: 'malformed',
  oversized: 'oversized',
}
