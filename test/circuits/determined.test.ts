import { describe, expect, test } from 'vitest'
import { undetermined } from '../support/determined.ts'
import type { R1cs } from '../support/r1cs.ts'
import { smallCircuit as circuit, type Row } from '../support/small-circuit.ts'
import { free, HISTORY_HINTS, STREAM_HINTS } from './hints.ts'
import { loadTemplate } from './template-circuit.ts'

const ONE = { 0: 1n }
const bit = (wire: number): [Row, Row, Row] => [{ [wire]: 1n }, { [wire]: 1n, 0: -1n }, {}]

describe('what is determined', () => {
  test('by a product, or a factor that is never zero', () => {
    // 1 is given: 2 = 1·1; 3·(3 − 2·bit) = 1.
    expect(undetermined(circuit(3, [[{ 1: 1n }, { 1: 1n }, { 2: 1n }]]), [1])).toEqual([])
    const odd = [bit(2), [{ 3: 1n }, { 0: 3n, 2: -2n }, { 1: 1n }]] as const
    expect(undetermined(circuit(4, odd), [1, 2])).toEqual([])
  })

  test('but not by a factor that may be zero, a square, or a number that is no bit', () => {
    expect(undetermined(circuit(3, [[{ 2: 1n }, { 1: 1n }, { 1: 1n }]]), [1])).toEqual([2])
    const even = [bit(2), [{ 3: 1n }, { 0: 2n, 2: -2n }, { 1: 1n }]] as const
    expect(undetermined(circuit(4, even), [1, 2])).toEqual([3])
    expect(undetermined(circuit(3, [[{ 2: 1n }, { 2: 1n }, { 1: 1n }]]), [1])).toEqual([2])
    expect(undetermined(circuit(4, [[{ 3: 1n }, { 0: 3n, 2: -2n }, { 1: 1n }]]), [1, 2])).toEqual([3])
  })

  test('as bits of a sum, if each is one and no two weigh the same', () => {
    const sum = (weights: readonly bigint[]): [Row, Row, Row] => [
      { 1: 1n },
      ONE,
      Object.fromEntries(weights.map((weight, i) => [2 + i, weight])),
    ]
    expect(undetermined(circuit(4, [bit(2), bit(3), sum([1n, 2n])]), [1])).toEqual([])
    expect(undetermined(circuit(4, [bit(2), bit(3), sum([1n, 6n])]), [1])).toEqual([])
    expect(undetermined(circuit(4, [bit(2), bit(3), sum([3n, 3n])]), [1])).toEqual([2, 3])
    expect(undetermined(circuit(4, [bit(2), sum([1n, 2n])]), [1])).toEqual([2, 3])
    // 2^253 and 2^253 · 2 exceed the modulus together: their sum may have been reduced.
    expect(undetermined(circuit(4, [bit(2), bit(3), sum([3n, 2n ** 253n])]), [1])).toEqual([2, 3])
  })

  test('as bits whose sum lacks 0 or 1 times the next power', () => {
    const lacks: Row = { 1: 1n, 2: -1n, 3: -2n }
    // (1 − 2 − 2·3)/4 is 0 or 1; the weight 3 in its place would allow 3 = 1 + 2.
    const top = (weight: bigint): [Row, Row, Row] => [lacks, { ...lacks, 0: -weight }, {}]
    expect(undetermined(circuit(4, [bit(2), bit(3), top(4n)]), [1])).toEqual([])
    expect(undetermined(circuit(4, [bit(2), bit(3), top(3n)]), [1])).toEqual([2, 3])
  })

  test('by as many equations as wires', () => {
    const both = (c: Row, d: Row) => [[{ 1: 1n }, { 1: 1n }, c] as const, [{ 1: 1n }, ONE, d] as const]
    expect(undetermined(circuit(4, both({ 2: 1n, 3: 1n }, { 2: 1n, 3: 2n })), [1])).toEqual([])
    expect(undetermined(circuit(4, both({ 2: 1n, 3: 1n }, { 2: 2n, 3: 2n })), [1])).toEqual([2, 3])
  })
})

describe('our circuits', () => {
  test('the small ones leave nothing free but the inverse of zero', async () => {
    for (const name of ['is-zero', 'is-non-negative', 'range-check', 'reduce-word']) {
      const compiled = await loadTemplate(name)
      expect(free(compiled, /^main\.in$/, [])).toEqual(name === 'is-zero' ? ['main.inverse'] : [])
      // Each of their constraints is needed, and its lack is found out.
      for (let i = 0; i < compiled.r1cs.constraints; i++) {
        const less = { ...compiled, r1cs: without(compiled.r1cs, i) }
        expect(free(less, /^main\.in$/, []).length, `${name} without ${i}`).toBeGreaterThan(name === 'is-zero' ? 1 : 0)
      }
    }
  }, 60_000)

  test('a leaf taken apart, and a header in the history: its shape follows from the place, all else from the path', async () => {
    // The compiler solved elements of the leaf away: the fields that come out stand for them.
    const fields = 'leaf\\[\\d\\]|height|time|bits|version|nonce|hashHigh|hashLow|rootHigh|rootLow'
    expect(free(await loadTemplate('leaf-fields'), new RegExp(`^main\\.(${fields})$`), [])).toEqual([])
    const inputs = new RegExp(`^main\\.(${fields}|commitment|start|count|siblings.*|rest|peaks.*|twin)$`)
    expect(free(await loadTemplate('history-header'), inputs, HISTORY_HINTS)).toEqual([])
  }, 120_000)

  test('a step of a stream leaves nothing free but inverses of zero', async () => {
    const inputs = /^main\.(state|active|leaf|first|older)\[/
    const left = free(await loadTemplate('header-stream'), inputs, STREAM_HINTS)
    expect(left.filter((name) => !/\.(begins|silent)\.inverse$/.test(name))).toEqual([])
  }, 60_000)
})

/** The same circuit with one constraint fewer. */
function without(r1cs: R1cs, constraint: number): R1cs {
  const { starts, termWire, termCoefficient } = r1cs
  const [from, to] = [starts[3 * constraint]!, starts[3 * constraint + 3]!]
  const cut = <T extends Uint32Array>(terms: T) => Uint32Array.from([...terms.subarray(0, from), ...terms.subarray(to)])
  return {
    ...r1cs,
    constraints: r1cs.constraints - 1,
    starts: Uint32Array.from([
      ...starts.subarray(0, 3 * constraint),
      ...starts.subarray(3 * constraint + 3).map((start) => start - (to - from)),
    ]),
    termWire: cut(termWire),
    termCoefficient: cut(termCoefficient),
  }
}
