import { describe, expect, it } from 'vitest'
import { isInterrupt, Running, WscError } from '../../src/lib/index.ts'

/** Work that only its signal ends, as a fetch or a timer would: with the signal's reason. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))

describe('the running part of a service', () => {
  it('ends by its signal and by stop, and neither is an error', async () => {
    const controller = new AbortController()
    const bySignal = new Running()
    bySignal.begin(untilAborted, controller.signal)
    controller.abort(new Error('interrupted by SIGINT'))
    await bySignal.ended()
    const byStop = new Running()
    byStop.begin(untilAborted, new AbortController().signal)
    await byStop.stop()
    await byStop.ended()
    await byStop.stop()
  })

  it('tells what else ended it, also while it stops, and to nobody where nobody asks', async () => {
    const failed = new Running()
    failed.begin(() => Promise.reject(new WscError('E_SOURCE', 'no chain')))
    await expect(failed.ended()).rejects.toMatchObject({ code: 'E_SOURCE' })
    await expect(failed.stop()).rejects.toMatchObject({ code: 'E_SOURCE' })
    const unsaved = new Running()
    unsaved.begin((signal) => untilAborted(signal).catch(() => Promise.reject(new WscError('E_DISK_FULL', 'full'))))
    await expect(unsaved.stop()).rejects.toMatchObject({ code: 'E_DISK_FULL' })
    const unasked = new Running()
    unasked.begin(() => Promise.reject(new Error('nobody asks')))
    // An unhandled rejection would fail this file.
    await new Promise((resolve) => setImmediate(resolve))
  })

  it('starts once', async () => {
    const running = new Running()
    running.begin(untilAborted)
    expect(() => running.begin(untilAborted)).toThrow('starts once')
    await running.stop()
  })

  it('opens what its work needs once, and again only where it could not', async () => {
    const running = new Running()
    let opened = 0
    let locked = true
    const given: number[] = []
    const start = (signal?: AbortSignal) =>
      running.openAndBegin(
        async () => {
          opened++
          if (locked) throw new WscError('E_LOCKED', 'in use')
          return opened
        },
        async (what, ending) => {
          given.push(what)
          await untilAborted(ending)
        },
        signal,
      )
    await expect(start(AbortSignal.abort())).rejects.toMatchObject({ code: 'E_ABORTED' })
    expect(opened).toBe(0)
    await expect(start()).rejects.toMatchObject({ code: 'E_LOCKED' })
    locked = false
    const second = start()
    await expect(start()).rejects.toThrow('starts once')
    await second
    await expect(start()).rejects.toThrow('starts once')
    await running.stop()
    await expect(start()).rejects.toThrow('starts once')
    expect([opened, given]).toEqual([2, [2]])
  })

  it('knows an interrupt by its reason, by code, by name, and inside of another error', () => {
    const controller = new AbortController()
    const { signal } = controller
    const aborted = new WscError('E_ABORTED', 'interrupted')
    expect(isInterrupt(aborted, signal)).toBe(false)
    controller.abort(new Error('reason'))
    for (const error of [
      aborted,
      signal.reason,
      new DOMException('', 'AbortError'),
      new Error('', { cause: aborted }),
    ]) {
      expect(isInterrupt(error, signal)).toBe(true)
    }
    for (const error of [new WscError('E_IO', 'disk', { cause: new Error('no') }), undefined, null, 'text']) {
      expect(isInterrupt(error, signal)).toBe(false)
    }
  })
})
