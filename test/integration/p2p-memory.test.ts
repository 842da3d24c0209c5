import { getEventListeners } from 'node:events'
import { readdir } from 'node:fs/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { echo, openEchoing } from '../p2p/echo-kind.ts'
import { addressOf, HostPlace } from '../p2p/host-place.ts'

const hosts = new HostPlace()

describe('ten thousand requests', () => {
  it('leave no listener, no handle and no memory behind', { timeout: 600_000 }, async () => {
    const answering = await openEchoing(hosts)
    const asking = await hosts.open({ bootstrap: [addressOf(answering)] })
    const met = new Promise<string>((resolve) => asking.meet(echo, resolve))
    await asking.start()
    await met
    const warnings: Error[] = []
    const onWarning = (warning: Error) => warnings.push(warning)
    process.on('warning', onWarning)
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const { signal } = new AbortController()
    const ask = async (count: number) => {
      const question = new Uint8Array(500)
      const one = async () => {
        const asked = await asking.ask(answering.name, echo, question, { signal })
        if (!asked.ok) throw new Error(asked.detail)
      }
      for (let done = 0; done < count; done += 100) await Promise.all(Array.from({ length: 100 }, one))
    }
    const look = async () => {
      // What was closed is let go in turns of its own.
      for (let i = 0; i < 5; i++) {
        await new Promise((resolve) => setImmediate(resolve))
        collect()
      }
      return {
        files: (await readdir('/proc/self/fd')).length,
        listeners: getEventListeners(signal, 'abort').length,
        handles: process.getActiveResourcesInfo().filter((name) => name !== 'Timeout').length,
        heap: process.memoryUsage().heapUsed,
      }
    }
    await ask(1000)
    const before = await look()
    await ask(9000)
    const after = await look()
    process.off('warning', onWarning)
    expect(warnings).toEqual([])
    // Some may come or go that have nothing to do with the nine thousand.
    expect(after.files).toBeLessThan(before.files + 10)
    expect(after.handles).toBeLessThan(before.handles + 10)
    expect(after.listeners).toBe(before.listeners)
    // A kilobyte kept of each would be nine megabytes.
    expect(after.heap - before.heap).toBeLessThan(4_000_000)
  })
})
