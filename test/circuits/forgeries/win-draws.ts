import { FIELD_MODULUS as P } from '../../../src/bus/index.ts'
import { lowHalf } from '../../storage/encoded-partition.ts'
import type { Lies } from '../model/signals.ts'
import { ALL, signalsOf } from '../win-scene.ts'
import { inBits } from './forgery.ts'
import { alphaOf, drawnAfter, secondNumber, sumAt, type WinForgery, withSecond } from './win-forgery.ts'

// What is drawn: attacks 4, 5, 8 and 9 of the specification.

const SHARE = 'main.draw[1]: the share of count that beta says'
const BELOW = 'main.below: in range'

/** What a public value is in the seed though the proof says another: the elements that are hashed. */
const SEED = ['net', 'challengeHigh', 'challengeLow', 'keyHigh', 'keyLow', 'first', 'number'] as const
const hashed = (part: string, at: number) =>
  ['in2', 'out'].map((name) => `main.${part}.poseidon.sigmaF[0][${at + 1}]: ${name}`)

/** What refuses the lie at a unit, of those that a unit is about. */
const READ: Partial<Record<(typeof SEED)[number], (unit: string) => readonly string[]>> = {
  net: (unit) => hashed(`${unit}.base`, 0),
  keyLow: (unit) => hashed(`${unit}.base`, 2),
  keyHigh: (unit) => hashed(`${unit}.base`, 3),
  first: (unit) => [
    `main.${unit}.chunk: out[11] is 0 or 1`,
    `main.${unit}.left: in range`,
    ...hashed(`${unit}.opened.keys`, 1),
    `main.${unit}.opened.path.node[3]: the child stands at its digit`,
  ],
}

export const drawForgeries: readonly WinForgery[] = [
  // ---------------------------------------------------------------- the ticket
  {
    name: 'a ticket below the threshold wins',
    attempt: ({ honest, tried }) => ({ input: { ...honest, threshold: lowHalf(tried.ticket) + 1n } }),
    refusedBy: [],
  },
  {
    name: 'a ticket that is the threshold does not',
    attempt: ({ honest, tried }) => ({ input: { ...honest, threshold: lowHalf(tried.ticket) } }),
    refusedBy: [BELOW],
  },
  {
    name: 'nor does any below a threshold of zero',
    attempt: ({ honest }) => ({ input: { ...honest, threshold: 0n } }),
    refusedBy: [BELOW],
  },
  {
    name: 'what the ticket lacks is in a bit that is none',
    attempt: ({ honest, tried }) => ({
      input: { ...honest, threshold: lowHalf(tried.ticket) },
      lies: { 'main.below.absorb': 1n },
    }),
    refusedBy: ['main.below: bit[0] is 0 or 1'],
  },
  {
    name: 'the bits of v + p',
    attempt: ({ honest, tried }) => ({
      input: { ...honest, threshold: lowHalf(tried.ticket + P) + 1n },
      lies: inBits('main.canonical.out', tried.ticket + P, 254),
    }),
    refusedBy: [247, 239].map((bit) => `main.canonical: not above p from bit ${bit} on`),
  },
  {
    name: 'the second sum before the first',
    attempt: (forged) => {
      const sums = forged.tried.units.map((unit) => sumAt(alphaOf(forged), unit)) as [bigint, bigint]
      return { input: forged.honest, lies: { 'main.ticket.in[1]': sums[1], 'main.ticket.in[2]': sums[0] } }
    },
    refusedBy: [...hashed('ticket', 1), ...hashed('ticket', 2)],
  },
  // ---------------------------------------------------------------- the draws
  {
    name: 'the first unit by the bits of β + p',
    attempt: (forged) => {
      const { honest, tried, scene } = forged
      const other = tried.betas[0] + P
      const unit = scene.unit(Number(((other % 2n ** 64n) * honest.units) >> 64n))
      const sum = sumAt(alphaOf(forged), unit)
      return {
        input: signalsOf({ ...tried, units: [unit, drawnAfter(forged, sum)] }),
        lies: inBits('main.draw[0].canonical.out', other, 254),
      }
    },
    refusedBy: ['main.draw[0].canonical: not above p from bit 247 on'],
  },
  {
    name: 'the second unit by the bits of β + p',
    attempt: (forged) => {
      const other = forged.tried.betas[1] + P
      const unit = forged.scene.unit(Number(((other % 2n ** 64n) * forged.honest.units) >> 64n))
      return { input: withSecond(forged, unit), lies: inBits('main.draw[1].canonical.out', other, 254) }
    },
    refusedBy: ['main.draw[1].canonical: not above p from bit 247 on'],
  },
  ...[-1, 1].map(
    (by): WinForgery => ({
      name: `the unit ${by < 0 ? 'before' : 'after'} the second that is drawn`,
      attempt: (forged) => {
        const number = secondNumber(forged) + by
        return { input: withSecond(forged, forged.scene.unit(number)), lies: numbered(number) }
      },
      refusedBy: [SHARE],
    }),
  ),
  {
    name: 'a second unit of one’s choice',
    attempt: (forged) => ({ input: withSecond(forged, forged.scene.unit(0)), lies: numbered(0) }),
    refusedBy: [SHARE],
  },
  {
    name: 'a second unit by another sum of the first',
    attempt: (forged) => {
      const sum = sumAt(alphaOf(forged), forged.tried.units[0]) + 1n
      return { input: withSecond(forged, drawnAfter(forged, sum)), lies: { 'main.second.in[1]': sum } }
    },
    refusedBy: ['main.summary[0]: sum[0]', ...hashed('ticket', 1)],
  },
  {
    name: 'the point of another try',
    attempt: (forged) => {
      const alpha = alphaOf(forged) + 1n
      const unit = drawnAfter(forged, sumAt(alpha, forged.tried.units[0]))
      return { input: withSecond(forged, unit), lies: { 'main.seed.out[0]': alpha } }
    },
    refusedBy: [6, 7].map((i) => `main.seed.poseidon.sigmaF[7][${i}]: out`),
  },
  {
    name: 'the point of another try, for the second unit alone',
    attempt: ({ honest }) => ({ input: honest, lies: { 'main.summary[1].point': (alpha) => alpha + 1n } }),
    refusedBy: Array.from({ length: 255 }, (_, i) => `main.summary[1]: sum[${254 - i}]`),
  },
  // ---------------------------------------------------------------- public values
  ...SEED.map(
    (name, at): WinForgery => ({
      name: `another ${name} than the seed’s`,
      attempt: ({ honest }) => ({
        input: { ...honest, [name]: honest[name] + 1n },
        lies: { [`main.seed.in[${at}]`]: honest[name], ...elsewhere(name, honest[name]) },
      }),
      refusedBy: [...hashed('seed', at), ...[0, 1].flatMap((unit) => READ[name]?.(`unit[${unit}]`) ?? [])],
    }),
  ),
  {
    name: 'another fill’s units',
    attempt: ({ honest }) => ({
      input: { ...honest, units: honest.units + 16n },
      lies: { 'main.draw[0].count': honest.units, 'main.draw[1].count': honest.units },
    }),
    refusedBy: ['main.draw[0]: the share of count that beta says', SHARE],
  },
  {
    name: 'another table’s root',
    attempt: ({ honest }) => ({ input: { ...honest, tableRoot: honest.tableRoot + 1n } }),
    refusedBy: [0, 1].map((unit) => `main.unit[${unit}].table.node[5].hash.poseidon.sigmaF[7][16]: out`),
  },
  {
    name: 'honest',
    attempt: ({ honest }) => ({ input: { ...honest, threshold: ALL } }),
    refusedBy: [],
  },
]

/** Lies that have the second draw say this number, the rest as it is. */
function numbered(number: number): Lies {
  return inBits('main.draw[1].product.out', BigInt(number), 24, 64)
}

/** Where else the circuit reads a public value of the seed: there it is the honest one too. */
function elsewhere(name: (typeof SEED)[number], value: bigint): Lies {
  const names = ['net', 'keyHigh', 'keyLow', 'first'] as readonly string[]
  return names.includes(name) ? { [`main.unit[0].${name}`]: value, [`main.unit[1].${name}`]: value } : {}
}
