import { beforeAll, describe, expect, test } from 'vitest'
import { FIELD_MODULUS as P } from '../../src/bus/field.ts'
import { poseidon } from '../bus/poseidon-reference.ts'
import { convolutionSums, cutOff } from '../compute/digits-cnn.ts'
import { inBits } from './forgeries/forgery.ts'
import { free } from './hints.ts'
import { convolution } from './model/compute/convolution.ts'
import { dense } from './model/compute/dense.ts'
import { perceptron } from './model/compute/perceptron.ts'
import { salted } from './model/compute/salted.ts'
import type { Lies } from './model/signals.ts'
import { randomNumbers } from './random.ts'
import { loadTemplate, type TemplateCircuit } from './template-circuit.ts'

// What the models of graphs/ are made of, each template as a circuit of its own with the constants of its main file.
const circuits = new Map<string, TemplateCircuit>()
const circuit = (name: string): TemplateCircuit => circuits.get(name)!
beforeAll(async () => {
  for (const name of ['convolution', 'dense', 'perceptron', 'salted']) circuits.set(name, await loadTemplate(name))
}, 120_000)

const random = randomNumbers(1_998n)
const some = (length: number, bits = 2) => Array.from({ length }, () => random(bits))

describe('Convolution(5, 2, 3, 2, 2, …, 9, 2)', () => {
  const layer = {
    ...{ bits: 9, shift: 2, biases: [3, -8] },
    weights: [
      [1, -2, 3, -4, 5, -6, 7, -7, 6, -5, 4, -3, 2, -1, 0, 1, -2, 3],
      [-1, 0, 1, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 0],
    ],
  }
  /** 5 × 5 places of 2 channels out of one list, and what a plain loop makes of it. */
  const picture = (values: readonly bigint[]) =>
    Array.from({ length: 5 }, (_, r) =>
      Array.from({ length: 5 }, (_, c) => values.slice(10 * r + 2 * c, 10 * r + 2 * c + 2)),
    )
  const expected = (values: readonly bigint[]): bigint[] => {
    const out: number[] = []
    for (const [top, left] of [0, 2].flatMap((r) => [0, 2].map((c) => [r, c] as const))) {
      for (const [k, weights] of layer.weights.entries()) {
        let sum = layer.biases[k]!
        for (let i = 0; i < 18; i++) {
          const [row, column] = [top + Math.floor(i / 6), left + (Math.floor(i / 2) % 3)]
          sum += weights[i]! * Number(values[10 * row + 2 * column + (i % 2)]!)
        }
        out.push(sum < 0 ? 0 : Math.floor(sum / 4))
      }
    }
    return out.map(BigInt)
  }
  const refusals = (values: readonly bigint[], lies: Lies) =>
    circuit('convolution').refusals((s) => convolution(s, layer, 3, 2, picture(values)), lies)

  test('is that of a plain loop', () => {
    const edges = [some(50).map(() => 0n), some(50).map(() => 3n), some(50).map((_, i) => BigInt(i % 2) * 3n)]
    for (const values of [...edges, ...Array.from({ length: 40 }, () => some(50))]) {
      expect(circuit('convolution').run({ in: values })).toEqual(expected(values))
    }
  })

  test('refuses sums out of range, wherever they are', () => {
    // The first input has the weights 1 and -1 at the first place; one in the middle -6 and 2 at the place below it.
    const values = some(50).map(() => 0n)
    expect(circuit('convolution').run({ in: values.with(0, 504n) })).toBeDefined()
    expect(circuit('convolution').run({ in: values.with(0, 505n) })).toBeUndefined()
    expect(refusals(values.with(0, 505n), {})).toEqual(['main.relu[0][0][1]: in range'])
    expect(refusals(values.with(0, P - 515n), {})).toEqual([])
    expect(refusals(values.with(0, P - 516n), {})).toEqual(['main.relu[0][0][0]: in range'])
    expect(refusals(values.with(25, 86n), {})).toEqual(['main.relu[1][0][0]: in range'])
  })

  test('refuses another quotient or sign, at the place', () => {
    const values = some(50).map(() => 0n)
    // The first channel's sum is 3, the second's -8.
    expect(refusals(values, inBits('main.relu[1][0][0].bit', (515n + 4n) >> 1n, 9))).toEqual([
      'main.relu[1][0][0]: in range',
    ])
    expect(refusals(values, inBits('main.relu[0][1][1].bit', (504n + 512n) >> 1n, 9))).toEqual([
      'main.relu[0][1][1]: in range',
    ])
    expect(refusals(values, { 'main.out[1][1][1]': 1n })).toEqual(['main.relu[1][1][1]: out'])
  })

  test('leaves nothing free', () => {
    expect(free(circuit('convolution'), /^main\.in\[/, [])).toEqual([])
  })

  test('has a second reference that says the same', () => {
    const weights = Array.from({ length: 3 }, () => Array.from(some(50, 3), Number))
    const values = Array.from(some(7 * 7 * 2, 4), Number)
    const rows = Array.from({ length: 7 }, (_, r) =>
      Array.from({ length: 7 }, (_, c) => values.slice(14 * r + 2 * c, 14 * r + 2 * c + 2)),
    )
    const layer = { bits: 20, shift: 3, biases: [-900, 0, 5], weights }
    const plain = [0, 2].flatMap((top) =>
      [0, 2].flatMap((left) =>
        weights.map((kernel, k) => {
          const seen = rows.slice(top, top + 5).flatMap((row) => row.slice(left, left + 5).flat())
          return seen.reduce((sum, value, i) => sum + value * kernel[i]!, layer.biases[k]!)
        }),
      ),
    )
    expect(convolutionSums(layer, 7, values)).toEqual(plain)
    expect(cutOff(plain, layer)).toEqual(plain.map((sum) => Math.max(0, Math.floor(sum / 8))))
  })
})

describe('Perceptron(3, 2, …, 2, …)', () => {
  const hidden = {
    ...{ bits: 8, shift: 1, biases: [1, 0] },
    weights: [
      [2, -1, 3],
      [-2, 1, -3],
    ],
  }
  const scores = {
    ...{ bits: 8, biases: [4, 5] },
    weights: [
      [1, 0],
      [0, 1],
    ],
  }
  const refusals = (values: readonly bigint[], lies: Lies) =>
    circuit('perceptron').refusals((s) => perceptron(s, hidden, scores, values), lies)

  test('is that of plain sums', () => {
    for (let i = 0; i < 60; i++) {
      const [a, b, c] = some(3, 5) as [bigint, bigint, bigint]
      const [first, second] = [2n * a - b + 3n * c + 1n, b - 2n * a - 3n * c].map((sum) =>
        sum < 0n ? 0n : sum / 2n,
      ) as [bigint, bigint]
      const said = [first + 4n >= second + 5n ? 0n : 1n, first + 4n, second + 5n]
      expect(circuit('perceptron').run({ in: [a, b, c] })).toEqual(said)
    }
  })

  test('takes the first of equal scores', () => {
    expect(circuit('perceptron').run({ in: [1n, 0n, 0n] })).toEqual([0n, 5n, 5n])
    expect(circuit('perceptron').run({ in: [0n, 2n, 0n] })).toEqual([1n, 4n, 6n])
  })

  test('refuses sums out of range, and other values', () => {
    expect(refusals([127n, 0n, 0n], {})).toEqual([])
    expect(refusals([128n, 0n, 0n], {})).toEqual(['main.hidden[0]: in range'])
    expect(refusals([1n, 0n, 0n], inBits('main.hidden[1].bit', (254n + 256n) >> 1n, 8))).toEqual([
      'main.hidden[1]: in range',
    ])
    expect(refusals([1n, 0n, 0n], { 'main.score[1]': 6n })).toEqual(['main.hidden[1]: out'])
    expect(refusals([1n, 0n, 0n], { 'main.greatest.greater[0].claim': 1n })).toEqual([
      'main.greatest.greater[0]: bit[0] is 0 or 1',
    ])
  })

  test('leaves nothing free', () => {
    expect(free(circuit('perceptron'), /^main\.in\[/, [])).toEqual([])
  })
})

describe('Dense(3, 5, 60)', () => {
  const B = 1n << 61n
  const signed = (bits: number) => random(bits) - (1n << BigInt(bits - 1))
  const layer = () => ({
    input: Array.from({ length: 3 }, () => random(20)),
    weight: Array.from({ length: 5 }, () => Array.from({ length: 3 }, () => signed(38))),
    bias: Array.from({ length: 5 }, () => signed(58)),
  })
  const sums = ({ input, weight, bias }: ReturnType<typeof layer>) =>
    weight.map((row, j) => row.reduce((sum, value, i) => sum + value * input[i]!, bias[j]!))
  const run = ({ input, weight, bias }: ReturnType<typeof layer>) => circuit('dense').run({ in: input, weight, bias })
  const refusals = ({ input, weight, bias }: ReturnType<typeof layer>, lies: Lies) =>
    circuit('dense').refusals((s) => dense(s, 60, input, weight, bias), lies)
  const ofField = (values: readonly bigint[]) => values.map((value) => (value < 0n ? value + P : value))

  test('is the sums of signed weights', () => {
    for (let i = 0; i < 40; i++) {
      const some = layer()
      expect(run(some)).toEqual(ofField(sums(some)))
    }
  })

  test('takes sums from -2^60 to 2^60 - 1, and no other', () => {
    const none = { ...layer(), input: [0n, 0n, 0n] }
    for (const [edge, fits] of [
      [-(2n ** 60n), true],
      [2n ** 60n - 1n, true],
      [2n ** 60n, false],
      [-(2n ** 60n) - 1n, false],
    ] as const) {
      for (const j of [0, 3, 4]) {
        const at = { ...none, bias: none.bias.with(j, edge) }
        expect(run(at)).toEqual(fits ? ofField(at.bias) : undefined)
        if (!fits) expect(refusals(at, {})).toEqual([`main.range[${j}]: in range`])
      }
    }
  })

  test('refuses a sum that takes from its neighbour, or is another', () => {
    const some = layer()
    expect(refusals(some, {})).toEqual([])
    const borrowed: Lies = { 'main.out[1]': (sum) => sum + B, 'main.out[2]': (sum) => sum - 1n }
    expect(refusals(some, borrowed)).toEqual(['main.range[1]: in range'])
    expect(refusals(some, { ...borrowed, 'main.range[1].absorb': 1n })).toEqual(['main.range[1]: bit[0] is 0 or 1'])
    // What the sums are of is one equation; the compiler has it in the place of each group's last product.
    expect(refusals(some, { 'main.out[0]': (sum) => sum + 1n })).toEqual(['main: product[0][2]'])
    expect(refusals(some, { 'main.out[4]': (sum) => sum - 1n })).toEqual(['main: product[1][2]'])
    expect(refusals(some, { 'main.product[0][0]': (product) => product + 1n })).toEqual([
      'main: product[0][0]',
      'main: product[0][2]',
    ])
  })

  test('leaves nothing free but sums, which are digits of one number', () => {
    const argument =
      'digits of one number in base 2^61, each from -2^60 by a range check: there is one row of such digits'
    expect(free(circuit('dense'), /^main\.(in|weight|bias)\[/, [{ wires: /^main\.out\[/, argument }])).toEqual([])
  })
})

describe('Salted', () => {
  test('is the hash of both, and of no other', () => {
    for (const [input, salt] of [[0n, 0n], [P - 1n, P - 1n], some(2, 250)] as [bigint, bigint][]) {
      expect(circuit('salted').run({ in: input, salt })).toEqual([poseidon(96 as 1, input, salt, 0n)])
    }
    const [input, salt] = some(2, 250) as [bigint, bigint]
    const refused = circuit('salted').refusals((s) => salted(s, input, salt), { 'main.out': (value) => value + 1n })
    expect(refused).toEqual([expect.stringMatching(/^main\.hash\.poseidon\.sigmaF\[7\]/)])
    expect(free(circuit('salted'), /^main\.(in|salt)$/, [])).toEqual([])
  })
})
