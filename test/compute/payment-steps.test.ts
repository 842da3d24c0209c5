import { describe, expect, test } from 'vitest'
import type { ClimbStep } from '../../src/compute/transactions/climb.ts'
import type { PlacedTransaction } from '../../src/compute/transactions/compressions.ts'
import { paymentSteps } from '../../src/compute/transactions/payment-steps.ts'

const leaf = [1n, 2n, 3n] as const
const climbOf = (length: number) =>
  Array.from({ length }, (): ClimbStep => ({ place: 0, list: false, siblings: [0n, 0n] }))
const header = (climb: number) => ({ leaf, climb: climbOf(climb) })
const transaction = (bytes: number, depth: number, index = 0): PlacedTransaction => ({
  ...{ height: 1, index, bytes: new Uint8Array(bytes) },
  branch: Array.from({ length: depth }, () => new Uint8Array(32)),
})

describe('the steps of payments', () => {
  test('are nine for a transaction of 250 bytes in a block of 4,000, wherever its block is', () => {
    for (const climb of [1, 20, 43]) {
      const placed = { transaction: transaction(250, 12), header: header(climb) }
      expect([...paymentSteps([placed])].length).toBe(9)
    }
  })

  test('are fewer than nine for each of many in one block', () => {
    const one = header(30)
    const all = Array.from({ length: 50 }, (_, index) => ({ transaction: transaction(250, 12, index), header: one }))
    // 42 compressions each.
    expect([...paymentSteps(all)].length).toBe((50 * 42) / 5)
  })

  test('let one transaction finish in a step, and none before its header was climbed from', () => {
    const all = [7, 3, 1, 12, 2].flatMap((climb, block) => {
      const one = header(climb)
      return [0, 1, 2].map((index) => ({ transaction: transaction(61 + 10 * block, index % 2, index), header: one }))
    })
    let [climbed, wanted, finished] = [0, 0, 0]
    const headers = [...new Set(all.map((placed) => placed.header))]
    for (const { load, slots, climbs } of paymentSteps(all)) {
      if (load) {
        climbed = 0
        wanted = headers.shift()!.climb.length
      }
      expect(slots.filter(({ finish }) => finish).length).toBeLessThan(2)
      for (const [at, { finish }] of slots.entries()) {
        if (climbs[at] !== undefined) climbed++
        if (!finish) continue
        expect(climbed).toBe(wanted)
        finished++
      }
    }
    expect(finished).toBe(all.length)
    expect(headers).toEqual([])
  })
})
