import type { PeerName, PeerTransport } from '../../../bus/index.ts'
import { delay, isInterrupt, orAborted, type Result, rejection, throwIfAborted } from '../../../lib/index.ts'
import { type ProofRequest, type RequestAnswer, requestKind } from '../../peers/request-kind.ts'
import type { ResultMessage } from '../../peers/result-message.ts'

/** Between two questions for how it stands, milliseconds. */
const ASK_EVERY_MS = 1_000

/** Why a peer gave no result. */
export type RequestReject = 'refused' | 'no-answer' | 'failed' | 'late' | 'cancelled'

export interface RequestedOptions {
  readonly signal: AbortSignal
  /** How it stands, each time that it was asked. */
  told?(state: RequestAnswer['state']): void
}

/**
 * Has a peer prove something, and waits for it. Nothing of the result is judged. Where the signal fires the request is
 * cancelled, and E_ABORTED thrown.
 */
export async function requestResult(
  transport: Pick<PeerTransport, 'ask'>,
  peer: PeerName,
  request: ProofRequest,
  { signal, told }: RequestedOptions,
): Promise<Result<{ readonly message: ResultMessage }, RequestReject>> {
  try {
    for (let isFirst = true; ; isFirst = false) {
      const question = isFirst ? request : ({ kind: 'status', id: request.id } as const)
      const asked = await transport.ask(peer, requestKind, question, { signal })
      if (!asked.ok) return rejection(asked.reject === 'refused' ? 'refused' : 'no-answer', asked.detail)
      const [answer] = asked.frames as [RequestAnswer]
      told?.(answer.state)
      if (answer.state === 'done') return { ok: true, message: answer.message }
      if (answer.state === 'failed') return rejection('failed', answer.detail)
      if (answer.state === 'late') return rejection('late', `it was not proved within ${request.seconds} s`)
      if (answer.state === 'cancelled') return rejection('cancelled', 'it was cancelled')
      await delay(ASK_EVERY_MS, signal)
    }
  } catch (error) {
    if (isInterrupt(error, signal)) await transport.ask(peer, requestKind, { kind: 'cancel', id: request.id })
    throwIfAborted(signal)
    throw error
  }
}

/** The first peer that takes requests, now or later. Throws once the signal fires. */
export async function meetProver(
  transport: Pick<PeerTransport, 'peers' | 'meet'>,
  signal: AbortSignal,
): Promise<PeerName> {
  const { promise, resolve } = Promise.withResolvers<PeerName>()
  const off = transport.meet(requestKind, resolve)
  try {
    throwIfAborted(signal)
    const [peer] = transport.peers(requestKind)
    return peer ?? (await orAborted(promise, signal))
  } finally {
    off()
  }
}
