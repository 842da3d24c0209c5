import { describe, expect, it } from 'vitest'
import { checkHeader } from '../../src/bitcoin/index.ts'
import { differentialCases } from '../support/differential.ts'
import { brokenRules } from '../support/reference-rules.ts'

const cases = differentialCases()

describe('mined headers of which one rule alone decides', () => {
  it('are at least 500, at least 50 a rule, half of them valid', () => {
    const judged = cases.filter(({ rule }) => rule !== undefined)
    expect(judged.length).toBeGreaterThanOrEqual(500)
    for (const rule of ['hash', 'link', 'bits', 'retarget', 'time', 'version']) {
      const mine = judged.filter((one) => one.rule === rule)
      const valid = mine.filter(({ reject }) => reject === undefined).length
      console.log(`${rule}: ${mine.length}, ${valid} of them valid`)
      expect(mine.length).toBeGreaterThanOrEqual(50)
      expect(valid / mine.length).toBeGreaterThan(0.45)
      expect(valid / mine.length).toBeLessThan(0.62)
    }
  })

  it('are judged alike by the rules and by a reference that looks at all ancestors', () => {
    for (const { params, ancestors, context, header, reject, index, note } of cases) {
      const result = checkHeader(params, context, header)
      const wanted = reject === undefined ? [] : [reject]
      expect([index, note, ...(result.ok ? [] : [result.reject])]).toEqual([index, note, ...wanted])
      expect([index, note, ...brokenRules(params, ancestors, header)]).toEqual([index, note, ...wanted])
    }
  })

  it('reach every height from 1 to 11 with times at the median and just above it', () => {
    const times = cases.filter(({ rule }) => rule === 'time')
    for (let height = 1; height <= 11; height++) {
      const here = times.filter(({ context }) => context.height + 1 === height)
      expect(here.some(({ reject, note }) => reject !== undefined && note === 'equal to the median')).toBe(true)
      expect(here.some(({ reject, note }) => reject === undefined && note === 'one above the median')).toBe(true)
    }
  })
})
