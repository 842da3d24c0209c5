import { FIELD_MODULUS as P } from '../../../src/bus/index.ts'
import { someBytes } from '../../storage/bytes.ts'
import { baseOf, winScene } from '../../storage/encoded-partition.ts'
import { decodeUnit, encodeUnit, maskKeys, type Twist } from '../../storage/mask-reference.ts'
import { type ForgedScene, rebuilt } from '../win-scene.ts'
import { inBits } from './forgery.ts'
import { second, secondNumber, type WinForgery, withSecond } from './win-forgery.ts'

// What is opened: attacks 1, 2, 3, 6, 7 and 20 of the specification, on the second unit, which leaves all draws as they are.

const OPENED = 'main.unit[1].opened'
const CHILD = (level: number) => `${OPENED}.path.node[${level}]: the child stands at its digit`
const ENTRY = 'main.unit[1].table.node[0]: the child stands at its digit'

/** Element `at` is another in a hash of the opening. */
const hashed = (part: string, at: number) =>
  ['in2', 'out'].map((name) => `${OPENED}.${part}.poseidon.sigmaF[0][${at + 1}]: ${name}`)

/** Everything that k1 and k2 are taken from: the three rounds after the first, and what is hashed of the unit. */
const KEYS_USED = [
  ...[2, 1, 0].flatMap((r) => Array.from({ length: 512 }, (_, i) => powerName(r, i))),
  ...Array.from({ length: 16 }, (_, a) =>
    Array.from({ length: 15 }, (_, i) => hashed(`unit.row[${a}]`, i)).flat(),
  ).flat(),
]

function powerName(round: number, i: number): string {
  return `${OPENED}.mask: ${i % 2 === 0 ? 'square' : 'fifth'}[${round}][${Math.floor(i / 2)}]`
}

/** The elements of the second unit, as they are and as they are kept. */
function elements({ tried, scene, honest }: ForgedScene) {
  const { unit, entry } = tried.units[1]
  const base = baseOf(entry.id, scene.key)
  const encoded = honest.encoded[1]!
  return { base, unit, encoded, raw: decodeUnit(base, unit, encoded) }
}

const chunkOf = ({ tried }: ForgedScene): number => Math.floor(tried.units[1].unit / 16)

const altered = (at: number): WinForgery => ({
  name: `element ${at} of a unit is another`,
  attempt: (forged) => ({
    input: second(forged, 'encoded', elements(forged).encoded.with(at, (elements(forged).encoded[at]! + 1n) % P)),
  }),
  refusedBy: [CHILD(0)],
})

const twisted = (twist: Twist): WinForgery => ({
  name: `encoded otherwise: ${twist}`,
  attempt: (forged) => {
    const { base, unit, raw } = elements(forged)
    return { input: second(forged, 'encoded', encodeUnit(base, unit, raw, twist)) }
  },
  refusedBy: [CHILD(0)],
})

export const unitForgeries: readonly WinForgery[] = [
  ...[0, 1, 137, 254, 255].map(altered),
  {
    name: 'an element is another where it is summed up',
    attempt: ({ honest }) => ({
      input: honest,
      lies: { 'main.summary[1].element[9]': (value) => value + 1n },
    }),
    refusedBy: ['main.summary[1]: sum[9]'],
  },
  {
    name: 'an element is another where it is decoded',
    attempt: ({ honest }) => ({ input: honest, lies: { [`${OPENED}.mask.encoded[9]`]: (value) => value + 1n } }),
    refusedBy: [`${OPENED}.mask: square[3][9]`, `${OPENED}.mask: fifth[3][9]`, CHILD(0)],
  },
  {
    name: 'an element is another where it is hashed',
    attempt: ({ honest }) => ({ input: honest, lies: { [`${OPENED}.unit.element[20]`]: (value) => value + 1n } }),
    refusedBy: [CHILD(0), ...hashed('unit.row[1]', 4)],
  },
  ...(
    ['keys swapped', 'columns first', 'rounds reversed', 'D for its inverse', 'constants of the round before'] as const
  ).map(twisted),
  {
    name: 'k1 and k2 swapped, in the encoding and in the circuit',
    attempt: (forged) => {
      const { base, unit, raw } = elements(forged)
      const [k1, k2] = maskKeys(base, unit)
      return {
        input: second(forged, 'encoded', encodeUnit(base, unit, raw, 'keys swapped')),
        lies: { [`${OPENED}.mask.k1`]: k2, [`${OPENED}.mask.k2`]: k1 },
      }
    },
    refusedBy: KEYS_USED,
  },
  {
    name: 'the next unit of the chunk',
    attempt: (forged) => ({ input: withSecond(forged, forged.scene.unit(secondNumber(forged) + 1)) }),
    refusedBy: [CHILD(0)],
  },
  {
    name: 'the next unit of the chunk, under its own keys',
    attempt: (forged) => ({
      input: withSecond(forged, forged.scene.unit(secondNumber(forged) + 1)),
      lies: { [`${OPENED}.keys.in[1]`]: (number) => number + 1n },
    }),
    refusedBy: [...hashed('keys', 1), CHILD(0)],
  },
  {
    name: 'the unit of the chunk before, under its own keys',
    attempt: (forged) => ({
      input: withSecond(forged, forged.scene.unit(secondNumber(forged) - 16)),
      lies: { [`${OPENED}.keys.in[1]`]: (number) => number - 16n },
    }),
    refusedBy: [...hashed('keys', 1), CHILD(1)],
  },
  {
    name: 'a unit of another blob',
    attempt: (forged) => ({
      input: withSecond(forged, forged.tried.units[0]),
      lies: { 'main.unit[1].chunk.absorb': 1n },
    }),
    refusedBy: ['main.unit[1].chunk: out[0] is 0 or 1', CHILD(0), CHILD(1), CHILD(2), CHILD(3)],
  },
  {
    name: 'the unit as another provider keeps it',
    attempt: async (forged) => {
      const other = await winScene(someBytes(32, 4))
      return { input: withSecond(forged, other.unit(secondNumber(forged))) }
    },
    refusedBy: [CHILD(0)],
  },
  {
    name: 'the unit as another provider keeps it, under that one’s base',
    attempt: async (forged) => {
      const other = await winScene(someBytes(32, 4))
      const lie = baseOf(forged.tried.units[1].entry.id, other.key)
      return { input: withSecond(forged, other.unit(secondNumber(forged))), lies: { [`${OPENED}.base`]: lie } }
    },
    refusedBy: hashed('keys', 0),
  },
  {
    name: 'the unit as it is kept on another network',
    attempt: (forged) => {
      const { base, unit, raw } = elements(forged)
      return {
        input: second(forged, 'encoded', encodeUnit(base + 1n, unit, raw)),
        lies: { [`${OPENED}.base`]: base + 1n },
      }
    },
    refusedBy: hashed('keys', 0),
  },
  ...Object.entries({
    'any elements of the field in a tree are opened (an author’s to make, and no provider keeps them)': Array.from(
      { length: 256 },
      (_, i) => P - 1n - BigInt(i * i),
    ),
    'p − 1 everywhere is opened': new Array<bigint>(256).fill(P - 1n),
    'zeros are opened': new Array<bigint>(256).fill(0n),
  }).map(
    ([name, raw]): WinForgery => ({ name, attempt: (forged) => ({ input: rebuilt(forged, { raw }) }), refusedBy: [] }),
  ),
  // ---------------------------------------------------------------- places
  {
    name: 'a chunk that was paid for is opened, up to the last',
    attempt: (forged) => ({ input: rebuilt(forged, { count: chunkOf(forged) + 1 }) }),
    refusedBy: [],
  },
  {
    name: 'a chunk of the tree beyond those that were paid for',
    attempt: (forged) => ({ input: rebuilt(forged, { count: chunkOf(forged) }) }),
    refusedBy: ['main.unit[1].left: in range'],
  },
  {
    name: 'the same, with what is lacking in a bit that is none',
    attempt: (forged) => ({
      input: rebuilt(forged, { count: chunkOf(forged) }),
      lies: { 'main.unit[1].left.absorb': 1n },
    }),
    refusedBy: ['main.unit[1].left: bit[0] is 0 or 1'],
  },
  {
    name: 'a position before the blob’s first, by a difference that wraps',
    attempt: (forged) => ({
      input: rebuilt(forged, { start: forged.tried.units[1].entry.first + 4_096, count: 4_096 }),
      lies: inBits('main.unit[1].chunk.out', BigInt(chunkOf(forged)), 12),
    }),
    refusedBy: ['main.unit[1].chunk: out[11] is 0 or 1', 'main.unit[1].left: in range', ...hashed('keys', 1), CHILD(3)],
  },
  // ---------------------------------------------------------------- trees
  {
    name: 'a level of a blob’s tree in the place of another',
    attempt: (forged) => {
      const levels = forged.honest.blobChildren[1]!
      return { input: second(forged, 'blobChildren', [levels[0]!, levels[2]!, levels[1]!, levels[3]!]) }
    },
    refusedBy: [CHILD(1), CHILD(2), CHILD(3)],
  },
  {
    name: 'a chunk as a unit',
    attempt: (forged) => {
      const levels = forged.honest.blobChildren[1]!
      return { input: second(forged, 'blobChildren', [levels[1]!, levels[1]!, levels[2]!, levels[3]!]) }
    },
    refusedBy: [CHILD(0), CHILD(1)],
  },
  {
    name: 'a sibling is another',
    attempt: (forged) => {
      const levels = forged.honest.blobChildren[1]!
      const at = levels[0]!.findIndex((_, i) => i !== elements(forged).unit % 16)
      return { input: second(forged, 'blobChildren', levels.with(0, levels[0]!.with(at, 5n))) }
    },
    refusedBy: [CHILD(1)],
  },
  {
    name: 'an absent child',
    attempt: (forged) => {
      const levels = forged.honest.blobChildren[1]!.map((level, k) => (k === 0 ? level.map(() => 0n) : level))
      return { input: second(forged, 'blobChildren', levels), lies: { [`${OPENED}.path.child`]: 0n } }
    },
    refusedBy: [CHILD(1), `${OPENED}.unit.unit.poseidon.sigmaF[7][16]: out`],
  },
  {
    name: 'a digit that is no bit',
    attempt: ({ honest }) => ({
      input: honest,
      lies: { 'main.draw[1].product.out[66]': (bit) => bit + 2n, 'main.draw[1].product.out[67]': (bit) => bit - 1n },
    }),
    refusedBy: ['main.draw[1].product: out[66] is 0 or 1', CHILD(0)],
  },
  {
    name: 'a sibling of the entry is another',
    attempt: (forged) => {
      const levels = forged.honest.tableChildren[1]!
      return { input: second(forged, 'tableChildren', levels.with(5, levels[5]!.with(9, 1n))) }
    },
    refusedBy: ['main.unit[1].table.node[5].hash.poseidon.sigmaF[7][16]: out'],
  },
  {
    name: 'an entry with one chunk more',
    attempt: (forged) => ({ input: second(forged, 'count', forged.honest.count[1]! + 1n) }),
    refusedBy: [ENTRY],
  },
  {
    name: 'an entry that begins one chunk earlier',
    attempt: (forged) => ({ input: second(forged, 'start', forged.honest.start[1]! - 1n) }),
    refusedBy: [CHILD(0), CHILD(1), ENTRY],
  },
  {
    name: 'another entry’s number',
    attempt: (forged) => ({ input: second(forged, 'entry', forged.honest.entry[1]! ^ 1n) }),
    refusedBy: [ENTRY],
  },
  {
    name: 'an entry’s number of more than 24 bits',
    attempt: (forged) => ({
      input: second(forged, 'entry', forged.honest.entry[1]! + 2n ** 24n),
      lies: { 'main.unit[1].number.absorb': 1n },
    }),
    refusedBy: ['main.unit[1].number: out[0] is 0 or 1', ENTRY],
  },
  {
    name: 'another root of the blob',
    attempt: (forged) => ({ input: second(forged, 'root', forged.honest.root[1]! + 1n) }),
    refusedBy: [CHILD(0), `${OPENED}.path.node[3].hash.poseidon.sigmaF[7][16]: out`, ENTRY],
  },
]
