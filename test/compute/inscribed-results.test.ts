import { expect, test } from 'vitest'
import { blockHash, regtest } from '../../src/bitcoin/index.ts'
import { inscribedResults } from '../../src/compute/io/automation/inscribed-results.ts'
import { encodeResult } from '../../src/compute/result/result-file.ts'
import { Wallet } from '../../src/settlement/io/index.ts'

const about = { program: new Uint8Array(32).fill(7), height: 9, blockHash: blockHash(new Uint8Array(32).fill(1)) }
const result = { kind: 'circuit', ...about, values: [1n], proof: Uint8Array.of(1, 2, 3) } as const

/** An inscriber that has all it needs, and what was asked of it. */
function scene() {
  const asked: string[] = []
  const sent: (readonly unknown[])[] = []
  const said = <T>(name: string, answer: T) => {
    return async () => {
      asked.push(name)
      return answer
    }
  }
  const inscriber = {
    standing: said('standing', { lastSeq: null, waiting: [] }),
    quote: said('quote', { fees: 20n, postage: 10n, feeRate: 1.25 }),
    inscribe: async (...given: readonly unknown[]) => {
      sent.push(given)
      return await said('inscribe', { inscriptions: [{ id: 'an id' }] })()
    },
  }
  const wallet = new Wallet(regtest, new Uint8Array(32).fill(1))
  return { asked, sent, actions: inscribedResults({ inscriber: inscriber as never, wallet }) }
}

test('a firing is inscribed, for what its inscriber asks', async () => {
  const { asked, actions } = scene()
  const { signal } = new AbortController()
  const { action, cost } = await actions.prepare(result, encodeResult(result), signal)
  expect(cost).toBe(30n)
  expect(await actions.perform(action, signal)).toBe('an id')
  expect(asked).toEqual(['standing', 'quote', 'inscribe'])
})

test('it is sent at the rate that was charged, after a kill too', async () => {
  const { sent, actions } = scene()
  const { signal } = new AbortController()
  const { action } = await actions.prepare(result, encodeResult(result), signal)
  const envelope = action.slice(8)
  await actions.perform(action, signal)
  await actions.perform(new Uint8Array([9, ...action]).subarray(1), signal)
  // One that was kept before rates were.
  await actions.perform(envelope, signal)
  expect(sent).toEqual([
    [[envelope], 1.25],
    [[envelope], 1.25],
    [[envelope], undefined],
  ])
})

test('nothing is begun once it is to stop', async () => {
  const { asked, actions } = scene()
  const signal = AbortSignal.abort()
  await expect(actions.prepare(result, encodeResult(result), signal)).rejects.toMatchObject({ code: 'E_ABORTED' })
  await expect(actions.perform(Uint8Array.of(1), signal)).rejects.toMatchObject({ code: 'E_ABORTED' })
  expect(asked).toEqual([])
})

test('what no inscription holds is refused by its code', async () => {
  const { actions } = scene()
  const long = { ...result, proof: new Uint8Array(600_000) }
  const made = actions.prepare(result, long.proof, new AbortController().signal)
  await expect(made).rejects.toMatchObject({ code: 'E_RECORD' })
})
