import type { Stream } from '@libp2p/interface'
import { describe, expect, it } from 'vitest'
import type { Answerer, PeerTransport } from '../../src/bus/index.ts'
import { pathKind } from '../../src/bus/peers/path-kind.ts'
import { errorCode } from '../../src/lib/index.ts'
import { encodeFrame } from '../../src/p2p/frames.ts'
import type { PeerHost } from '../../src/p2p/index.ts'
import { echo as wideEcho } from './echo-kind.ts'
import { addressOf, HostPlace, nextOf } from './host-place.ts'
import { hostilePeer } from './hostile-peer.ts'

const place = new HostPlace()

/** Of few places and a rate that a test reaches soon; there is time enough for a busy machine. */
const echo = { ...wideEcho, rate: { burst: 1000, perSecond: 1000 }, concurrent: { total: 8, perClient: 2 } }

/** For tests in which the time runs out. */
const hasty = { ...echo, questionMs: 400, answerMs: 1500 }

/** Two hosts, connected; the first answers `echo` as `answerer` does. */
async function pair(answerer: Parameters<PeerTransport['answer']>[1], kind = echo) {
  const answering = await place.open()
  await answering.answer(kind, answerer as never)
  await answering.start()
  const asking = await place.open({ bootstrap: [addressOf(answering)] })
  const met = new Promise<string>((resolve) => {
    asking.meet(kind, resolve)
  })
  await asking.start()
  expect(await met).toBe(answering.name)
  return { answering, asking, ask: (question: Uint8Array) => asking.ask(answering.name, kind, question) }
}

const many = (count: number) => async () =>
  ({ ok: true, frames: Array.from({ length: count }, (_, i) => new Uint8Array(65_536).fill(i)) }) as const

const faultsOf = (host: PeerHost) => {
  const faults: string[] = []
  host.events.on('blamed', ({ fault }) => faults.push(fault))
  return faults
}

describe('a request protocol', () => {
  it('gives an answer, and the reason where there is none', async () => {
    const { ask, asking, answering } = await pair(async (question) =>
      (question as Uint8Array).length === 0
        ? { ok: false, reject: 'empty', detail: 'ask something' }
        : { ok: true, frames: [question] },
    )
    expect(asking.peers(echo)).toEqual([answering.name])
    expect(asking.peers(pathKind)).toEqual([])
    expect(await ask(Uint8Array.of(1, 2))).toEqual({ ok: true, frames: [Uint8Array.of(1, 2)] })
    expect(await ask(new Uint8Array())).toEqual({
      ...{ ok: false, reject: 'refused', reason: 'empty' },
      detail: 'empty: ask something',
    })
    expect(await asking.ask(answering.name, pathKind, 7)).toMatchObject({ ok: false, reject: 'unreachable' })
  })

  it('gives a large answer frame by frame, no faster than it is taken', async () => {
    let given = 0
    const answerer = async () => ({
      ok: true as const,
      frames: (async function* () {
        for (let i = 0; i < 200; i++) {
          given++
          yield new Uint8Array(65_536).fill(i)
        }
      })(),
    })
    const { asking, answering } = await pair(answerer)
    let taken = 0
    let ahead = 0
    const take = async (frame: Uint8Array) => {
      expect(frame[0]).toBe(taken)
      taken++
      // Lets everything else run that can.
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
      ahead = Math.max(ahead, given - taken)
    }
    expect(await asking.ask(answering.name, echo, new Uint8Array(), { take })).toEqual({ ok: true, frames: [] })
    expect([taken, given]).toEqual([200, 200])
    // Two windows and what lies between them: 200 frames are 13 MB.
    expect(ahead).toBeLessThan(40)
  })

  it('throws what the taker throws, and blames nobody for it', async () => {
    const { asking, answering } = await pair(many(3))
    const faults = faultsOf(asking)
    const take = () => {
      throw new RangeError('enough')
    }
    await expect(asking.ask(answering.name, echo, new Uint8Array(), { take })).rejects.toThrow(RangeError)
    expect(faults).toEqual([])
  })

  it('is broken off where the asker no longer wants it, and the answerer hears of it', async () => {
    const heard = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    const { asking, answering } = await pair(async (_, { signal }) => {
      asked.resolve()
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      heard.resolve()
      return { ok: false, reject: 'late', detail: '' }
    })
    const stop = new AbortController()
    const pending = asking.ask(answering.name, echo, new Uint8Array(), { signal: stop.signal })
    await asked.promise
    stop.abort()
    expect(await pending.catch(errorCode)).toBe('E_ABORTED')
    await heard.promise
  })

  it('is bounded for the asker: more frames, longer ones, none, other bytes, silence', async () => {
    const small = { ...echo, maxFrames: 2, maxAnswerBytes: 10 }
    const cases = [
      [small, many(1), 'oversized'],
      [{ ...echo, maxFrames: 2 }, many(3), 'oversized'],
      [echo, async () => ({ ok: true, frames: [] }), 'malformed'],
      [{ ...echo, questionMs: 100, answerMs: 100 }, () => new Promise(() => undefined), 'silent'],
    ] as const
    for (const [kind, answerer, reject] of cases) {
      // The one who answers knows no bounds.
      const { asking, answering } = await pair(answerer as never, { ...echo, name: kind.name })
      const faults = faultsOf(asking)
      expect(await asking.ask(answering.name, kind, new Uint8Array())).toMatchObject({ ok: false, reject })
      expect(faults).toEqual([reject === 'silent' ? 'slow' : reject])
    }
  })

  it('refuses who asks too often, and forgives it in time', async () => {
    const { asking, answering } = await pair(async (question) => ({ ok: true, frames: [question] }) as const, {
      ...echo,
      rate: { burst: 3, perSecond: 0.001 },
    } as typeof echo)
    const faults = faultsOf(answering)
    // Whoever keeps to what was agreed would wait.
    const ask = (question: Uint8Array) => asking.ask(answering.name, echo, question)
    for (let i = 0; i < 3; i++) expect(await ask(Uint8Array.of(i))).toMatchObject({ ok: true })
    expect(await ask(Uint8Array.of(3))).toMatchObject({ ok: false, detail: 'busy: ask again later' })
    expect(faults).toEqual(['flood'])
  })

  it('waits where the asker itself would ask too much at once', async () => {
    const agreed = { ...echo, concurrent: { total: 8, perClient: 2 }, rate: { burst: 20, perSecond: 200 } }
    const { asking, answering } = await pair(async (question) => ({ ok: true, frames: [question] }) as const, agreed)
    const faults = faultsOf(answering)
    const questions = Array.from({ length: 50 }, (_, i) => Uint8Array.of(i))
    const answers = await Promise.all(questions.map((question) => asking.ask(answering.name, agreed, question)))
    expect(answers).toEqual(questions.map((question) => ({ ok: true, frames: [question] })))
    expect(faults).toEqual([])
  })

  it('that comes too late by the answerer’s own doing, or is taken too late, is nobody’s fault', async () => {
    const ending: Answerer<unknown, unknown> = async (_, { signal }) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      throw signal.reason
    }
    const slow = await pair(ending, { ...echo, answerMs: 100 })
    const [asked, answered] = [faultsOf(slow.asking), faultsOf(slow.answering)]
    const failed = nextOf(slow.answering.events, 'failed')
    expect(await slow.asking.ask(slow.answering.name, echo, new Uint8Array())).toMatchObject({ ok: false })
    await failed
    expect([asked, answered]).toEqual([[], []])
    const { asking, answering } = await pair(many(50), echo)
    const faults = faultsOf(asking)
    const take = () => new Promise<void>((resolve) => setTimeout(resolve, 2 * hasty.answerMs))
    const late = await asking.ask(answering.name, hasty, new Uint8Array(), { take })
    expect(late).toMatchObject({ ok: false, reject: 'unreachable' })
    expect(faults).toEqual([])
  })

  it('tells where an answer fails by our own doing, and the asker is not left waiting', async () => {
    const { ask, answering } = await pair(async () => {
      throw new Error('a disk is gone')
    })
    const failed = nextOf(answering.events, 'failed')
    expect(await ask(new Uint8Array())).toMatchObject({ ok: false, reject: 'unreachable' })
    expect(await failed).toMatchObject({ message: 'a disk is gone' })
  })
})

const nextMessage = (stream: Stream) =>
  new Promise<void>((resolve, reject) => {
    stream.addEventListener('message', () => resolve())
    stream.addEventListener('close', () => reject(new Error('the stream was closed without an answer')))
  })

describe('a hostile peer', () => {
  async function victim(kind = echo) {
    const host = await place.open()
    await host.answer(kind, async (question) => ({ ok: true, frames: [question] }))
    await host.start()
    return host
  }

  it('that opens 1,000 streams is banned, and others are answered', async () => {
    const host = await victim()
    const honest = await place.started({ bootstrap: [addressOf(host)] })
    const { name, open, faults } = await hostilePeer(place, host)
    const banned = nextOf(host.events, 'banned')
    const streams = Promise.allSettled(Array.from({ length: 1000 }, () => open(echo)))
    expect(await banned).toEqual({ peer: name })
    expect(new Set(faults)).toEqual(new Set(['flood']))
    await streams
    await expect.poll(() => honest.peers(echo)).toContain(host.name)
    expect(await honest.ask(host.name, echo, Uint8Array.of(7))).toEqual({ ok: true, frames: [Uint8Array.of(7)] })
  })

  it('that goes by many names from one address leaves half of all places to others', async () => {
    const host = await place.open()
    const asked: Uint8Array[] = []
    const held = { ...wideEcho, concurrent: { total: 8, perClient: 2 } }
    await host.answer(held, (question) => {
      asked.push(question)
      return new Promise(() => undefined)
    })
    await host.start()
    const faults = faultsOf(host)
    const streams: Stream[] = []
    for (let name = 0; name < 4; name++) {
      const { open } = await hostilePeer(place, host)
      for (let i = 0; i < 2; i++) {
        const stream = await open(held)
        streams.push(stream)
        // One without a place may be broken off by now.
        if (stream.status === 'open') stream.send(encodeFrame(Uint8Array.of(name, i)))
      }
    }
    await expect.poll(() => streams.filter(({ status }) => status === 'open').length).toBe(3)
    await expect.poll(() => asked.length).toBe(3)
    expect(faults).toEqual([])
  })

  it('that is banned does not come back', async () => {
    const host = await victim()
    const { name, connect } = await hostilePeer(place, host)
    const connected: string[] = []
    const left = nextOf(host.events, 'disconnected', ({ peer }) => peer === name)
    host.blame(name, 'lie', 'for the test')
    await left
    host.events.on('connected', ({ peer }) => connected.push(peer))
    // Encrypted, it may seem open to the one who dialled, for a moment.
    const again = await connect().catch(() => null)
    await expect.poll(() => again === null || again.status !== 'open').toBe(true)
    expect(connected).toEqual([])
  })

  it('that does not end its side once it is answered holds no place of others, and is slow', async () => {
    const host = await victim(hasty)
    const { open, faults } = await hostilePeer(place, host)
    // Twice as many as there are places in all.
    for (let i = 0; i < 16; i++) {
      const held = await open(echo)
      const answered = nextMessage(held)
      held.send(encodeFrame(Uint8Array.of(i)))
      await answered
    }
    await expect.poll(() => new Set(faults)).toEqual(new Set(['slow']))
  })

  it('that sends its question a byte at a time, or none, is given up', async () => {
    const host = await victim(hasty)
    const { open, faults } = await hostilePeer(place, host)
    const silent = await open(echo)
    silent.send(encodeFrame(new Uint8Array(900)).subarray(0, 20))
    await expect.poll(() => faults).toEqual(['slow'])
    await expect.poll(() => silent.status).not.toBe('open')
  })

  it('that does not read its answer is given up', async () => {
    const host = await place.open()
    await host.answer(hasty, many(200))
    await host.start()
    const { open, faults } = await hostilePeer(place, host)
    const stream = await open(echo)
    stream.pause()
    stream.send(encodeFrame(new Uint8Array(4)))
    await expect.poll(() => faults, { timeout: 10_000 }).toEqual(['slow'])
  })

  it('that announces a long question, or puts two, is blamed at once', async () => {
    const host = await victim()
    const { open, faults } = await hostilePeer(place, host)
    ;(await open(echo)).send(Uint8Array.of(0xff, 0xff, 0x7f))
    await expect.poll(() => faults).toEqual(['oversized'])
    ;(await open(echo)).send(Uint8Array.of(1, 7, 1, 7))
    await expect.poll(() => faults).toEqual(['oversized', 'malformed'])
  })
})
