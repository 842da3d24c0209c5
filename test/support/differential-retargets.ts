import {
  decodeCompact,
  encodeCompact,
  medianTimePast,
  type NetworkParams,
  requiredBits,
} from '../../src/bitcoin/index.ts'
import { retarget } from '../../src/bitcoin/required-bits.ts'
import { type Add, cheap, type Place } from './differential-place.ts'

/** Another last header of an epoch for each timespan, and the epoch after it. */
export async function retargets(short: readonly Place[], add: Add, networks: readonly NetworkParams[]): Promise<void> {
  // The epochs at 4 (limit), 8 (half of it), 16 (a quarter) and 20 (half).
  const spans: Record<number, number[]> = {
    6: [302_400, 302_399, 302_401, 152_000, 4_838_400, 1_209_599, 1_209_601, 900_000],
    10: [4_838_400, 4_838_399, 4_838_401, 20_000_000, 1_209_600, 604_801, 2_419_199, 2_419_201, 1_500_000],
    18: [4_838_400, 4_838_399, 4_838_401, 9_999_999, 3_000_001, 1_209_600, 4_000_000, 700_001],
  }
  for (const [height, list] of Object.entries(spans)) {
    const place = short[Number(height)]!
    for (const span of list) await boundary(place, place.context.epochStartTime + span, add, networks)
  }
  await negativeTimespans(short, add, networks)
  await longTimespans(short, add, networks)
}

/** The epoch's first header far ahead of the rest: its last is earlier than its first. */
async function negativeTimespans(short: readonly Place[], add: Add, networks: readonly NetworkParams[]): Promise<void> {
  const last = short[11]!
  const now = last.context.times.at(-1) ?? 0
  for (const [ahead, back] of [
    [50_000_000, 1],
    [40_000_000, 302_401],
    [30_000_000, 4_838_401],
    [20_000_000, 19_000_000],
    [10_000_000, 1_209_600],
  ] as const) {
    const first = await add(last, { time: now + ahead, note: 'an epoch that starts in the future' })
    const second = await add(first, { time: now + 1200 })
    const third = await add(second, { time: now + 1800 })
    await boundary(third, now + ahead - back, add, networks)
  }
}

/** Four times a sixteenth of the limit leaves room below it for a timespan that is not clamped. */
async function longTimespans(short: readonly Place[], add: Add, networks: readonly NetworkParams[]): Promise<void> {
  const third = short[18]!
  const start = third.context.epochStartTime + 302_400
  const closed = await add(third, { time: start, note: 'a second epoch at the lower clamp' })
  let place = closed
  for (const offset of [600, 1200, 1800]) place = await add(place, { time: start + offset })
  const first = start + 600
  for (const span of [4_838_400, 4_838_401, 4_900_000, 6_000_000, 9_000_000]) {
    await boundary(place, first + span, add, networks)
  }
}

/** Closes an epoch at `time` and offers right and wrong nBits for the next. */
async function boundary(place: Place, time: number, add: Add, networks: readonly NetworkParams[]): Promise<void> {
  const params = networks[place.network]!
  const limit = decodeCompact(params.limitCompact).target
  const span = time - place.context.epochStartTime
  const last = await add(place, { time, rule: 'time', note: `closes an epoch of ${span} seconds` })
  const { bits: old } = last.context
  const next = Math.max(time, medianTimePast(last.context.times)) + 600
  const right = requiredBits(params, last.context, next)
  const unclamped = (decodeCompact(old).target * BigInt(Math.abs(span))) / 1_209_600n
  const wrapped = retarget(old, span < 0 ? span + 2 ** 32 : span, params.limitCompact)
  const target = decodeCompact(right).target
  const rounded = encodeCompact(target) + 1
  const absolute = retarget(old, Math.abs(span), params.limitCompact)
  const toNew = retarget(old, next - last.context.epochStartTime, params.limitCompact)
  const otherSide = retarget(old, span < 1_209_600 ? 4_838_400 : 302_400, params.limitCompact)
  const rare: [string, number][] = [
    ['unclamped', encodeCompact(unclamped)],
    ['timespan unsigned', wrapped],
    ['timespan without its sign', absolute],
    ['timespan to the new header', toNew],
  ]
  const often: [string, number][] = [
    ['old', old],
    ['one harder', right - 1],
    ['one easier', rounded],
    ['clamped to the other side', otherSide],
  ]
  const turned = often.map((_, i) => often[(i + (Math.abs(span) % often.length)) % often.length]!)
  const tried = new Set([right])
  for (const [note, bits] of [...rare, ...turned]) {
    if (tried.has(bits) || tried.size > 3 || decodeCompact(bits).target > limit || !cheap(bits)) continue
    tried.add(bits)
    await add(last, {
      time: next,
      bits,
      rule: 'retarget',
      reject: 'bad-diffbits',
      note: `${note}, after ${span} seconds`,
    })
  }
  for (const later of [0, 1, 2]) {
    const note = `right, ${later} s later, after ${span} seconds`
    await add(last, { time: next + later, rule: 'retarget', note })
  }
}
