import type { AskReject, PeerName, PeerTransport } from '../../../src/bus/index.ts'
import { delay, hexToBytes, throwIfAborted } from '../../../src/lib/index.ts'
import type { StorageKernel } from '../../../src/proving/index.ts'
import { CODING } from '../../blob/shape.ts'
import { verifyChunk, verifyUnit } from '../../blob/verify.ts'
import { chunkKind, unitKind } from '../../peers/piece-kinds.ts'
import type { GivenPiece } from '../../reading/source.ts'
import type { PeerMemory } from '../../replica/peer-memory.ts'
import { AskedPeers } from './asked-peers.ts'
import type { ChunkStore } from './chunk-store.ts'
import type { WantedBlob } from './wanted-blob.ts'

/** Pieces of one blob that are asked for at the same time. */
const AT_ONCE = 4
/** After so long without an answer another peer is asked as well; where there is none left, so long is still waited. */
const OTHER_MS = 2_000
const LAST_MS = 20_000
/** Chunks in a row that nobody gives, after which the others are left for another time. */
const FRUITLESS = 64

export interface FetchComponents {
  readonly transport: PeerTransport
  readonly kernel: StorageKernel
  readonly store: ChunkStore
  readonly memory: PeerMemory
}

/** Why a peer is asked for nothing more of a blob now; that it lacks one piece says nothing of the others. */
const DONE_WITH: ReadonlySet<AskReject> = new Set(['unreachable', 'silent', 'malformed', 'oversized'])

type Verify = (given: GivenPiece) => Promise<{ readonly ok: boolean; readonly detail?: string }>

/** What came of asking one peer; null where it was waited for no longer. */
interface Outcome {
  readonly peer: PeerName
  readonly piece: GivenPiece | null
}

/**
 * Asks peers for pieces of one blob. What comes is compared with the blob's root; whoever gives another is told of as a liar
 * and asked for nothing more. A peer that does not answer holds up nobody: the next one is asked beside it.
 */
export class PieceSeeker {
  readonly #components: FetchComponents
  readonly #wanted: WantedBlob
  readonly #peers = new AskedPeers()
  readonly #signal: AbortSignal
  readonly #id: Uint8Array

  constructor(components: FetchComponents, wanted: WantedBlob, signal: AbortSignal) {
    this.#components = components
    this.#wanted = wanted
    this.#signal = signal
    this.#id = hexToBytes(wanted.id)
  }

  /** Peers that may be asked, the best ones first. */
  add(peers: Iterable<PeerName>): void {
    this.#peers.add(peers)
  }

  /** Fetches the chunks that are missing, as far as anybody gives them; each is on the disk as soon as it is verified. */
  async fetchMissing(): Promise<void> {
    const missing = this.#components.store.missing(this.#wanted)
    let fruitless = 0
    await this.each(missing, async (chunk) => {
      if (fruitless < FRUITLESS) fruitless = (await this.#fetchChunk(chunk)) ? 0 : fruitless + 1
    })
  }

  /** Some of these at a time; of failures the first one is thrown once all have ended. */
  async each(numbers: readonly number[], seek: (number: number) => Promise<void>): Promise<void> {
    const queue = numbers.values()
    const work = async () => {
      for (const number of queue) await seek(number)
    }
    const all = await Promise.allSettled(Array.from({ length: AT_ONCE }, work))
    for (const one of all) if (one.status === 'rejected') throw one.reason
  }

  /** A unit that nobody gives is null. */
  async unit(index: number): Promise<Uint8Array | null> {
    const { kernel } = this.#components
    const found = await this.#ask(unitKind, index, (given) => verifyUnit(kernel, this.#content, { index, ...given }))
    return found?.bytes ?? null
  }

  get #content() {
    const { root, length } = this.#wanted
    return { root: hexToBytes(root), length, coding: CODING }
  }

  /** Whether anybody gave it. */
  async #fetchChunk(index: number): Promise<boolean> {
    const { kernel, store } = this.#components
    const roots = new Map<GivenPiece, Uint8Array>()
    const found = await this.#ask(chunkKind, index, async (given) => {
      const verified = await verifyChunk(kernel, this.#content, { index, ...given })
      if (verified.ok) roots.set(given, verified.unitRoots)
      return verified
    })
    if (found === null) return false
    await store.put(this.#wanted.id, index, { ...found, unitRoots: roots.get(found) as Uint8Array })
    return true
  }

  async #ask(kind: typeof chunkKind, index: number, verify: Verify): Promise<GivenPiece | null> {
    const asked = new Set<PeerName>()
    const open = new Map<PeerName, Promise<Outcome>>()
    const found = new AbortController()
    const signal = AbortSignal.any([this.#signal, found.signal])
    try {
      for (;;) {
        throwIfAborted(this.#signal)
        const peer = this.#peers.next(asked)
        if (peer !== null) {
          asked.add(peer)
          const asking = this.#askOne(peer, kind, index, verify, signal)
          // Of one that is waited for no longer nobody hears.
          asking.catch(() => undefined)
          open.set(peer, asking)
        } else if (open.size === 0) return null
        const first = await orLate([...open.values()], peer === null ? LAST_MS : OTHER_MS, signal)
        if (first === null && peer === null) return null
        if (first === null) for (const late of open.keys()) this.#peers.stuck(late)
        else if (first.piece !== null) return first.piece
        else open.delete(first.peer)
      }
    } finally {
      found.abort()
    }
  }

  async #askOne(
    peer: PeerName,
    kind: typeof chunkKind,
    index: number,
    verify: Verify,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { transport, memory } = this.#components
    const peers = this.#peers
    try {
      const asked = await transport.ask(peer, kind, { id: this.#id, index }, { signal })
      if (!asked.ok) {
        // Who takes long only to refuse holds others up as much as one that is silent.
        const isLate = peers.isStuck(peer)
        peers.done(peer, 'lacked')
        if (!isLate && !DONE_WITH.has(asked.reject)) return { peer, piece: null }
        memory.failed(peer)
        peers.drop(peer)
        return { peer, piece: null }
      }
      const piece = asked.frames[0] as GivenPiece
      const verified = await verify(piece)
      if (verified.ok) {
        memory.gave(peer)
        peers.done(peer, 'gave')
        return { peer, piece }
      }
      memory.failed(peer)
      peers.drop(peer)
      transport.blame(peer, 'lie', `${kind.name}: ${verified.detail ?? 'not what was asked for'}`)
      return { peer, piece: null }
    } catch (error) {
      // Another one was faster: of a peer that was given time that is a failure.
      peers.done(peer, 'late')
      if (peers.isStuck(peer)) memory.failed(peer)
      throw error
    }
  }
}

/** The first to end, or null after so long. Throws what the first threw, and E_ABORTED once the signal fires. */
async function orLate<Value>(all: readonly Promise<Value>[], ms: number, signal: AbortSignal): Promise<Value | null> {
  const done = new AbortController()
  const late = delay(ms, AbortSignal.any([signal, done.signal])).then(() => null)
  // Whichever comes second is nobody's error.
  late.catch(() => undefined)
  try {
    return await Promise.race([...all, late])
  } finally {
    done.abort()
  }
}
