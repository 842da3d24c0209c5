import { describe, expect, it } from 'vitest'
import { BitcoindClient, BitcoindError } from '../../src/bitcoin/io/index.ts'
import { bitcoindSource, patientSource } from '../../src/bus/io/index.ts'
import { isInterrupt } from '../../src/lib/index.ts'

describe('a source that waits for its node', () => {
  it('ends its pause at once when interrupted', async () => {
    const client = new BitcoindClient({ url: 'http://127.0.0.1:1' })
    const stop = new AbortController()
    // The pause begins after it is heard.
    const source = patientSource(bitcoindSource(client), stop.signal, () => setTimeout(() => stop.abort(), 20))
    const error = await source.tipHeight(stop.signal).catch((caught: unknown) => caught)
    expect(isInterrupt(error, stop.signal)).toBe(true)
    client.close()
  })

  it('asks again until there is an answer, tells once, and passes on what will not pass', async () => {
    const failures = [new BitcoindError('E_NODE_WARMUP', 'loading'), new BitcoindError('E_NODE_BUSY', 'busy')]
    const heard: string[] = []
    const source = patientSource(
      {
        fixed: false,
        headers: async () => [],
        hashAt: async () => Promise.reject(new BitcoindError('E_NODE_AUTH', 'no')),
        async tipHeight() {
          const failure = failures.shift()
          if (failure !== undefined) throw failure
          return 7
        },
      },
      new AbortController().signal,
      ({ code }) => heard.push(code),
    )
    expect(await source.tipHeight()).toBe(7)
    expect(heard).toEqual(['E_NODE_WARMUP'])
    await expect(source.hashAt(1)).rejects.toMatchObject({ code: 'E_NODE_AUTH' })
  })
})
