import type { Answered, PeerName, PeerTransport } from '../../../bus/index.ts'
import { asError, isInterrupt, type Rejection, rejection } from '../../../lib/index.ts'
import { type ProofRequest, type RequestAnswer, type RequestQuestion, requestKind } from '../../peers/request-kind.ts'
import type { ResultMessage } from '../../peers/result-message.ts'
import type { ForPeers } from '../../service/for-peers.ts'
import type { OwnBlock, PreparedRequest, ServedProgram } from '../../service/served-program.ts'
import type { Clock } from './clock.ts'
import type { FollowedChain } from './own-chain.ts'
import { boundsRefusal, type KnownProgram, proveRequested } from './prove-requested.ts'

/** Requests that are open: of all peers, of one. */
const OPEN = { total: 16, perPeer: 2 }
/** Requests that have ended and are still told of. */
const ENDED = 64
/** The longest that one is worked at. */
const MOST_SECONDS = 3_600

export interface RequestsComponents {
  readonly transport: PeerTransport
  readonly chain: Pick<FollowedChain, 'height' | 'at'>
  readonly clock: Clock
  readonly forPeers: ForPeers
  program(id: string): KnownProgram | null
  /** A result of our own, which was judged as any other. */
  proved(program: ServedProgram, message: ResultMessage): Promise<void>
  /** A request that is worked at, or is not taken. */
  taken(request: ProofRequest, peer: PeerName): void
  refused(request: ProofRequest, peer: PeerName, refusal: Rejection): void
  failed(program: ServedProgram, block: OwnBlock, failure: Rejection | Error): void
}

interface Entry {
  readonly peer: PeerName
  /** Of the result that it will have. */
  readonly identity: string
  readonly stop: AbortController
  answer: RequestAnswer
}

/** Proves what peers ask for, few at a time, and tells them how it stands. A request is of the peer that made it, and of no other. */
export class Requests {
  readonly #components: RequestsComponents
  /** By peer and id; those that were made last are last. */
  readonly #entries = new Map<string, Entry>()
  /** Names of those that are judged, and who asks: that takes a place too, for blocks may be read meanwhile. */
  readonly #judged = new Map<string, PeerName>()
  readonly #underWay = new Set<Promise<void>>()
  #unanswer: () => Promise<void> = async () => undefined

  constructor(components: RequestsComponents) {
    this.#components = components
  }

  async start(): Promise<void> {
    this.#unanswer = await this.#components.transport.answer(requestKind, async (question, { peer, signal }) =>
      this.#answer(question, peer, signal),
    )
  }

  async end(): Promise<void> {
    await this.#unanswer()
    for (const { stop } of this.#entries.values()) stop.abort()
    await Promise.all(this.#underWay)
  }

  /** A right result of somebody else is known: who works at the same stops, and gives that. */
  seen(identity: string, message: ResultMessage): void {
    for (const entry of this.#entries.values()) {
      if (entry.identity !== identity || !isOpen(entry)) continue
      entry.answer = { state: 'done', message }
      entry.stop.abort()
    }
  }

  async #answer(question: RequestQuestion, peer: PeerName, signal: AbortSignal): Promise<Answered<RequestAnswer>> {
    const name = `${peer} ${question.id}`
    const entry = this.#entries.get(name)
    if (question.kind === 'cancel' && entry !== undefined && isOpen(entry)) {
      entry.answer = { state: 'cancelled' }
      entry.stop.abort()
    }
    if (entry !== undefined) return { ok: true, frames: [entry.answer] }
    if (question.kind !== 'request') return rejection('no-such-request', 'nothing was asked under this id')
    const taken = await this.#take(question, peer, name, signal)
    if (taken.ok) return { ok: true, frames: [taken.entry.answer] }
    this.#components.refused(question, peer, taken)
    return taken
  }

  async #take(request: ProofRequest, peer: PeerName, name: string, signal: AbortSignal) {
    const { program: programOf, taken } = this.#components
    const served = programOf(request.program)
    if (served === null) return rejection('no-such-program', 'this program is not served here')
    const taking = this.#judged.has(name) ? rejection('busy', 'it is being taken') : this.#refusedFor(peer)
    const refused = refusalOf(request, served.program) ?? taking
    if (refused !== null) return refused
    this.#judged.set(name, peer)
    const read = await this.#prepare(request, served.program, signal).finally(() => this.#judged.delete(name))
    if (!read.ok) return read
    const { identity } = read.prepared
    const entry: Entry = { peer, identity, stop: new AbortController(), answer: { state: 'proving' } }
    this.#entries.set(name, entry)
    this.#forget()
    taken(request, peer)
    const work = this.#work(entry, served, read.prepared, Math.min(request.seconds, MOST_SECONDS)).finally(() =>
      this.#underWay.delete(work),
    )
    this.#underWay.add(work)
    return { ok: true as const, entry }
  }

  async #prepare(request: ProofRequest, { onRequest }: ServedProgram, signal: AbortSignal) {
    const { chain } = this.#components
    const tip = await chain.at(chain.height)
    if (tip === null || onRequest === null) return rejection('catching-up', 'the chain is changing')
    const read = await onRequest.prepare(request, { tip, at: (height) => chain.at(height), signal })
    return read.ok ? read : rejection('bad-input', `${read.reject}: ${read.detail}`)
  }

  #refusedFor(peer: PeerName): Rejection | null {
    const worked = [...this.#entries.values()].filter(isOpen).map((one) => one.peer)
    const open = [...worked, ...this.#judged.values()]
    const own = open.filter((one) => one === peer).length
    return open.length >= OPEN.total || own >= OPEN.perPeer ? rejection('busy', 'too many requests are open') : null
  }

  /** Ends by itself; never throws. */
  async #work(
    entry: Entry,
    { program, known }: KnownProgram,
    prepared: PreparedRequest,
    seconds: number,
  ): Promise<void> {
    const { chain, clock, proved, failed } = this.#components
    const { identity, block } = prepared
    const over = new AbortController()
    clock.delay(1000 * seconds, over.signal).then(
      () => {
        if (isOpen(entry)) entry.answer = { state: 'late' }
        entry.stop.abort()
      },
      () => undefined,
    )
    const end = (answer: RequestAnswer) => {
      if (isOpen(entry)) entry.answer = answer
    }
    try {
      const held = known.get(identity)
      if (held !== null) return end(this.#given(held))
      const made = await proveRequested({ program, known }, prepared, chain, entry.stop.signal)
      if (made.ok) {
        end(this.#given(made.message))
        if (made.isNews) await proved(program, made.message)
        return
      }
      if (made.reject === 'other-chain') return end({ state: 'failed', detail: made.detail })
      failed(program, block, made)
      end({ state: 'failed', detail: 'what was proved here does not hold' })
    } catch (error) {
      if (isInterrupt(error, entry.stop.signal)) return
      failed(program, block, asError(error))
      end({ state: 'failed', detail: 'it could not be proved here' })
    } finally {
      over.abort()
    }
  }

  #given(message: ResultMessage): RequestAnswer {
    const unfit = this.#components.forPeers.rejection(message)
    if (unfit === null) return { state: 'done', message }
    return { state: 'failed', detail: `peers are not given the result: ${unfit.detail}` }
  }

  #forget(): void {
    const ended = [...this.#entries].filter(([, one]) => !isOpen(one))
    for (const [name] of ended.slice(0, Math.max(0, ended.length - ENDED))) this.#entries.delete(name)
  }
}

function isOpen({ answer: { state } }: Entry): boolean {
  return state === 'waiting' || state === 'proving'
}

/** What this node does not do, whatever the input is. */
function refusalOf(request: ProofRequest, program: ServedProgram): Rejection | null {
  const refused = boundsRefusal(request, program)
  if (refused !== null || request.destination === 'asker') return refused
  return rejection('no-budget', 'this node pays for inscriptions of requests that are on Bitcoin alone')
}
