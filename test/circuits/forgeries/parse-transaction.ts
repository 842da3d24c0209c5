import { FIELD_MODULUS as P } from '../../../src/bus/field.ts'
import { rawTransaction } from '../../support/raw-transaction.ts'
import type { Registers } from '../model/compute/parse-transaction.ts'
import type { Lies } from '../model/signals.ts'
import { paddedBlocks, parseStart } from '../parse-scene.ts'

/** What a dishonest prover hands in for one block of a transaction: other bytes or registers, and lies about other signals. */
export interface ParseForgery {
  readonly name: string
  readonly block: 0 | 1
  /** Bytes of the block by position, and registers, that are others. */
  readonly bytes?: Readonly<Record<number, number>>
  readonly before?: Partial<Registers>
  readonly active?: bigint
  readonly lies?: Lies
  /** Every constraint that refuses the witness, and no other. */
  readonly refusedBy: readonly string[]
}

export const WANTED = Uint8Array.from({ length: 22 }, (_, i) => [0, 20][i] ?? i)

/** 82 bytes: its sizes stand at 4, 41, 46 and 55; its end is read at 86, which is 22 in the second block. */
const bytes = rawTransaction({ inputs: [new Uint8Array()], outputs: [{ value: 5_000n, script: WANTED }] })
export const twoBlocks = paddedBlocks(bytes)
/** As they are before the second block. */
export const behindFirst: Registers = {
  ...parseStart,
  ...{ next: 22n, left: 0n, open: 0n, lists: 2n, pending: 1n, amount: 5_000n },
}

const [INPUTS, INPUT, OUTPUTS, OUTPUT, END] = [2, 11, 12, 14, 6].map((q) => `main.four[${q}]`) as [
  string,
  string,
  string,
  string,
  string,
]
const more = (by: bigint) => (value: bigint) => value + by
const first = (name: string, lies: Lies, refusedBy: readonly string[]): ParseForgery => ({
  ...{ name, block: 0, lies, refusedBy },
})
const second = (name: string, lies: Lies, refusedBy: readonly string[]): ParseForgery => ({
  ...{ name, block: 1, lies, refusedBy },
})
/** What a length in other bytes than its one brings with it. */
const HASHED = 'main: the length is the one that was hashed'

export const parseForgeries: readonly ParseForgery[] = [
  { name: 'the first block, which is valid', block: 0, refusedBy: [] },
  { name: 'the second block, which is valid', block: 1, refusedBy: [] },
  { name: 'a block of no transaction, which is valid', block: 1, active: 0n, refusedBy: [] },

  // ---------------------------------------------------------------- sizes
  first('a size is passed by, which no constraint refuses: nothing is read any more', { [`${OUTPUT}.at[3]`]: 0n }, []),
  {
    ...{ name: 'a size was passed by, and the transaction ends all the same', block: 1 },
    ...{ before: { next: -9n, left: 1n, open: 1n, lists: 1n, pending: 0n }, lies: { [`${END}.ended`]: 1n } },
    refusedBy: [HASHED, `${END}: ended`],
  },
  first('a size where none is', { 'main.four[5].at[0]': 1n }, ['main.four[5]: the size is where it is expected']),
  first('half a size', { [`${INPUTS}.at[0]`]: P / 2n + 1n }, [
    `${INPUTS}: at[0] is 0 or 1`,
    `${INPUTS}: one size at most, and in a transaction`,
    `${INPUTS}.shortest: in range`,
  ]),
  first('two sizes side by side', { [`${INPUTS}.at[1]`]: 1n }, [
    `${INPUTS}: one size at most, and in a transaction`,
    `${INPUTS}: the size is where it is expected`,
  ]),
  {
    ...{ name: 'a size in what is no transaction', block: 1, active: 0n, lies: { [`${END}.at[2]`]: 1n } },
    refusedBy: [`${END}: one size at most, and in a transaction`],
  },
  first('a size of another first byte', { [`${INPUT}.firstAt[1]`]: more(1n) }, [`${INPUT}: firstAt[1]`]),
  ...['lowAt', 'highAt', 'amountAt', 'tailAt'].map((what) =>
    first(`another ${what} at a size`, { [`${OUTPUT}.${what}[3]`]: more(1n) }, [`${OUTPUT}: ${what}[3]`]),
  ),
  first('one byte read as three', { [`${INPUT}.wide`]: 1n }, [`${INPUT}: a wide size begins with 253`]),
  first('one byte read as five', { [`${INPUT}.wider`]: 1n }, [
    `${INPUT}: a wider size begins with 254`,
    `${INPUT}.shortest: in range`,
  ]),
  first('half of three bytes', { [`${INPUT}.wide`]: 2n }, [
    `${INPUT}: wide is 0, or 1 at a size`,
    `${INPUT}: a wide size begins with 253`,
    `${INPUT}.shortest: in range`,
  ]),
  first('three bytes and five', { [`${INPUT}.wide`]: 1n, [`${INPUT}.wider`]: 1n }, [
    `${INPUT}: wider is 0, or 1 at a size that is not wide`,
    `${INPUT}: a wide size begins with 253`,
    `${INPUT}: a wider size begins with 254`,
    `${INPUT}.shortest: in range`,
  ]),
  ...[253, 254, 255].map((byte) => ({
    ...{ name: `${byte} read as one byte`, block: 0 as const, bytes: { 41: byte } },
    ...{ lies: { [`${INPUT}.wide`]: 0n, [`${INPUT}.wider`]: 0n }, refusedBy: [`${INPUT}.shortest: in range`] },
  })),
  {
    ...{ name: 'three bytes for a length of 252', block: 0, bytes: { 41: 253, 42: 252, 43: 0 } },
    refusedBy: [`${INPUT}.shortest: in range`],
  },
  {
    ...{ name: 'three bytes for a length of 252, and bits that make up for it', block: 0 },
    ...{ bytes: { 41: 253, 42: 252, 43: 0 }, lies: { [`${INPUT}.shortest.absorb`]: 1n } },
    refusedBy: [`${INPUT}.shortest: bit[0] is 0 or 1`],
  },
  {
    ...{ name: 'five bytes for a length of 65,535', block: 0, bytes: { 41: 254, 42: 255, 43: 255, 44: 0, 45: 0 } },
    refusedBy: [`${INPUT}.shortest: in range`],
  },
  ...['wideLow', 'widerLow', 'widerHigh', 'counted', 'less'].map((what) =>
    first(`another ${what}`, { [`${OUTPUTS}.${what}`]: more(1n) }, [`${OUTPUTS}: ${what}`]),
  ),

  // ---------------------------------------------------------------- lists
  first('a number is an item', { [`${OUTPUTS}.count`]: 0n }, [`${OUTPUTS}: count`]),
  first('an item is a number', { [`${OUTPUT}.count`]: 1n }, [`${OUTPUT}: count`]),
  {
    ...{ name: 'a list ends before its last item', block: 0, bytes: { 46: 2 }, lies: { [`${OUTPUT}.last`]: 1n } },
    refusedBy: [`${OUTPUT}: nothing is left behind the last`],
  },
  first('a list ends with half an item', { [`${OUTPUT}.last`]: 2n }, [`${OUTPUT}: last is 0, or 1 at an item`]),
  first('a list goes on, which no constraint refuses: it has no end', { [`${OUTPUT}.last`]: 0n }, []),
  {
    ...{ name: 'a list went on, and the transaction ends all the same', block: 1 },
    ...{ before: { open: 1n, lists: 1n }, lies: { [`${END}.ended`]: 1n } },
    refusedBy: [HASHED, `${END}: ended`],
  },
  {
    ...{ name: 'a list of no inputs, which is the marker of a witness, is over', block: 0, bytes: { 4: 0, 5: 1 } },
    ...{ lies: { [`${INPUTS}.last`]: 1n }, refusedBy: [`${INPUTS}: last is 0, or 1 at an item`] },
  },
  {
    ...{ name: 'a list of no inputs is over with its first item', block: 0, bytes: { 4: 0 } },
    ...{ lies: { [`${INPUT}.last`]: 1n }, refusedBy: [`${INPUT}: nothing is left behind the last`] },
  },

  // ---------------------------------------------------------------- the end
  {
    ...{ name: 'another byte than 0x80 behind the end', block: 1, bytes: { 18: 0x81 } },
    refusedBy: [`${END}: only padding is behind the end`],
  },
  {
    ...{ name: 'a byte within the padding', block: 1, bytes: { 55: 1 } },
    refusedBy: [`${END}: only padding is behind the end`],
  },
  { name: 'another length than was read', block: 1, bytes: { 63: 0x98 }, refusedBy: [HASHED] },
  second('no end where it is', { [`${END}.ended`]: 0n }, [`${END}: ended`]),
  second('an end where none is', { 'main.four[9].ended': 1n }, ['main: the length is not 64', 'main.four[9]: ended']),
  second('it is said otherwise how many lists are over', { [`${END}.twice`]: 0n }, [`${END}: twice`]),

  // ---------------------------------------------------------------- the script
  ...['evenKept', 'evenOfEven', 'evenOfOdd', 'evenBehind', 'oddKept', 'oddOfEven', 'oddOfOdd'].map((what) =>
    first(`another ${what}`, { [`${OUTPUT}.${what}`]: more(1n) }, [`${OUTPUT}: ${what}`]),
  ),
  ...['oddBehind', 'oddBehindTwo', 'pays', 'kept'].map((what) =>
    first(`another ${what}`, { [`${INPUT}.${what}`]: more(1n) }, [`${INPUT}: ${what}`]),
  ),
  ...['evenHere', 'evenSix', 'evenEight', 'oddHere', 'oddSeven'].map((what) =>
    second(`another ${what}`, { [`${END}.${what}`]: more(1n) }, [`${END}: ${what}`]),
  ),
  second('another script is compared', { [`${END}.compared`]: 0n }, [`${END}: compared`]),
  second('more is paid', { [`${END}.paid`]: more(1n) }, [`${END}: paid`]),
  second('what pays is not counted', { [`${END}.matched`]: 0n }, [`${END}: what does not match differs`]),
  second('what pays is counted twice', { [`${END}.matched`]: 2n }, [
    `${END}: matched is 0, or 1 where it is compared`,
    `${END}: what does not match differs`,
  ]),
  ...(['even', 'odd'] as const).map((half) => ({
    ...{ name: `what differs in ${half} bytes is counted`, block: 1 as const, before: { [half]: 5n } },
    ...{ lies: { [`${END}.matched`]: 1n, [`${END}.evenInverse`]: 0n } },
    refusedBy: [`${END}: what matches has the ${half} bytes`],
  })),
  {
    ...{ name: 'a script of another length is compared', block: 0, bytes: { 55: 23 } },
    ...{ lies: { [`${OUTPUT}.same.inverse`]: 0n }, refusedBy: [`${OUTPUT}.same: in or out is 0`] },
  },
  first('a script of the same length is not', { [`${OUTPUT}.same.out`]: 0n }, [`${OUTPUT}.same: inverse`]),
  first('a length of an input is compared', { [`${INPUT}.same.inverse`]: 0n }, [`${INPUT}.same: in or out is 0`]),
]
