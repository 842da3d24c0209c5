import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeField, encodeField, FIELD_MODULUS } from '../../src/bus/index.ts'
import { openMask, openTries } from '../../src/proving/io/index.ts'
import type { Challenge } from '../../storage/sampling/draws.ts'
import { TryBatch } from '../../storage/sampling/try-batch.ts'
import { someBytes } from './bytes.ts'
import { firstDraw, secondDraw, summaryOf, ticketOf } from './draws-reference.ts'

const [mask, tries] = [openMask(), openTries()]
const draw = (tag: number, inputs: readonly bigint[]) =>
  decodeField(mask.storageDraw(tag, encodeField(inputs))) as [bigint, bigint]

const FROM = 3
const COUNT = 4
const whole = (value: bigint) => Array<bigint>(256).fill(value)
const element = fc.oneof(fc.constantFrom(0n, 1n, FIELD_MODULUS - 1n), fc.bigInt({ min: 0n, max: FIELD_MODULUS - 1n }))
const elements = fc.oneof(
  fc.constantFrom(whole(0n), whole(1n), whole(FIELD_MODULUS - 1n)),
  fc.array(element, { minLength: 256, maxLength: 256 }),
)
const someUnits = fc.array(fc.option(elements, { freq: 8 }), { minLength: COUNT, maxLength: COUNT })
const challenges = fc.record({
  networkHash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  blockHash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  key: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  first: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fill: fc.integer({ min: FROM + COUNT, max: 2 ** 19 }),
})

const challenge: Challenge = {
  ...{ networkHash: someBytes(32, 1), blockHash: someBytes(32, 2), key: someBytes(32, 3) },
  ...{ first: 0, fill: 8 },
}

describe('tries by the addon', () => {
  it('are what the functions say', () => {
    fc.assert(
      fc.property(challenges, someUnits, someUnits, (challenge, ones, twos) => {
        const bytes = (units: typeof ones) => units.map((unit) => (unit === null ? null : encodeField(unit)))
        const batch = new TryBatch(tries, challenge, FROM, COUNT)
        const firsts = ones.map((_, i) => firstDraw(draw, challenge, FROM + i))
        expect(batch.firstUnits()).toEqual(firsts.map(({ unit }) => unit))
        const summaries = firsts.map(({ alpha }, i) => {
          const [one, two] = [ones[i] ?? null, twos[i] ?? null]
          return [one === null ? null : summaryOf(alpha, one), two === null ? null : summaryOf(alpha, two)] as const
        })
        const seconds = firsts.map((first, i) => {
          const e1 = summaries[i]?.[0] ?? null
          return e1 === null ? null : secondDraw(draw, first, e1, challenge.fill)
        })
        expect(batch.secondUnits(bytes(ones))).toEqual(seconds)
        const tickets = firsts.map((first, i) => {
          const [e1 = null, e2 = null] = summaries[i] ?? []
          return e1 === null || e2 === null ? null : ticketOf(draw, first, [e1, e2])
        })
        expect(batch.tickets(bytes(twos))).toEqual(tickets)
      }),
      { numRuns: 25 },
    )
  })

  it('have no ticket where a unit is cut short, or an element is p', () => {
    const unit = encodeField(whole(7n))
    const over = unit.slice()
    over.set(encodeField([FIELD_MODULUS - 1n]), 255 * 32)
    // The lowest byte of p − 1 is 0.
    over[255 * 32] = (over[255 * 32] as number) + 1
    const batch = new TryBatch(tries, challenge, 0, 4)
    const has = (one: unknown) => one !== null
    expect(batch.secondUnits([unit.subarray(1), over, unit, unit]).map(has)).toEqual([false, false, true, true])
    expect(batch.tickets([unit, unit, over, unit]).map(has)).toEqual([false, false, false, true])
  })

  it('are as many as there are positions', () => {
    expect(() => new TryBatch(tries, challenge, 5, 4)).toThrow(RangeError)
    expect(() => new TryBatch(tries, challenge, 0, 2).tickets([null, null])).toThrow('e₁ and β₂')
    expect(() => new TryBatch(tries, challenge, 0, 2).secondUnits([null])).toThrow('its unit')
  })
})
