import {
  type Answerer,
  type AskPeerOptions,
  type Fault,
  type PeerName,
  type PeerTransport,
  type RequestKind,
  refusal,
} from '../../src/bus/index.ts'
import { orAborted, rejection } from '../../src/lib/index.ts'

type AnyAnswerer = Answerer<never, never>

/** Peers in memory: what one answers the others may ask, through the codecs of each kind. */
export class PeerNet {
  readonly #answers = new Map<PeerName, Map<string, AnyAnswerer>>()
  readonly #met = new Set<{ readonly kind: string; met(peer: PeerName): void }>()
  readonly blamed: { readonly peer: PeerName; readonly fault: Fault }[] = []

  /** Nobody reaches this peer any more. */
  leave(peer: PeerName): void {
    this.#answers.delete(peer)
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
        const answering = answerer(read.value, { peer: own, signal: new AbortController().signal })
        const answered = await orAborted(answering, options?.signal)
        if (!answered.ok) return refusal(answered.reject, answered.detail)
        const frames: Answer[] = []
        for await (const frame of answered.frames) {
          const decoded = kind.answer.decode(kind.answer.encode(frame))
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
      join: () => {
        throw new Error('no gossip here')
      },
      blame: (peer, fault) => this.blamed.push({ peer, fault }),
      isBanned: () => false,
    }
  }
}
