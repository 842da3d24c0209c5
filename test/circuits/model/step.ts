import { type Appended, append, tagged } from './accumulator.ts'
import { bits, isNonNegative, isZero, number, rangeCheck } from './range.ts'
import {
  blockWork,
  compactTarget,
  hashAtMost,
  hashBits,
  retarget,
  timeAfterMedian,
  unpack32,
  versionAtLeast,
} from './rules.ts'
import { headerHash } from './sha256.ts'
import { field as reduced, type Scope } from './signals.ts'

export interface StepSignals {
  readonly state: readonly bigint[]
  readonly active: bigint
  readonly words: readonly (readonly bigint[])[]
  readonly peaks: readonly bigint[]
}

type Words = bigint[][]

/** Every signal of BusStep. */
export function busStep(s: Scope, input: StepSignals): void {
  const state = input.state.map((value, i) => s.put(`state[${i}]`, value))
  const active = s.put('active', input.active)
  s.constrain('active is 0 or 1')
  const words = input.words.map((slot, i) => slot.map((word, f) => s.put(`words[${i}][${f}]`, word)))
  const peaks = input.peaks.map((value, i) => s.put(`peaks[${i}]`, value))

  // ---------------------------------------------------------------- state
  const params = unpackParams(s.part('params'), state[0]!)
  const position = unpack32(s.part('position'), 5, state[1]!)
  const [height, nBits, epochStart, maxTime, epochPosition] = (
    ['height', 'nBits', 'epochStart', 'maxTime', 'epochPosition'] as const
  ).map((name, i) => s.put(name, position[i]!)) as [bigint, bigint, bigint, bigint, bigint]
  const tip = unpackHash(s.part('tip'), state[2]!, state[3]!)
  const times = [...unpack32(s.part('timesA'), 7, state[4]!), ...unpack32(s.part('timesB'), 4, state[5]!)]

  // ---------------------------------------------------------------- headers
  const wordBits = words.map((slot, i) => slot.map((word, f) => bits(s.part(`wordBits[${i}][${f}]`), 32, word)))
  const hash = (i: number, prev: Words) =>
    s
      .part(`header[${i}]`)
      .remember([...prev, ...wordBits[i]!].flat().join(','), (part) => headerHash(part, prev, wordBits[i]!))
  const first = hash(0, tip)
  const hashes = [first, hash(1, first)]
  const field = (name: string, f: number) => wordBits.map((slot, i) => littleEndian(s.part(`${name}[${i}]`), slot[f]!))
  const numericTime = field('numericTime', 9)
  const numericBits = field('numericBits', 10)
  const versionNumber = field('versionNumber', 0)
  const nonces = field('nonce', 11)
  const time = [...times, ...numericTime].map((value, i) => s.put(`time[${i}]`, value))
  const packed = hashes.map((hash, i) => packHash(s.part(`packed[${i}]`), hash))

  // ---------------------------------------------------------------- epoch
  const ends0 = isZero(s.part('ends[0]'), epochPosition + 1n - params.epochLength)
  const position0 = s.put('position0', epochPosition + 1n - ends0 * params.epochLength)
  s.constrain('position0')
  const endsSecond = isZero(s.part('ends[1]'), position0 + 1n - params.epochLength)
  const ends1 = s.put('ends1', active * endsSecond)
  s.constrain('ends1')
  const boundary = s.put('boundary', ends0 + ends1)
  s.constrain('boundary is 0 or 1')
  const position1 = s.put('position1', position0 + active - ends1 * params.epochLength)
  s.constrain('position1')

  // ---------------------------------------------------------------- required target
  const retargets = s.put('retargets', boundary * params.retarget)
  s.constrain('retargets')
  const standIn = 1n << 88n
  const lastTime = time[10]! + ends1 * (time[11]! - time[10]!)
  const old = reduced(standIn + retargets * (state[8]! - standIn))
  s.constrain('retarget.old')
  s.constrain('retarget.lastTime')
  const required = retarget(s.part('retarget'), {
    old,
    firstTime: epochStart,
    lastTime: reduced(lastTime),
    limit: params.limit,
    limitTarget: params.limitTarget,
  })
  const choose = (name: string, flag: bigint, yes: bigint, no: bigint) => {
    s.constrain(name)
    return s.put(name, no + flag * (yes - no))
  }
  const newBits = choose('newBits', retargets, required.compact, nBits)
  const newTarget = choose('newTarget', retargets, required.target, state[8]!)
  const newWork = blockWork(s.part('newWork'), newTarget)
  choose('bits0', ends0, newBits, nBits)
  const target0 = choose('target0', ends0, newTarget, state[8]!)
  const work0 = choose('work0', ends0, newWork, state[9]!)
  s.constrain('nBits of slot 1')

  // ---------------------------------------------------------------- proof of work, median time, version
  for (const i of [0, 1]) {
    const on = i === 0 ? 1n : active
    hashAtMost(s.part(`enough[${i}]`), on, hashes[i]!, i === 0 ? target0 : newTarget, i === 0)
    timeAfterMedian(s.part(`after[${i}]`), on, time[11 + i]!, time.slice(i, 11 + i), i === 0)
    const version = Array.from({ length: 32 }, (_, b) => wordBits[i]![0]![8 * (3 - (b >> 3)) + (b % 8)]!)
    versionAtLeast(s.part(`version[${i}]`), on, height + 1n + BigInt(i), params.rule, version, i === 0)
  }

  // ---------------------------------------------------------------- greatest time and chainwork
  const later0 = isNonNegative(s.part('later[0]'), 32, time[11]! - maxTime)
  const maxTime0 = choose('maxTime0', later0, time[11]!, maxTime)
  const later1 = isNonNegative(s.part('later[1]'), 32, time[12]! - maxTime0)
  const replaces = s.put('replaces', active * later1)
  s.constrain('replaces')
  const maxTime1 = choose('maxTime1', replaces, time[12]!, maxTime0)
  const activeWork = s.put('activeWork', active * newWork)
  s.constrain('activeWork')
  const chainwork = s.put('chainwork', state[6]! + work0 + activeWork)
  rangeCheck(s.part('chainworkRange'), 128, chainwork)
  rangeCheck(s.part('heightRange'), 32, height + 1n + active)

  // ---------------------------------------------------------------- accumulator
  tagged(s.part('opening'), 3n, peaks.slice(0, 3))
  let list: Appended = { root: peaks[0]!, size: peaks[1]!, rest: peaks[2]!, list: state[7]! }
  const lists = [0, 1].map((i) => {
    const header = {
      height: height + 1n + BigInt(i),
      time: time[11 + i]!,
      bits: numericBits[i]!,
      version: versionNumber[i]!,
      nonce: nonces[i]!,
      hashHigh: packed[i]!.high,
      hashLow: packed[i]!.low,
    }
    const leaf = packLeaf(s.part(`leaf[${i}]`), header, wordBits[i]!.slice(1, 9))
    list = append(s.part(`append[${i}]`), {
      leaf: tagged(s.part(`leafHash[${i}]`), 1n, leaf),
      whole: list.list,
      root: list.root,
      size: list.size,
      rest: list.rest,
      nextRoot: peaks[3 + 3 * i]!,
      nextSize: peaks[4 + 3 * i]!,
      nextRest: peaks[5 + 3 * i]!,
    })
    return list.list
  })

  // ---------------------------------------------------------------- next state
  const start0 = choose('start0', ends0, time[11]!, epochStart)
  const start1 = choose('start1', ends1, time[12]!, start0)
  const shift = (value: bigint, n: number) => value << BigInt(n)
  const window = (i: number, from: number, to: number) =>
    time.slice(i + 1 + from, i + 1 + to).reduce((sum, t, at) => sum + shift(t, 32 * at), 0n)
  const place = height + 1n + active
  s.put('next[0]', state[0]!)
  s.put('next[1]', place + shift(newBits, 32) + shift(start1, 64) + shift(maxTime1, 96) + shift(position1, 128))
  choose('next[2]', active, packed[1]!.high, packed[0]!.high)
  choose('next[3]', active, packed[1]!.low, packed[0]!.low)
  choose('next[4]', active, window(1, 0, 7), window(0, 0, 7))
  choose('next[5]', active, window(1, 7, 11), window(0, 7, 11))
  s.put('next[6]', chainwork)
  choose('next[7]', active, lists[1]!, lists[0]!)
  s.put('next[8]', newTarget)
  s.put('next[9]', newWork)
}

export function unpackParams(s: Scope, input: bigint) {
  const all = bits(s.part('bits'), 162, s.put('in', input))
  const take = (from: number) => number(all.slice(from, from + 32))
  const limitTarget = s.put('limitTarget', compactTarget(s.part('target'), all.slice(0, 32)))
  return {
    limit: s.put('limit', take(0)),
    limitTarget,
    retarget: s.put('retarget', all[32]!),
    epochLength: s.put('epochLength', take(34)),
    rule: [0, 1, 2].map((f) => s.put(`rule[${f}]`, take(66 + 32 * f))),
  }
}

export function unpackHash(s: Scope, high: bigint, low: bigint): Words {
  s.put('high', high)
  s.put('low', low)
  const half = [bits(s.part('half[0]'), 128, low), bits(s.part('half[1]'), 128, high)]
  const word: Words = Array.from({ length: 8 }, () => [])
  for (let b = 0; b < 256; b++) {
    const byte = b >> 3
    const [j, i] = [byte >> 2, 8 * (3 - (byte % 4)) + (b % 8)]
    word[j]![i] = s.put(`word[${j}][${i}]`, half[b >> 7]![b % 128]!)
  }
  return word
}

export function packHash(s: Scope, word: Words): { high: bigint; low: bigint } {
  word.forEach((list, j) => {
    list.forEach((bit, i) => {
      s.put(`word[${j}][${i}]`, bit)
    })
  })
  const all = hashBits(word)
  return { low: s.put('low', number(all.slice(0, 128))), high: s.put('high', number(all.slice(128))) }
}

interface Packed {
  readonly height: bigint
  readonly time: bigint
  readonly bits: bigint
  readonly version: bigint
  readonly nonce: bigint
  readonly hashHigh: bigint
  readonly hashLow: bigint
}

export function packLeaf(s: Scope, honest: Packed, rootWords: Words): bigint[] {
  const put = ([name, value]: [string, bigint]) => [name, s.put(name, value)]
  const of = Object.fromEntries(Object.entries(honest).map(put)) as unknown as Packed
  const root = hashBits(rootWords)
  const element = [
    of.hashLow + (of.height << 128n) + (of.time << 160n) + (of.bits << 192n),
    of.hashHigh + (number(root.slice(0, 96)) << 128n),
    number(root.slice(96)) + (of.version << 160n) + (of.nonce << 192n),
  ]
  return element.map((value, i) => s.put(`out[${i}]`, value))
}

export function littleEndian(s: Scope, bit: readonly bigint[]): bigint {
  let sum = 0n
  bit.forEach((value, i) => {
    s.put(`bit[${i}]`, value)
    sum += value << BigInt(8 * (3 - (i >> 3)) + (i % 8))
  })
  return s.put('out', sum)
}
