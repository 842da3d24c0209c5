import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import { orAborted, type Result, rejection } from '../lib/index.ts'
import { encodeFrame, FrameDecoder, type FrameReject } from './frames.ts'

/** Why no frame comes: what was sent is none, or the stream was ended amidst one (`truncated`) or broken off (`gone`). */
export type StreamReject = FrameReject | 'truncated' | 'gone'

/** Null at the orderly end. */
export type StreamFrame = Result<{ readonly frame: Uint8Array | null }, StreamReject>

/**
 * Frames over one stream, both ways, with backpressure: the other side is read no faster than frames are taken, and
 * written to no faster than it reads. Once `signal` has fired, reading and writing throw its reason.
 */
export class FrameStream {
  readonly #stream: Stream
  readonly #decoder: FrameDecoder
  readonly #signal: AbortSignal
  #gone: Error | null = null
  #resuming = false
  #wake: () => void = () => undefined

  constructor(stream: Stream, maxFrameBytes: number, signal: AbortSignal) {
    this.#stream = stream
    this.#decoder = new FrameDecoder(maxFrameBytes)
    this.#signal = signal
    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('close', this.#onClose)
    stream.addEventListener('end', this.#onEnd)
  }

  /** The next frame. Not to be called while it is at it. */
  async read(): Promise<StreamFrame> {
    for (;;) {
      this.#signal.throwIfAborted()
      const decoded = this.#decoder.next()
      if (!decoded.ok || decoded.frame !== null) return decoded
      if (this.#gone !== null) return rejection('gone', this.#gone.message)
      if (this.#stream.readableEnded) {
        return this.#decoder.isAmidst
          ? rejection('truncated', 'the stream ends within a frame')
          : { ok: true, frame: null }
      }
      await this.#more()
    }
  }

  /** Whether more than the frames that were read has come. */
  get hasMore(): boolean {
    return this.#decoder.isAmidst
  }

  /** Resolves once the stream takes more. Throws where it is gone. */
  async write(body: Uint8Array): Promise<void> {
    this.#signal.throwIfAborted()
    if (this.#stream.send(encodeFrame(body))) return
    await this.#event('drain')
    if (this.#gone !== null) throw this.#gone
  }

  /** Ends the writing; what was written is sent. */
  async end(): Promise<void> {
    await this.#stream.close({ signal: this.#signal })
  }

  /** Lets the stream go; what it still holds is dropped. */
  detach(): void {
    this.#stream.removeEventListener('message', this.#onMessage)
    this.#stream.removeEventListener('close', this.#onClose)
    this.#stream.removeEventListener('end', this.#onEnd)
  }

  #onMessage = ({ data }: StreamMessageEvent) => {
    this.#decoder.push(data.subarray())
    if (!this.#resuming) this.#pause()
    this.#wake()
  }

  #onClose = ({ error }: StreamCloseEvent) => {
    if (error !== undefined) this.#gone = error
    this.#wake()
  }

  #onEnd = () => this.#wake()

  /** Its window is not renewed until somebody wants more: what waits in memory is at most one window. */
  #pause(): void {
    if (this.#stream.readStatus === 'readable') this.#stream.pause()
  }

  /** What waits is delivered before this returns, and not to be paused within: yamux would go on renewing the window. */
  #resume(): void {
    if (this.#stream.readStatus !== 'paused') return
    this.#resuming = true
    this.#stream.resume()
    this.#resuming = false
    if (this.#decoder.isAmidst) this.#pause()
  }

  async #more(): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    this.#resume()
    await orAborted(woken, this.#signal)
  }

  /** Until that event, or the stream's end. */
  async #event(name: 'drain'): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const done = () => resolve()
    this.#stream.addEventListener(name, done)
    this.#stream.addEventListener('close', done)
    try {
      await orAborted(promise, this.#signal)
    } finally {
      this.#stream.removeEventListener(name, done)
      this.#stream.removeEventListener('close', done)
    }
  }
}
