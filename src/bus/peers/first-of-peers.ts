import { asError, type Rejection, type Result, rejection, throwIfAborted } from '../../lib/index.ts'
import type { AskReject, PeerName, PeerTransport, RequestKind } from './transport.ts'
import { type WantedAddresses, WantedPeers } from './wanted-peers.ts'

export interface FirstOfPeersOptions {
  /** Once the peers there gave nothing that is taken, nobody else is waited for. */
  readonly wanted: WantedAddresses
  /** For an answer that is taken, milliseconds. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Why the answer of a peer is not taken. */
  untaken?(peer: PeerName, why: Rejection): void
}

/** Why nothing is taken: nobody answered (`no-answer`); else what the most telling of the peers' answers lacks. */
export type FirstOfPeers<Value, Reject extends string> = Result<
  { readonly value: Value; readonly peer: PeerName },
  Reject | 'refused' | 'no-answer'
>

/**
 * Asks all peers that speak of a kind, as they come, the same, and takes the first answer that its judge takes; the others
 * are then left alone. Strangers may help, and end nothing by refusing. Throws E_ABORTED once the signal fires.
 */
export async function firstOfPeers<Question, Answer, Value, Reject extends string>(
  transport: PeerTransport,
  kind: RequestKind<Question, Answer>,
  question: Question,
  judge: (frames: readonly Answer[], peer: PeerName) => Result<{ readonly value: Value }, Reject>,
  options: FirstOfPeersOptions,
): Promise<FirstOfPeers<Value, Reject>> {
  const { wanted, timeoutMs, signal, untaken } = options
  throwIfAborted(signal)
  const { promise, resolve, reject } = Promise.withResolvers<FirstOfPeers<Value, Reject>>()
  const done = new AbortController()
  const asked = new Set<PeerName>()
  const waiting = new WantedPeers(wanted)
  let told: Rejection<Reject | 'refused' | 'no-answer'> = rejection('no-answer', 'no peer gave an answer')
  const look = () => {
    if (waiting.areHeard) resolve(told)
  }
  const ask = async (peer: PeerName) => {
    if (asked.has(peer)) return
    asked.add(peer)
    const given = await transport.ask(peer, kind, question, { signal: done.signal })
    const judged = given.ok ? judge(given.frames, peer) : given
    if (judged.ok) return resolve({ ok: true, value: judged.value, peer })
    untaken?.(peer, judged)
    told = moreTelling(told, judged)
    waiting.heard(peer)
    look()
  }
  const met = (peer: PeerName) => {
    ask(peer).catch((error: unknown) => reject(asError(error)))
  }
  const timer = setTimeout(() => resolve(told), timeoutMs)
  const onAbort = () => reject(signal?.reason)
  signal?.addEventListener('abort', onAbort)
  const watching = wanted.watch(kind, (address, peer) => {
    waiting.met(address, peer)
    look()
  })
  const offs = [transport.meet(kind, met), watching]
  for (const peer of transport.peers(kind)) met(peer)
  try {
    return await promise
  } catch (error) {
    throwIfAborted(signal)
    throw error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
    for (const off of offs) off()
    done.abort()
  }
}

const UNHEARD: ReadonlySet<string> = new Set<AskReject>(['unreachable', 'silent', 'malformed', 'oversized'])

/** What was judged says more than a refusal, and that more than silence. */
function moreTelling<Reject extends string>(
  before: Rejection<Reject | 'refused' | 'no-answer'>,
  judged: Rejection<Reject | AskReject>,
): Rejection<Reject | 'refused' | 'no-answer'> {
  const { reject, detail } = judged
  if (UNHEARD.has(reject)) return before.reject === 'no-answer' ? rejection('no-answer', detail) : before
  if (reject === 'refused') return before.reject === 'no-answer' ? rejection('refused', detail) : before
  return rejection(reject as Reject, detail)
}
