import { bits, isNonNegative, isZero, number, rangeCheck } from './range.ts'
import { field, type Scope } from './signals.ts'

/** Models of the templates of circuits/bus that judge a header. */

export function compactTarget(s: Scope, bit: readonly bigint[]): bigint {
  bit.forEach((value, i) => {
    s.put(`bit[${i}]`, value)
  })
  const size = number(bit.slice(24))
  let scale = 0n
  for (let j = 0; j < 16; j++) {
    scale += s.bit(`is[${j}]`, size === BigInt(17 + j) ? 1n : 0n) << BigInt(8 * j)
  }
  s.constrain('target')
  return s.put('target', number(bit.slice(0, 24)) * scale)
}

export interface RetargetInput {
  readonly old: bigint
  readonly firstTime: bigint
  readonly lastTime: bigint
  readonly limit: bigint
  readonly limitTarget: bigint
}

const [MIN, MAX, WANTED] = [302_400n, 4_838_400n, 1_209_600n]

export function retarget(s: Scope, input: RetargetInput): { compact: bigint; target: bigint } {
  const old = s.put('old', input.old)
  const firstTime = s.put('firstTime', input.firstTime)
  const lastTime = s.put('lastTime', input.lastTime)
  const limit = s.put('limit', input.limit)
  const limitTarget = s.put('limitTarget', input.limitTarget)
  const timespan = lastTime - firstTime
  const notShort = isNonNegative(s.part('notShort'), 33, timespan - MIN)
  const notLong = isNonNegative(s.part('notLong'), 33, MAX - timespan)
  const raised = s.put('raised', notShort * (timespan - MIN) + MIN)
  s.constrain('raised')
  const span = s.put('span', notLong * (raised - MAX) + MAX)
  s.constrain('span')
  const product = s.put('product', old * span)
  s.constrain('product')

  const honest = product / WANTED
  const quotientBits = Array.from({ length: 124 }, (_, i) => s.bit(`bit[${i}]`, (honest >> BigInt(i)) & 1n))
  const remainder = product - number(quotientBits) * WANTED
  rangeCheck(s.part('remainderLow'), 21, remainder)
  rangeCheck(s.part('remainderHigh'), 21, WANTED - 1n - remainder)

  let [sizes, scale, mantissa] = [0n, 0n, 0n]
  // The forger's hints follow the quotient he claims.
  for (let j = 0; j < 14; j++) {
    const shifted = number(quotientBits.slice(8 * j))
    const is = s.bit(`is[${j}]`, shifted >= 32768n && shifted < 8388608n ? 1n : 0n)
    const part = s.put(`part[${j}]`, is * shifted)
    s.constrain(`part[${j}]`)
    sizes += is * BigInt(17 + j)
    scale += is << BigInt(8 * j)
    mantissa += part
  }
  rangeCheck(s.part('mantissaLow'), 23, mantissa - 32768n)
  rangeCheck(s.part('mantissaHigh'), 23, mantissa)
  const unlimited = mantissa + (sizes << 24n)
  const over = isNonNegative(s.part('over'), 32, unlimited - limit - 1n)
  const compact = s.put('compact', unlimited + over * (limit - unlimited))
  s.constrain('compact')
  const unlimitedTarget = s.put('unlimitedTarget', mantissa * scale)
  s.constrain('unlimitedTarget')
  const target = s.put('target', unlimitedTarget + over * (limitTarget - unlimitedTarget))
  s.constrain('target')
  return { compact, target }
}

export function blockWork(s: Scope, target: bigint): bigint {
  s.put('target', target)
  const honest = target === 0n ? 0n : (1n << 256n) / ((target << 112n) + 1n)
  const bit = Array.from({ length: 128 }, (_, i) => s.bit(`bit[${i}]`, (honest >> BigInt(i)) & 1n))
  const [low, high] = [number(bit.slice(0, 64)), number(bit.slice(64))]
  const work = s.put('work', low + (high << 64n))
  const highProduct = s.put('highProduct', high * target)
  s.constrain('highProduct')
  const lowProduct = s.put('lowProduct', low * target)
  s.constrain('lowProduct')
  const c = (1n << 80n) - highProduct
  rangeCheck(s.part('cRange'), 81, c)
  const u = (c << 64n) - lowProduct
  const top = number(bit.slice(112))
  const whole = isZero(s.part('whole'), number(bit.slice(0, 112)))
  rangeCheck(s.part('atLeast'), 144, u - top - (1n - whole))
  rangeCheck(s.part('atMost'), 144, target + top - u)
  return work
}

/** `always`: active is the constant 1, and its products are linear. */
export function hashAtMost(
  s: Scope,
  active: bigint,
  hash: readonly (readonly bigint[])[],
  target: bigint,
  always: boolean,
) {
  s.put('active', active)
  s.put('target', target)
  hash.forEach((word, j) => {
    word.forEach((bit, i) => {
      s.put(`hash[${j}][${i}]`, bit)
    })
  })
  const all = hashBits(hash)
  const exact = isZero(s.part('exact'), number(all.slice(0, 112)))
  rangeCheck(s.part('below'), 143, active * (target - number(all.slice(112)) - (1n - exact)))
  if (!always) s.constrain('below.in')
}

/** The number's 256 bits from the words as SHA-256 gives them. */
export function hashBits(hash: readonly (readonly bigint[])[]): bigint[] {
  return Array.from({ length: 256 }, (_, b) => {
    const byte = b >> 3
    return hash[byte >> 2]![8 * (3 - (byte % 4)) + (b % 8)]!
  })
}

export function timeAfterMedian(s: Scope, active: bigint, time: bigint, last: readonly bigint[], always: boolean) {
  s.put('active', active)
  s.put('time', time)
  let count = 0n
  last.forEach((other, i) => {
    s.put(`last[${i}]`, other)
    count += isNonNegative(s.part(`less[${i}]`), 32, time - other - 1n)
  })
  rangeCheck(s.part('atLeastSix'), 3, active * (count - 6n))
  if (!always) s.constrain('atLeastSix.in')
}

export function versionAtLeast(
  s: Scope,
  active: bigint,
  height: bigint,
  rule: readonly bigint[],
  bit: readonly bigint[],
  always: boolean,
) {
  s.put('active', active)
  s.put('height', height)
  rule.forEach((h, i) => {
    s.put(`rule[${i}]`, h)
  })
  bit.forEach((b, i) => {
    s.put(`bit[${i}]`, b)
  })
  const reached = rule.map((h, i) => isNonNegative(s.part(`reached[${i}]`), 32, height - h))
  const version = number(bit.slice(0, 31)) - (bit[31]! << 31n)
  const ruled = s.put('ruled', active * reached[0]!)
  if (!always) s.constrain('ruled')
  rangeCheck(s.part('excess'), 31, ruled * field(version - 2n - reached[1]! - reached[2]!))
  s.constrain('excess.in')
}

/** n fields of 32 bits. */
export function unpack32(s: Scope, n: number, input: bigint): bigint[] {
  const all = bits(s.part('bits'), 32 * n, s.put('in', input))
  return Array.from({ length: n }, (_, f) => s.put(`field[${f}]`, number(all.slice(32 * f, 32 * f + 32))))
}
