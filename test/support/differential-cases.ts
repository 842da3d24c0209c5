import {
  type BlockHash,
  blockHash,
  decodeCompact,
  medianTimePast,
  type NetworkParams,
} from '../../src/bitcoin/index.ts'
import { retarget } from '../../src/bitcoin/required-bits.ts'
import { type Add, cheap, type Place } from './differential-place.ts'
import { retargets } from './differential-retargets.ts'

export async function differentialCases(
  genesis: (network: number) => Place,
  add: Add,
  networks: readonly NetworkParams[],
): Promise<void> {
  const short = await shortEpochs(genesis(0), add)
  const long = await longEpochs(genesis(1), add)
  const round = await chain(genesis(2), add, [600, 1200, 1800, 700_000, 700_600, 701_200])
  const zero = await chain(genesis(3), add, [1, 2, 2 ** 32 - 1, 3, 2 ** 32 - 1, 4, 5, 6, 7, 8])
  const everywhere = [...short, ...long, ...round, ...zero]

  await oldTimes(everywhere, add)
  await versions(short, add)
  await links(everywhere, add)
  await midEpochBits([...short, ...long, ...round], add, networks)
  await retargets(short, add, networks)
  await hashes(everywhere, add)
}

/**
 * Adds a header at each time, seconds after the genesis, or just above the median where that is later; returns every
 * place, the genesis first.
 */
async function chain(start: Place, add: Add, offsets: readonly number[]): Promise<Place[]> {
  const places = [start]
  const genesisTime = start.context.times[0] ?? 0
  for (const offset of offsets) {
    const parent = places.at(-1)!
    const time = Math.max(genesisTime + offset, medianTimePast(parent.context.times) + 1)
    places.push(await add(parent, { time }))
  }
  return places
}

/**
 * Heights 1 to 27 in epochs of four, times out of order. Timespans of the epochs: 1,400,000 (limit), 604,800
 * (halves the target), 4,838,400 (back at the limit), 302,400 (quarters it), 2,419,200, 9,000,000, 1,000,000.
 */
function shortEpochs(start: Place, add: Add): Promise<Place[]> {
  const spans = [1_400_000, 604_800, 4_838_400, 302_400, 2_419_200, 9_000_000, 1_000_000]
  const offsets: number[] = []
  let first = 0
  for (const span of spans) {
    const inner = [Math.floor(span / 3), Math.floor(span / 5)]
    offsets.push(...(first === 0 ? [] : [first]), ...inner.map((d) => first + d), first + span)
    first += span + 600
  }
  return chain(start, add, offsets)
}

/** Heights 1 to 22 in epochs of ten: twice the limit's difficulty, then 1.6 times, then the limit's. */
function longEpochs(start: Place, add: Add): Promise<Place[]> {
  const first = [300, 900, 600, 90_000, 1200, 4000, 3000, 2000, 1_500_000]
  const second = [0, 700, 650, 800, 900, 850, 1000, 1100, 1200, 1_300_000].map((d) => 1_600_000 + d)
  return chain(start, add, [...first, ...second, 3_000_000, 3_000_500, 2_950_000])
}

/** Times at, below and just above the median; heights 1 to 11 come first in every chain. */
async function oldTimes(places: readonly Place[], add: Add): Promise<void> {
  for (const [i, place] of places.slice(0, -1).entries()) {
    const median = medianTimePast(place.context.times)
    const parent = place.context.times.at(-1) ?? 0
    const common = { rule: 'time' }
    await add(place, { ...common, time: median, reject: 'time-too-old', note: 'equal to the median' })
    await add(place, { ...common, time: median + 1, note: 'one above the median' })
    if (i % 2 === 1 && median > 0) {
      await add(place, { ...common, time: median - 1, reject: 'time-too-old', note: 'one below the median' })
    }
    if (i % 12 === 3) await add(place, { ...common, time: 0, reject: 'time-too-old', note: 'zero' })
    if (i % 6 === 2) await add(place, { ...common, time: 2 ** 32 - 1, note: 'the greatest time' })
    if (i % 4 === 0 && parent - 1 > median) await add(place, { ...common, time: parent - 1, note: 'before the parent' })
  }
}

/** Versions at, before and after the heights 3, 6 and 9. */
async function versions(short: readonly Place[], add: Add): Promise<void> {
  const lowest = -(2 ** 31)
  const valid: Record<number, number[]> = {
    1: [0, -1, lowest, 1],
    2: [1, 0, -2],
    3: [2, 3, 0x20000000, 2 ** 31 - 1],
    4: [2, 0x00000100],
    5: [2, 4, 0x01000000],
    6: [3, 4, 0x3fffe000, 256],
    7: [3],
    8: [3, 5, 2 ** 31 - 1],
    9: [4, 5, 0x20000000, 2 ** 31 - 1, 0x00000104],
    10: [4, 0x01000000],
    12: [4, 0x7ffffffe],
    17: [4, 8],
    24: [4, 0x10000000],
  }
  const invalid: Record<number, number[]> = {
    3: [1, 0, -1, lowest, lowest + 2],
    4: [1, lowest + 4],
    5: [1, -2, 0],
    6: [2, 1, -3, lowest + 3],
    7: [2, 0],
    8: [2, 1, 0, lowest + 2 ** 29],
    9: [3, 2, 1, 0, -4, lowest + 4, lowest],
    10: [3, 1],
    12: [3, -1],
    17: [3, 2, 0],
    24: [3, lowest + 4, -(2 ** 24)],
  }
  for (const [list, reject] of [
    [valid, undefined],
    [invalid, 'bad-version'],
  ] as const) {
    for (const [height, values] of Object.entries(list)) {
      const place = short[Number(height) - 1]!
      for (const version of values) {
        const time = (place.context.times.at(-1) ?? 0) + 600
        await add(place, { time, version, rule: 'version', ...(reject ? { reject } : {}), note: `version ${version}` })
      }
    }
  }
}

/** Headers that meet every rule but stand on another parent. */
async function links(places: readonly Place[], add: Add): Promise<void> {
  for (const [i, place] of places.entries()) {
    if (place.index < 0) continue
    const { hash } = place.context
    const time = (place.context.times.at(-1) ?? 0) + 1
    if (time > 2 ** 32 - 1) continue
    const grandparent = places[i - 1]!.context.hash
    const flip = (at: number, bit: number) => blockHash(hash.map((byte, j) => (j === at ? byte ^ bit : byte)))
    const wrong: [string, BlockHash][] = [
      ["the grandparent's hash", grandparent],
      ['the lowest bit flipped', flip(0, 1)],
      ['the highest bit flipped', flip(31, 0x80)],
      ['bytes reversed', blockHash(Uint8Array.from(hash).reverse())],
      ['no parent at all', blockHash(new Uint8Array(32))],
      ['low and high half swapped', blockHash(Uint8Array.from([...hash.slice(16), ...hash.slice(0, 16)]))],
    ]
    const [note, prevHash] = wrong[i % wrong.length]!
    await add(place, { time, prevHash, rule: 'link', reject: 'bad-prevblk-link', note })
    await add(place, { time, rule: 'link', note: "the parent's hash" })
  }
}

/** nBits inside an epoch: only the parent's own, in its own encoding. */
async function midEpochBits(places: readonly Place[], add: Add, networks: readonly NetworkParams[]): Promise<void> {
  for (const [i, place] of places.entries()) {
    const { context } = place
    const params = networks[place.network]!
    const { limitCompact, epochLength } = params
    if ((context.height + 1) % epochLength === 0) continue
    const time = (context.times.at(-1) ?? 0) + 600
    const limit = decodeCompact(limitCompact).target
    const usable = (bits: number) => bits !== context.bits && decodeCompact(bits).target <= limit
    const add1 = { time, rule: 'bits', reject: 'bad-diffbits' }
    const early = retarget(context.bits, (context.times.at(-1) ?? 0) - context.epochStartTime, limitCompact)
    const wrong: [string, number][] = [
      ['one harder', context.bits - 1],
      ['one easier', context.bits + 1],
      ["the limit's", limitCompact],
      ['retargeted too early', early],
      ["the last epoch's", places[i - 1]?.context.bits ?? context.bits],
      ['the same target written longer', longer(context.bits)],
    ]
    const fitting = wrong.filter(([, bits]) => usable(bits) && cheap(bits))
    const often = ['one harder', 'one easier', "the limit's", 'retargeted too early']
    const rare = fitting.filter(([note]) => !often.includes(note))
    const common = fitting.filter(([note]) => often.includes(note))
    const turn = common[i % Math.max(common.length, 1)]
    for (const [note, bits] of [...rare, ...(turn ? [turn] : [])]) await add(place, { ...add1, bits, note })
    await add(place, { time, rule: 'bits', note: "the parent's" })
    if (i % 4 === 0) await add(place, { time: time + 1, rule: 'bits', note: "the parent's, a second later" })
  }
}

/** The same target with a mantissa one byte shorter, where that byte is zero; else the same nBits. */
function longer(bits: number): number {
  const other = (((bits >>> 24) + 1) << 24) | ((bits & 0x007fffff) >>> 8)
  return decodeCompact(other).target === decodeCompact(bits).target ? other >>> 0 : bits
}

/** Hashes just above and just below the target, and hashes that only their top bits carry above it. */
async function hashes(places: readonly Place[], add: Add): Promise<void> {
  for (const [i, place] of places.entries()) {
    if (!cheap(place.context.bits)) continue
    const time = (place.context.times.at(-1) ?? 0) + 1800
    if (time > 2 ** 32 - 1) continue
    const reject = 'high-hash'
    if (i % 3 === 2) {
      const mask = (1n << 250n) - 1n
      const range = (target: bigint) => ({ low: target, high: target, mask })
      await add(place, { time, range, rule: 'hash', reject, note: 'above by its top six bits alone' })
    } else {
      const range = (target: bigint) => ({ low: target, high: target + target / 8n })
      await add(place, { time, range, rule: 'hash', reject, note: 'at most an eighth above the target' })
    }
    const range = (target: bigint) => ({ low: target - target / 8n, high: target })
    await add(place, { time, range, rule: 'hash', note: 'at most an eighth below the target' })
  }
}
