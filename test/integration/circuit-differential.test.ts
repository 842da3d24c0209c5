import { beforeAll, describe, expect, test } from 'vitest'
import { judge, judgedCases, nativeNext, refusing } from '../circuits/differential.ts'
import { loadStepCircuit, type StepCircuit } from '../circuits/step-circuit.ts'

// Headers mined so that one rule alone decides: the step circuit and the native rules must agree on all.
const RULES = ['hash', 'link', 'bits', 'retarget', 'time', 'version'] as const
const cases = judgedCases()

let circuit: StepCircuit
beforeAll(async () => {
  circuit = await loadStepCircuit()
})

describe('the cases', () => {
  test('are 500 or more, 50 or more of each rule, near half of them valid', () => {
    const decided = cases.filter(({ rule }) => rule !== undefined)
    expect(decided.length).toBeGreaterThanOrEqual(500)
    for (const rule of RULES) {
      const own = decided.filter((one) => one.rule === rule)
      const valid = own.filter(({ reject }) => reject === undefined).length
      expect(own.length).toBeGreaterThanOrEqual(50)
      expect(valid / own.length).toBeGreaterThan(0.3)
      expect(valid / own.length).toBeLessThan(0.7)
    }
    const heights = new Set(decided.map(({ context }) => context.height + 1))
    for (let height = 1; height <= 11; height++) expect(heights).toContain(height)
  })
})

describe('circuit and native rules agree', () => {
  test.each(RULES)('%s', (rule) => {
    const wrong: string[] = []
    for (const one of cases) {
      if (one.rule !== rule) continue
      // Each in one slot; what depends on the slot most, nBits, in both.
      const own = (one.index >> 1) % 2 === 0 ? [0 as const] : [1 as const]
      for (const slot of rule === 'bits' || rule === 'retarget' ? ([0, 1] as const) : own) {
        if (slot === 1 && one.grandparent === undefined) continue
        const native = nativeNext(one)
        const verdict = judge(circuit, one, slot)
        const agreed =
          typeof native === 'string'
            ? !verdict.accepted && refusedBy(verdict.refusals, native, slot)
            : verdict.accepted && verdict.next.every((element, i) => element === native[i])
        if (!agreed || (typeof native === 'string' ? native : undefined) !== one.reject) {
          wrong.push(`${one.index} ${one.note}: native ${String(native)}, circuit ${verdict.refusals.join(', ')}`)
        }
      }
    }
    expect(wrong).toEqual([])
  })
})

function refusedBy(refusals: readonly string[], reject: Parameters<typeof refusing>[0], slot: 0 | 1): boolean {
  const { rule, garbled } = refusing(reject, slot)
  const rest = refusals.filter((name) => !garbled.test(name))
  return rest.length > 0 && rest.every((name) => rule.test(name))
}
