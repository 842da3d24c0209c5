import type { Stream } from '@libp2p/interface'
import { type Asked, type AskPeerOptions, type AskReject, type RequestKind, refusal } from '../bus/index.ts'
import { abortedError, Deadline, rejection, throwIfAborted } from '../lib/index.ts'
import { MAX_REFUSAL_BYTES, readAnswerFrame } from './answer-frame.ts'
import { FrameStream } from './frame-stream.ts'

/**
 * One question over a stream of its own, and its answer. What the peer does wrong is returned; the stream is closed or
 * broken off in any case.
 */
export async function askOver<Question, Answer>(
  open: (signal: AbortSignal) => Promise<Stream>,
  kind: RequestKind<Question, Answer>,
  question: Question,
  { signal, take }: AskPeerOptions<Answer> = {},
): Promise<Asked<Answer>> {
  throwIfAborted(signal)
  const late = new Deadline(kind.questionMs + kind.answerMs)
  const ending = signal === undefined ? late.signal : AbortSignal.any([late.signal, signal])
  let stream: Stream | null = null
  let frames: FrameStream | null = null
  /** What is slow here: to be connected with it, and to take what it sent, are no fault of the peer's. */
  let own = true
  const taking: typeof take =
    take &&
    (async (frame) => {
      own = true
      await take(frame)
      own = late.isOver
    })
  try {
    stream = await open(ending)
    own = false
    frames = new FrameStream(stream, 1 + Math.max(kind.maxAnswerBytes, MAX_REFUSAL_BYTES), ending)
    await frames.write(kind.question.encode(question))
    await frames.end()
    const read = await readAnswer(frames, kind, taking)
    if (!read.ok) stream.abort(new Error(read.detail))
    return read
  } catch (error) {
    stream?.abort(error as Error)
    if (signal?.aborted) throw abortedError(signal.reason)
    if (error instanceof TakerFailed) throw error.cause
    if (late.isOver && !own) return rejection('silent', 'no answer in time')
    return rejection('unreachable', late.isOver ? 'not done in time' : (error as Error).message)
  } finally {
    late.clear()
    frames?.detach()
  }
}

/** What the caller itself threw, which is no fault of the peer. */
class TakerFailed extends Error {}

async function readAnswer<Question, Answer>(
  frames: FrameStream,
  kind: RequestKind<Question, Answer>,
  take: AskPeerOptions<Answer>['take'],
): Promise<Asked<Answer>> {
  const kept: Answer[] = []
  for (let count = 0; ; count++) {
    const read = await frames.read()
    if (!read.ok) return rejection(ASK_REJECT[read.reject], read.detail)
    if (read.frame === null) {
      return count > 0 ? { ok: true, frames: kept } : rejection('malformed', 'the stream ends without an answer')
    }
    const part = readAnswerFrame(read.frame)
    if (!part.ok) return part
    if (part.read.kind === 'refusal') return refusal(part.read.reason, part.read.detail)
    if (count === kind.maxFrames || part.read.body.length > kind.maxAnswerBytes) {
      return rejection('oversized', 'more than this kind of answer has')
    }
    const decoded = kind.answer.decode(part.read.body)
    if (!decoded.ok) return rejection('malformed', decoded.detail)
    if (take === undefined) kept.push(decoded.value)
    else {
      try {
        await take(decoded.value)
      } catch (cause) {
        throw new TakerFailed('the answer was not taken', { cause })
      }
    }
  }
}

const ASK_REJECT: Readonly<Record<'malformed' | 'oversized' | 'truncated' | 'gone', Exclude<AskReject, 'refused'>>> = {
  malformed: 'malformed',
  oversized: 'oversized',
  truncated: 'malformed',
  gone: 'unreachable',
}
