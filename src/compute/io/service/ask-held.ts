import type { PeerName, PeerTransport } from '../../../bus/index.ts'
import { abortedError, Deadline } from '../../../lib/index.ts'
import { type HeldQuestion, heldKind } from '../../peers/result-kind.ts'
import type { ResultMessage } from '../../peers/result-message.ts'
import type { HeardResult } from './heard-results.ts'

/** Peers that are asked, and for how long: whoever does not answer keeps nobody from proving. */
const ASKED = 8
const ASKED_MS = 1_500

/** Asks peers for a result, until one gives one that is right, or none does in time. Throws once the signal fires. */
export async function askHeld(
  transport: Pick<PeerTransport, 'peers' | 'ask'>,
  question: HeldQuestion,
  hear: (message: ResultMessage, from: PeerName) => Promise<HeardResult>,
  signal: AbortSignal,
): Promise<void> {
  const late = new Deadline(ASKED_MS)
  const found = new AbortController()
  const ending = AbortSignal.any([signal, late.signal, found.signal])
  const askOne = async (peer: PeerName) => {
    const asked = await transport.ask(peer, heldKind, question, { signal: ending })
    const [message] = asked.ok ? asked.frames : []
    if (message !== undefined && (await hear(message, peer)) === 'taken') found.abort()
  }
  try {
    await Promise.allSettled(transport.peers(heldKind).slice(0, ASKED).map(askOne))
  } finally {
    late.clear()
  }
  if (signal.aborted) throw abortedError(signal.reason)
}
