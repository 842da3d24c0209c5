import { beforeAll, describe, expect, test } from 'vitest'
import { decodeField, encodeField, FIELD_MODULUS as P } from '../../src/bus/index.ts'
import { loadAddon } from '../../src/proving/io/addon.ts'
import { poseidonOfWidth } from '../bus/poseidon-reference.ts'
import { decodeUnit, encodeUnit, maskKeys } from '../storage/mask-reference.ts'
import { inBits } from './forgeries/forgery.ts'
import { free } from './hints.ts'
import type { Lies, Scope } from './model/signals.ts'
import { canonicalBits, drawnUnit } from './model/storage/draw.ts'
import { unmask } from './model/storage/opening.ts'
import { bitsOf, randomNumbers } from './random.ts'
import { loadTemplate, type TemplateCircuit } from './template-circuit.ts'

const NAMES = ['canonical-bits', 'drawn-unit', 'tree-node', 'unmask', 'summary'] as const
const circuits = new Map<string, TemplateCircuit>()
const circuit = (name: (typeof NAMES)[number]): TemplateCircuit => circuits.get(name)!
beforeAll(async () => {
  for (const name of NAMES) circuits.set(name, await loadTemplate(name))
}, 300_000)

const random = randomNumbers(1_120n)
const below = (limit: bigint) => random(320) % limit
/** The greatest number that has a second reading in 254 bits, and its neighbours; where p − 1 has runs of ones and zeros. */
const TWICE = 2n ** 254n - P
const EDGES = [0n, 1n, 2n ** 28n - 1n, 2n ** 28n, TWICE - 1n, TWICE, TWICE + 1n, 2n ** 253n, P / 2n, P - 2n, P - 1n]

describe('CanonicalBits', () => {
  test.each(EDGES)('tells the bits of %d', (value) => {
    expect(circuit('canonical-bits').run({ in: value })).toEqual(bitsOf(value, 254))
  })

  test('tells those of any element', () => {
    for (let i = 0; i < 25; i++) {
      const value = below(P)
      expect(circuit('canonical-bits').run({ in: value })).toEqual(bitsOf(value, 254))
    }
  })

  /** Of the bits of some number, as if they were those of `value`. */
  const refusals = (value: bigint, told: bigint) =>
    circuit('canonical-bits').refusals((s) => canonicalBits(s, value), inBits('main.out', told, 254))

  test('refuses those of the number plus p, wherever they are first above p − 1', () => {
    const runs = new Set<string>()
    const values = [...EDGES.filter((value) => value < TWICE), ...Array.from({ length: 40 }, () => below(TWICE))]
    for (let i = 0; i < 254; i++) if (((P - 1n) >> BigInt(i)) % 2n === 0n) values.push((1n << BigInt(i)) - 1n)
    for (const value of values) {
      if (value >= TWICE) continue
      const refused = refusals(value, value + P)
      for (const name of refused) expect(name).toMatch(/^main: not above p from bit \d+ on$/)
      runs.add(refused[0]!)
    }
    expect(runs.size).toBeGreaterThan(20)
  })

  test('accepts p − 1 and refuses p as 0', () => {
    expect(refusals(P - 1n, P - 1n)).toEqual([])
    expect(refusals(0n, P)).toEqual(['main: not above p from bit 0 on'])
  })

  test('refuses what are no bits, whatever their sum', () => {
    const lies: Lies = { 'main.out[7]': 2n, 'main.out[8]': (bit) => bit - 1n }
    expect(circuit('canonical-bits').refusals((s) => canonicalBits(s, 3n << 7n), lies)).toContain(
      'main: out[7] is 0 or 1',
    )
  })

  test('leaves nothing free but the quotients of zero', () => {
    const argument = 'bits of a number below p: 254 bits have one reading below p of each element'
    const hints = [{ wires: /^main\.(out|in$)/, argument }]
    expect(free(circuit('canonical-bits'), /^$/, hints).every((name) => /^main\.quotient\[\d+\]$/.test(name))).toBe(
      true,
    )
  })
})

describe('DrawnUnit', () => {
  const drawn = (beta: bigint, count: bigint) => {
    const bits = circuit('drawn-unit').run({ beta, count })
    return bits?.reduce((sum, bit, i) => sum + (bit << BigInt(i)), 0n)
  }

  test('is ⌊(β mod 2^64)·count / 2^64⌋', () => {
    const counts = [0n, 1n, 16n, 17n, 96n, 49_152n, 2n ** 23n, 2n ** 24n]
    const betas = [...EDGES, 2n ** 64n - 1n, 2n ** 64n, ...Array.from({ length: 8 }, () => below(P))]
    for (const count of counts) {
      for (const beta of betas) expect(drawn(beta, count)).toBe(((beta % 2n ** 64n) * count) >> 64n)
    }
    expect(drawn(2n ** 64n - 1n, 2n ** 23n)).toBe(2n ** 23n - 1n)
  })

  test('refuses a number of more bits', () => {
    expect(drawn(2n ** 64n - 1n, 2n ** 25n)).toBeUndefined()
    expect(drawn(2n ** 63n, 2n ** 25n)).toBeUndefined()
  })

  const beta = TWICE / 3n
  const count = 1_000n
  const unit = ((beta % 2n ** 64n) * count) >> 64n
  const rest = ((beta % 2n ** 64n) * count) % 2n ** 64n
  const lying = (lies: Lies) => circuit('drawn-unit').refusals((s) => drawnUnit(s, 24, { beta, count }), lies)
  const share = 'main: the share of count that beta says'

  test('refuses the neighbours, and the unit after the last', () => {
    for (const other of [unit - 1n, unit + 1n, count]) {
      expect(lying(inBits('main.product.out', rest + (other << 64n), 88))).toEqual([share])
    }
  })

  test('refuses a neighbour with what it lacks in a bit that is none', () => {
    const lies = {
      ...inBits('main.product.out', rest + ((unit + 1n) << 64n), 88),
      'main.product.out[0]': (rest % 2n) - 2n ** 64n,
    }
    expect(lying(lies)).toEqual(['main.product: out[0] is 0 or 1'])
  })

  test('refuses what β + p would draw', () => {
    const other = (beta + P) % 2n ** 64n
    const lies = { ...inBits('main.canonical.out', beta + P, 254), ...inBits('main.product.out', other * count, 88) }
    expect(lying(lies)).toEqual([expect.stringMatching(/^main\.canonical: not above p from bit \d+ on$/)])
  })
})

describe('TreeNode', () => {
  const hash = poseidonOfWidth(17, 68)
  const children = Array.from({ length: 16 }, () => below(P))

  test('is the hash over the child at its digit, and of no other', () => {
    for (let at = 0; at < 16; at++) {
      const node = (child: bigint) => circuit('tree-node').run({ child, digit: bitsOf(BigInt(at), 4), children })
      expect(node(children[at]!)).toEqual([hash(35, children)])
      expect(node(children[(at + 1) % 16]!)).toBeUndefined()
      expect(node(children[at]! + 1n)).toBeUndefined()
      expect(node(0n)).toBeUndefined()
    }
  })

  test('leaves nothing free', () => {
    // The child may stand for one of the children.
    expect(free(circuit('tree-node'), /^main\.(child|digit|children)/, [])).toEqual([])
  })
})

describe('Summary', () => {
  test('is the polynomial of the elements', () => {
    for (const point of [0n, 1n, P - 1n, below(P)]) {
      const element = Array.from({ length: 256 }, (_, i) => (i === 255 ? P - 1n : below(P)))
      let [sum, power] = [0n, 1n]
      for (const value of element) {
        sum = (sum + value * power) % P
        power = (power * point) % P
      }
      expect(circuit('summary').run({ point, element })).toEqual([sum])
    }
  })
})

describe('Unmask', () => {
  const base = below(P)
  const number = 49_151
  const [k1, k2] = maskKeys(base, number)
  const run = (encoded: readonly bigint[]) => circuit('unmask').run({ encoded, k1, k2 })
  const units = {
    zeros: new Array<bigint>(256).fill(0n),
    ones: new Array<bigint>(256).fill(1n),
    'equal elements': new Array<bigint>(256).fill(below(2n ** 248n)),
    'p − 1': new Array<bigint>(256).fill(P - 1n),
    '2^248 − 1': new Array<bigint>(256).fill(2n ** 248n - 1n),
    '2^248 and more': Array.from({ length: 256 }, (_, i) => 2n ** 248n + BigInt(i)),
    'arbitrary elements': Array.from({ length: 256 }, () => below(P)),
  }

  test.each(Object.entries(units))('takes the mask off as the reference does: %s', (_, unit) => {
    // As what is kept, and as what is under the mask.
    expect(run(unit)).toEqual(decodeUnit(base, number, unit))
    expect(run(encodeUnit(base, number, unit))).toEqual(unit)
  })

  test('and as the addon does', async () => {
    const bytes = Uint8Array.from({ length: 7_936 }, () => Number(random(8)))
    const encoded = await loadAddon().maskUnits(encodeField([base]), Uint32Array.of(number), bytes, false)
    const element = (i: number) =>
      BigInt(
        `0x${Buffer.from(bytes.slice(31 * i, 31 * i + 31))
          .reverse()
          .toString('hex')}`,
      )
    expect(run(decodeField(encoded)!)).toEqual(Array.from({ length: 256 }, (_, i) => element(i)))
  })

  test('is determined by what is kept and the keys; each power is proved', () => {
    const whole = circuit('unmask')
    expect(free(whole, /^main\.(encoded\[\d+\]|k1|k2)$/, [])).toEqual([])
    const encoded = units['arbitrary elements']
    const refusals = (lies: Lies) => whole.refusals((s: Scope) => unmask(s, encoded, [k1, k2]), lies)
    expect(refusals({})).toEqual([])
    for (const name of ['square[3][0]', 'fourth[2][128]', 'fifth[1][17]', 'fifth[0][255]']) {
      expect(refusals({ [`main.${name}`]: (power) => power + 1n })).toContain(`main: ${name}`)
    }
  })
})
