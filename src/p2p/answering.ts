import type { Connection, Stream, StreamCloseEvent } from '@libp2p/interface'
import type { Answerer, Fault, PeerName, RequestKind } from '../bus/index.ts'
import { aborted, abortedError, asError, Budget, clientOfAddress, Deadline, RateLimiter } from '../lib/index.ts'
import { answerFrame, refusalFrame } from './answer-frame.ts'
import { FrameStream, type StreamReject } from './frame-stream.ts'

export interface AnsweringComponents {
  /** Milliseconds, of a clock that never goes back. */
  readonly clock: () => number
  blame(peer: PeerName, fault: Fault, detail: string): void
  /** An answer that failed by our own doing. */
  failed(error: Error): void
}

const FAULT: Readonly<Record<Exclude<StreamReject, 'gone'>, Fault>> = {
  malformed: 'malformed',
  oversized: 'oversized',
  truncated: 'malformed',
}

/** Ends a stream of which we want no more. */
class Enough extends Error {}

/**
 * Answers one kind of question. A stream carries one question and its answer. Before a question costs anything the peer
 * has a place (so many at the same time, of one peer, of one address and of all) and a token (so many a second); what it
 * does beyond that, too long or too slowly, is told as its fault, and the stream is broken off.
 */
export class Answering<Question, Answer> {
  readonly #kind: RequestKind<Question, Answer>
  readonly #answerer: Answerer<Question, Answer>
  readonly #components: AnsweringComponents
  readonly #places: Budget
  /** Peers' names cost nothing: those of one address have fewer than half of all places together. */
  readonly #addressPlaces: Budget
  readonly #rate: RateLimiter
  readonly #ending = new AbortController()
  readonly #underWay = new Set<Promise<void>>()

  constructor(
    kind: RequestKind<Question, Answer>,
    answerer: Answerer<Question, Answer>,
    components: AnsweringComponents,
  ) {
    this.#kind = kind
    this.#answerer = answerer
    this.#components = components
    this.#places = new Budget(kind.concurrent)
    const { total } = kind.concurrent
    this.#addressPlaces = new Budget({ total, perClient: Math.ceil(total / 2) - 1 })
    this.#rate = new RateLimiter(kind.rate, components.clock)
  }

  /** Breaks off what is being answered; resolves once nothing is. */
  async end(): Promise<void> {
    this.#ending.abort(abortedError())
    await Promise.all(this.#underWay)
  }

  /** Takes a stream that a peer has opened; never throws. */
  onStream(stream: Stream, connection: Connection): void {
    const peer = connection.remotePeer.toString()
    const place = this.#places.take(peer, 1)
    const addressPlace = place && this.#addressPlaces.take(addressOf(connection), 1)
    if (place === null || addressPlace === null) {
      // Others may have all places, or all of this address: that is no fault of this peer.
      const isOwn = place === null && this.#places.total < this.#kind.concurrent.total
      if (isOwn) this.#blame(peer, 'flood', 'too many questions at once')
      place?.()
      stream.abort(new Enough('no place'))
      return
    }
    const leave = () => {
      place()
      addressPlace()
    }
    const work = this.#exchange(stream, peer, leave).finally(() => {
      leave()
      this.#underWay.delete(work)
    })
    this.#underWay.add(work)
  }

  async #exchange(stream: Stream, peer: PeerName, leave: () => void): Promise<void> {
    const gone = new AbortController()
    const onClose = ({ error }: StreamCloseEvent) => gone.abort(error ?? abortedError())
    stream.addEventListener('close', onClose)
    try {
      const question = await this.#question(stream, peer, gone.signal)
      if (question === null) return
      await this.#answer(stream, peer, question.value, gone.signal)
      // What is left costs a stream, of which each connection has so many, and no place of others.
      leave()
      if (stream.status === 'open' || stream.status === 'closing') await this.#ended(stream, peer, gone.signal)
    } catch (error) {
      if (!gone.signal.aborted && !this.#ending.signal.aborted) this.#components.failed(asError(error))
      stream.abort(new Enough('no answer'))
    } finally {
      stream.removeEventListener('close', onClose)
    }
  }

  /** Null where there is none, which the peer has been told, or has heard of by the end of the stream. */
  async #question(stream: Stream, peer: PeerName, gone: AbortSignal): Promise<{ readonly value: Question } | null> {
    const { maxQuestionBytes, questionMs, question } = this.#kind
    const late = new Deadline(questionMs)
    const frames = new FrameStream(stream, maxQuestionBytes, AbortSignal.any([late.signal, gone, this.#ending.signal]))
    try {
      const read = await frames.read()
      if (!read.ok) {
        if (read.reject === 'gone') return null
        return this.#broken(stream, peer, FAULT[read.reject], read.detail)
      }
      if (read.frame === null) return this.#broken(stream, peer, 'malformed', 'a stream without a question')
      if (this.#rate.take(peer) > 0) {
        this.#blame(peer, 'flood', 'too many questions')
        await refuse(frames, 'busy', 'ask again later')
        return null
      }
      if (frames.hasMore) return this.#broken(stream, peer, 'malformed', 'more than one question')
      const decoded = question.decode(read.frame)
      if (!decoded.ok) return this.#broken(stream, peer, 'malformed', decoded.detail)
      return decoded
    } catch (error) {
      if (late.isOver) return this.#broken(stream, peer, 'slow', 'no question in time')
      throw error
    } finally {
      late.clear()
      frames.detach()
    }
  }

  async #answer(stream: Stream, peer: PeerName, question: Question, gone: AbortSignal): Promise<void> {
    const { answerMs, maxFrames, maxAnswerBytes, answer } = this.#kind
    const late = new Deadline(answerMs)
    const signal = AbortSignal.any([late.signal, gone, this.#ending.signal])
    // Nothing more is taken from the peer.
    const frames = new FrameStream(stream, 0, signal)
    /** Whether it is the peer that is waited for: how long an answer takes to be made is our own affair. */
    let writing = false
    try {
      const answered = await this.#answerer(question, { peer, signal })
      if (!answered.ok) return await refuse(frames, answered.reject, answered.detail)
      let count = 0
      for await (const part of answered.frames) {
        const body = answer.encode(part)
        if (++count > maxFrames || body.length > maxAnswerBytes) throw new RangeError('an answer beyond its kind')
        writing = true
        await frames.write(answerFrame(body))
        writing = false
      }
      writing = true
      await frames.end()
    } catch (error) {
      if (!late.isOver || !writing) throw error
      this.#broken(stream, peer, 'slow', 'the answer was not read in time')
    } finally {
      late.clear()
      frames.detach()
    }
  }

  /** A stream is over once both sides have ended it; it is not kept open for a peer that does not. */
  async #ended(stream: Stream, peer: PeerName, gone: AbortSignal): Promise<void> {
    const late = new Deadline(this.#kind.questionMs)
    await aborted(AbortSignal.any([late.signal, gone, this.#ending.signal]))
    late.clear()
    if (late.isOver) this.#broken(stream, peer, 'slow', 'the peer does not end the stream')
  }

  #broken(stream: Stream, peer: PeerName, fault: Fault, detail: string): null {
    this.#blame(peer, fault, detail)
    stream.abort(new Enough(detail))
    return null
  }

  #blame(peer: PeerName, fault: Fault, detail: string): void {
    this.#components.blame(peer, fault, `${this.#kind.name}: ${detail}`)
  }
}

function addressOf({ remoteAddr }: Connection): string {
  return clientOfAddress(remoteAddr.getComponents()[0]?.value ?? '')
}

async function refuse(frames: FrameStream, reason: string, detail: string): Promise<void> {
  await frames.write(refusalFrame(reason, detail))
  await frames.end()
}
