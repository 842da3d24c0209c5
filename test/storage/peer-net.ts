import {
  type Answerer,
  type AskPeerOptions,
  type Fault,
  type GossipJudge,
  type GossipKind,
  type PeerName,
  type PeerTransport,
  type RequestKind,
  refusal,
} from '../../src/bus/index.ts'
import { bytesToHex, orAborted, rejection } from '../../src/lib/index.ts'

type AnyAnswerer = Answerer<never, never>

interface Listener {
  readonly peer: PeerName
  readonly topic: string
  /** Messages by name, as gossipsub has them: what was seen once is not heard again. */
  readonly seen: Set<string>
  hear(bytes: Uint8Array, from: PeerName): Promise<void>
}

/** Peers in memory: what one answers the others may ask, and what one tells all others hear, through the codecs and limits of each kind. */
export class PeerNet {
  readonly #answers = new Map<PeerName, Map<string, AnyAnswerer>>()
  readonly #met = new Set<{ readonly kind: string; met(peer: PeerName): void }>()
  readonly #listeners = new Set<Listener>()
  readonly blamed: { readonly peer: PeerName; readonly fault: Fault }[] = []

  /** Nobody reaches this peer any more. */
  leave(peer: PeerName): void {
    this.#answers.delete(peer)
    for (const one of [...this.#listeners]) if (one.peer === peer) this.#listeners.delete(one)
  }

  /** As a message that `from` gives to all; resolves once all have judged it, and those who took it have passed it on. */
  async tell(
    from: PeerName,
    { name: topic, id }: Pick<GossipKind<never>, 'name' | 'id'>,
    bytes: Uint8Array,
  ): Promise<void> {
    const digest = bytesToHex(id(bytes))
    const hearing = [...this.#listeners].filter(
      (one) => one.topic === topic && one.peer !== from && !one.seen.has(digest),
    )
    for (const { seen } of hearing) seen.add(digest)
    await Promise.all(hearing.map((one) => one.hear(bytes, from)))
  }

  #join<Value>(peer: PeerName, kind: GossipKind<Value>, judge: GossipJudge<Value>) {
    const listener: Listener = {
      ...{ peer, topic: kind.name, seen: new Set() },
      hear: async (bytes, from) => {
        if (bytes.length > kind.maxBytes) return void this.blamed.push({ peer: from, fault: 'oversized' })
        const read = kind.message.decode(bytes)
        if (read.ok && (await judge(read.value, from)) === 'accept') await this.tell(peer, kind, bytes)
      },
    }
    this.#listeners.add(listener)
    return {
      publish: async (value: Value) => {
        // Nobody waits for what others make of it.
        void this.tell(peer, kind, kind.message.encode(value))
      },
      listeners: () =>
        [...this.#listeners].flatMap((one) => (one.topic === kind.name && one.peer !== peer ? [one.peer] : [])),
      leave: () => void this.#listeners.delete(listener),
    }
  }

  transport(own: PeerName): PeerTransport {
    const speaking = ({ name }: { readonly name: string }) =>
      [...this.#answers].flatMap(([peer, kinds]) => (peer !== own && kinds.has(name) ? [peer] : []))
    return {
      peers: speaking,
      meet: ({ name }, met) => {
        const waiting = { kind: name, met }
        this.#met.add(waiting)
        return () => this.#met.delete(waiting)
      },
      ask: async <Question, Answer>(
        peer: PeerName,
        kind: RequestKind<Question, Answer>,
        question: Question,
        options?: AskPeerOptions<Answer>,
      ) => {
        const answerer = this.#answers.get(peer)?.get(kind.name) as Answerer<Question, Answer> | undefined
        if (answerer === undefined) return rejection('unreachable', 'nobody is there')
        const read = kind.question.decode(kind.question.encode(question))
        if (!read.ok) return rejection('malformed', read.detail)
        const answering = answerer(read.value, { peer: own, signal: options?.signal ?? new AbortController().signal })
        const answered = await orAborted(answering, options?.signal)
        if (!answered.ok) return refusal(answered.reject, answered.detail)
        const frames: Answer[] = []
        for await (const frame of answered.frames) {
          const bytes = kind.answer.encode(frame)
          if (bytes.length > kind.maxAnswerBytes) {
            this.blamed.push({ peer, fault: 'oversized' })
            return rejection('oversized', `${bytes.length} bytes`)
          }
          const decoded = kind.answer.decode(bytes)
          if (!decoded.ok) return rejection('malformed', decoded.detail)
          if (options?.take === undefined) frames.push(decoded.value)
          else await options.take(decoded.value)
        }
        return { ok: true, frames }
      },
      answer: async (kind, answerer) => {
        const kinds = this.#answers.get(own) ?? new Map<string, AnyAnswerer>()
        kinds.set(kind.name, answerer as unknown as AnyAnswerer)
        this.#answers.set(own, kinds)
        for (const waiting of [...this.#met]) if (waiting.kind === kind.name) waiting.met(own)
        return async () => {
          kinds.delete(kind.name)
        }
      },
      join: (kind, judge) => this.#join(own, kind, judge),
      blame: (peer, fault) => this.blamed.push({ peer, fault }),
      isBanned: () => false,
    }
  }
}
