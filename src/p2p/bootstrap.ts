import type { Multiaddr } from '@multiformats/multiaddr'
import type { PeerName } from '../bus/index.ts'
import { abortedError, Deadline, delay } from '../lib/index.ts'
import { peerOf } from './addresses.ts'
import { p2pError } from './errors.ts'
import type { OpenedLibp2p } from './open-libp2p.ts'

const LOOK_EVERY_MS = 20_000
const DIAL_MS = 10_000

/** An address to begin with where nobody answers. */
export interface Unreachable {
  readonly address: string
  readonly detail: string
}

/** What became of dialling the addresses to begin with. */
export interface BootstrapEvents {
  unreachable(unreachable: Unreachable): void
  /** Who is there; told once as long as it is the same. */
  reached(address: string, peer: PeerName): void
}

/** Keeps the host connected with the peers that it was told to begin with. */
export class Bootstrap {
  readonly #libp2p: OpenedLibp2p
  readonly #addresses: readonly Multiaddr[]
  readonly #events: BootstrapEvents
  /** Who was met at an address. */
  readonly #met = new Map<string, PeerName>()
  readonly #failing = new Set<string>()

  constructor(libp2p: OpenedLibp2p, addresses: readonly Multiaddr[], events: BootstrapEvents) {
    this.#libp2p = libp2p
    this.#addresses = addresses
    this.#events = events
  }

  /** Dials those that are not connected, now and again and again; throws E_ABORTED once the signal fires. */
  async keep(signal: AbortSignal): Promise<void> {
    if (this.#addresses.length === 0) return
    for (;;) {
      await Promise.all(this.#addresses.map((address) => this.#look(address, signal)))
      await delay(LOOK_EVERY_MS, signal)
    }
  }

  async #connect(address: Multiaddr, signal: AbortSignal): Promise<PeerName> {
    const late = new Deadline(DIAL_MS)
    try {
      const connection = await this.#libp2p.dial(address, { signal: AbortSignal.any([late.signal, signal]) })
      return connection.remotePeer.toString()
    } catch (cause) {
      if (signal.aborted) throw abortedError(signal.reason)
      const detail = late.isOver ? `no answer within ${DIAL_MS / 1000} s` : reasonOf(cause as Error)
      throw p2pError('E_P2P_UNREACHABLE', `${address.toString()} cannot be reached: ${detail}`, { cause })
    } finally {
      late.clear()
    }
  }

  async #look(address: Multiaddr, signal: AbortSignal): Promise<void> {
    const text = address.toString()
    const peer = peerOf(address) ?? this.#met.get(text)
    const isConnected = this.#libp2p.getPeers().some((one) => one.toString() === peer)
    if (peer === this.#libp2p.peerId.toString()) return
    if (isConnected && peer !== undefined) return this.#reached(text, peer)
    try {
      this.#reached(text, await this.#connect(address, signal))
    } catch (error) {
      if (signal.aborted) throw error
      if (!this.#failing.has(text)) this.#events.unreachable({ address: text, detail: (error as Error).message })
      this.#failing.add(text)
    }
  }

  #reached(address: string, peer: PeerName): void {
    this.#failing.delete(address)
    if (this.#met.get(address) === peer) return
    this.#met.set(address, peer)
    this.#events.reached(address, peer)
  }
}

function reasonOf({ name, message }: Error): string {
  return name === 'DialDeniedError' ? 'it is no address of the public internet, or of a peer that is banned' : message
}
