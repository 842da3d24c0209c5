import { beforeAll, describe, expect, test } from 'vitest'
import { type JudgedCase, judge, judgedCases, nativeNext, refusing } from './differential.ts'
import { loadStepCircuit, type StepCircuit } from './step-circuit.ts'

const RULES = ['hash', 'link', 'bits', 'retarget', 'time', 'version'] as const

export interface Extent {
  /** Whether a case is among those judged. */
  readonly judged: (one: JudgedCase) => boolean
  /** The slots in which a case is put. */
  readonly slots: (one: JudgedCase) => readonly (0 | 1)[]
}

/** Each in one slot, by turns; the first header after genesis has nothing before it in the step. */
export const oneSlot = ({ index, grandparent }: JudgedCase): readonly [0 | 1] =>
  grandparent === undefined || (index >> 1) % 2 === 0 ? [0] : [1]

/** Headers mined so that one rule alone decides: the step circuit and the native rules must agree on all. */
export function differentialSuite({ judged, slots }: Extent): void {
  const cases = judgedCases().filter(judged)

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
        for (const slot of slots(one)) {
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
}

function refusedBy(refusals: readonly string[], reject: Parameters<typeof refusing>[0], slot: 0 | 1): boolean {
  const { rule, garbled } = refusing(reject, slot)
  const rest = refusals.filter((name) => !garbled.test(name))
  return rest.length > 0 && rest.every((name) => rule.test(name))
}
