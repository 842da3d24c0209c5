import { beforeAll, describe, expect, test } from 'vitest'
import { type JudgedCase, judge, judgedCases, nativeNext, refusing } from './differential.ts'
import { loadStepCircuit, type StepCircuit } from './step-circuit.ts'

// A few of each rule, valid and invalid in turn; all of them, in both slots, in test/integration.
const EACH = 3
const cases = judgedCases()
const few = (list: readonly JudgedCase[]) =>
  list.filter((_, i) => i % Math.max(1, Math.floor(list.length / EACH)) === 0).slice(0, EACH)
const chosen = (['hash', 'link', 'bits', 'retarget', 'time', 'version'] as const).flatMap((rule) => {
  const own = cases.filter((one) => one.rule === rule)
  return [...few(own.filter((one) => one.reject === undefined)), ...few(own.filter((one) => one.reject !== undefined))]
})

let circuit: StepCircuit
beforeAll(async () => {
  circuit = await loadStepCircuit()
}, 600_000)

describe('circuit and native rules agree on mined headers', () => {
  test.each(chosen)('$index: $rule, $note', (one) => {
    const slot = (one.index >> 1) % 2 === 1 && one.grandparent !== undefined ? 1 : 0
    const native = nativeNext(one)
    const verdict = judge(circuit, one, slot, false)
    expect(typeof native === 'string' ? native : undefined).toBe(one.reject)
    expect(verdict.accepted).toBe(one.reject === undefined)
    if (typeof native !== 'string') {
      expect(verdict.next).toEqual(native)
    } else {
      const { rule, garbled } = refusing(native, slot)
      const rest = verdict.refusals.filter((name) => !garbled.test(name))
      expect(rest).not.toEqual([])
      for (const name of rest) expect(name).toMatch(rule)
    }
  })
})
