import type { RequestKind } from '../../src/bus/index.ts'
import type { PeerHost } from '../../src/p2p/index.ts'
import type { HostPlace } from './host-place.ts'

const bytes = { encode: (value: Uint8Array) => value, decode: (value: Uint8Array) => ({ ok: true, value }) as const }

/** A kind of question whose answer may be anything: its limits are wide, and a test narrows those that it is about. */
export const echo: RequestKind<Uint8Array, Uint8Array> = {
  name: 'test/echo/1',
  question: bytes,
  answer: bytes,
  maxQuestionBytes: 1000,
  maxAnswerBytes: 65_536,
  maxFrames: 256,
  rate: { burst: 1e6, perSecond: 1e6 },
  concurrent: { total: 16, perClient: 8 },
  questionMs: 30_000,
  answerMs: 30_000,
}

/** A started host that answers each question with itself. */
export async function openEchoing(place: HostPlace, options: Parameters<HostPlace['open']>[0] = {}): Promise<PeerHost> {
  const host = await place.open(options)
  await host.answer(echo, async (question) => ({ ok: true, frames: [question] }))
  await host.start()
  return host
}
