import { isZero, rangeCheck } from '../range.ts'
import { field, invert, type Scope } from '../signals.ts'

/** What goes from four bytes to the next ones, and from block to block. */
export interface Registers {
  readonly next: bigint
  readonly left: bigint
  readonly open: bigint
  readonly lists: bigint
  readonly pending: bigint
  readonly amount: bigint
  readonly even: bigint
  readonly odd: bigint
}

interface Found {
  readonly after: Registers
  readonly matched: bigint
  readonly paid: bigint
  readonly ended: bigint
}

const NAMES = ['next', 'left', 'open', 'lists', 'pending', 'amount', 'even', 'odd'] as const

function putRegisters(s: Scope, given: Registers, suffix = ''): Registers {
  return Object.fromEntries(NAMES.map((name) => [name, s.put(`${name}${suffix}`, given[name])])) as unknown as Registers
}

const sum = (values: readonly bigint[]): bigint => field(values.reduce((a, b) => a + b, 0n))
const divided = (value: bigint): bigint => field(field(value) * invert(65536n))

interface Four {
  readonly active: bigint
  readonly near: readonly bigint[]
  readonly tail: readonly bigint[]
  readonly script: readonly bigint[]
}

/** Every signal of ParseFour. */
export function parseFour(s: Scope, base: number, given: Four, before: Registers): Found {
  const active = s.put('active', given.active)
  const near = given.near.map((byte, i) => s.put(`near[${i}]`, byte))
  const tail = given.tail.map((value, j) => s.put(`tail[${j}]`, value))
  const script = given.script.map((value, i) => s.put(`script[${i}]`, value))
  const r = putRegisters(s, before)
  const position = (j: number) => field(BigInt(base + j))
  const b = (i: number) => near[i]!

  const at = [0, 1, 2, 3].map((j) => s.bit(`at[${j}]`, active === 1n && r.next === position(j) ? 1n : 0n))
  const [at0, at1, at2, at3] = at as [bigint, bigint, bigint, bigint]
  const any = sum(at)
  s.constrain('one size at most, and in a transaction')
  s.constrain('the size is where it is expected')

  const picked = (name: string, of: (j: number) => bigint) =>
    at.map((on, j) => {
      const value = s.put(`${name}[${j}]`, on * of(j))
      return value
    })
  const select: Record<string, bigint[]> = {}
  const quantities: readonly (readonly [string, (j: number) => bigint])[] = [
    ['firstAt', (j) => b(8 + j)],
    ['lowAt', (j) => b(9 + j) + 256n * b(10 + j)],
    ['highAt', (j) => b(11 + j) + 256n * b(12 + j)],
    ['amountAt', (j) => [0, 1, 2, 3, 4, 5, 6, 7].reduce((value, i) => value + (b(j + i) << BigInt(8 * i)), 0n)],
    ['tailAt', (j) => tail[j]!],
  ]
  for (const [name, of] of quantities) select[name] = picked(name, of)
  for (const j of [0, 1, 2, 3]) for (const [name] of quantities) s.constrain(`${name}[${j}]`)
  const [first, low, high, standing] = quantities.map(([name]) => sum(select[name]!)) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ]

  const wide = s.put('wide', any === 1n && first === 253n ? 1n : 0n)
  s.constrain('wide is 0, or 1 at a size')
  const wider = s.put('wider', any === 1n && first === 254n ? 1n : 0n)
  s.constrain('wider is 0, or 1 at a size that is not wide')
  s.constrain('a wide size begins with 253')
  s.constrain('a wider size begins with 254')
  const wideLow = s.put('wideLow', wide * low)
  s.constrain('wideLow')
  const widerLow = s.put('widerLow', wider * low)
  s.constrain('widerLow')
  const widerHigh = s.put('widerHigh', wider * high)
  s.constrain('widerHigh')
  const short = field(first - 253n * wide - 254n * wider)
  const size = field(short + wideLow + widerLow + 65536n * widerHigh)
  rangeCheck(
    s.part('shortest'),
    16,
    field(252n * (any - wide - wider) - short + wideLow - 253n * wide + widerHigh - wider),
  )

  const count = s.put('count', any * (1n - r.open))
  s.constrain('count')
  const item = field(any - count)
  const counted = s.put('counted', count * size)
  s.constrain('counted')
  const last = s.put('last', item === 1n && r.left === 1n ? 1n : 0n)
  s.constrain('last is 0, or 1 at an item')
  const left = field(r.left + counted - item)
  s.constrain('nothing is left behind the last')
  const less = s.put('less', r.lists * (28n * count + 32n * (item - last) - 4n * last))
  s.constrain('less')
  const next = field(
    r.next + any + 2n * wide + 4n * wider + size - counted + 36n * count + 40n * (item - last) + 4n * last - less,
  )

  const twice = s.put('twice', r.lists * (r.lists - 1n))
  s.constrain('twice')
  const ended = s.put('ended', count * (twice * invert(2n)))
  s.constrain('ended')
  s.constrain('only padding is behind the end')

  const [evens, odds, length] = script as [bigint, bigint, bigint]
  const product = (name: string, value: bigint) => {
    const set = s.put(name, value)
    s.constrain(name)
    return set
  }
  const evenKept = product('evenKept', (1n - any) * (r.even - b(8) - 256n * b(10)))
  const evenOfEven = product('evenOfEven', evens * (256n * at1 + 65536n * at3))
  const evenOfOdd = product('evenOfOdd', odds * (256n * at0 + 65536n * at2))
  const evenBehind = product('evenBehind', (at0 + at1) * b(10))
  const even = divided(evenKept + evenOfEven + evenOfOdd - 256n * evenBehind)
  const oddKept = product('oddKept', (1n - any) * (r.odd - b(9) - 256n * b(11)))
  const oddOfEven = product('oddOfEven', evens * (at0 + 256n * at2))
  const oddOfOdd = product('oddOfOdd', odds * (256n * at1 + 65536n * at3))
  const oddBehind = product('oddBehind', at0 * b(9))
  const oddBehindTwo = product('oddBehindTwo', (at0 + at1 + at2) * b(11))
  const odd = divided(oddKept + oddOfEven + oddOfOdd - oddBehind - 256n * oddBehindTwo)

  const evenHere = product('evenHere', any * ((r.even << 32n) + 65536n * b(4) + 16777216n * b(6)))
  const evenSix = product('evenSix', (at0 + at1 + at2) * b(2))
  const evenEight = product('evenEight', at0 * b(0))
  const oddHere = product('oddHere', any * ((r.odd << 32n) + 256n * b(3) + 65536n * b(5) + 16777216n * b(7)))
  const oddSeven = product('oddSeven', (at0 + at1) * b(1))
  const evenLeft = field(evenHere + 256n * evenSix + evenEight)
  const oddLeft = field(oddHere + oddSeven)
  const compared = product('compared', any * r.pending)
  const matched = s.put('matched', compared === 1n && evenLeft === 0n && oddLeft === 0n ? 1n : 0n)
  s.constrain('matched is 0, or 1 where it is compared')
  s.constrain('what matches has the even bytes')
  s.constrain('what matches has the odd bytes')
  const evenInverse = s.put('evenInverse', compared === 1n && evenLeft !== 0n ? invert(evenLeft) : 0n)
  const evenDiffers = product('evenDiffers', evenInverse * evenLeft)
  const rest = field(compared - matched - evenDiffers)
  s.put('oddInverse', oddLeft === 0n ? 0n : rest * invert(oddLeft))
  s.constrain('what does not match differs')

  const pays = product('pays', item * r.lists)
  const same = isZero(s.part('same'), field(size - length + (1n - pays) * (1n << 40n)))
  const kept = product('kept', (1n - any) * r.amount)
  const paid = s.put('paid', matched * r.amount)
  s.constrain('paid')
  const after = putRegisters(
    s,
    {
      ...{ next, left, open: field(r.open + count - last), lists: field(r.lists + last) },
      ...{ pending: field(r.pending - compared + same), amount: field(kept + standing), even, odd },
    },
    'After',
  )
  return { after, matched, paid, ended }
}

/** Every signal of ParseBlock; `bytes` are those before the block and its own. */
export function parseBlock(
  s: Scope,
  given: {
    readonly active: bigint
    readonly bytes: readonly bigint[]
    readonly blocks: bigint
    readonly script: readonly bigint[]
  },
  before: Registers,
): Found {
  const active = s.put('active', given.active)
  const byte = given.bytes.map((value, i) => s.put(`byte[${i}]`, value))
  const blocks = s.put('blocks', given.blocks)
  const script = given.script.map((value, i) => s.put(`script[${i}]`, value))
  let registers = putRegisters(s, before)
  const found = { matched: 0n, paid: 0n, ended: 0n }
  for (let q = 0; q < 16; q++) {
    const base = 4 * q - 4
    const tail = [0, 1, 2, 3].map((j) => {
      // byte[12 + i] is byte i of the block.
      const zeros = byte.slice(12 + base + j - 3, 12 + 56).reduce((a, b) => a + b, 0n)
      return field((byte[12 + base + j - 4]! - 128n) * (1n << 20n) + zeros)
    })
    const four = parseFour(
      s.part(`four[${q}]`),
      base,
      { active, near: byte.slice(4 * q, 4 * q + 16), tail, script },
      registers,
    )
    registers = four.after
    for (const name of ['matched', 'paid', 'ended'] as const) found[name] = field(found[name] + four[name])
  }
  const after = putRegisters(s, registers, 'After')
  for (const name of ['matched', 'paid', 'ended'] as const) found[name] = s.put(name, found[name])
  s.constrain('the length is the one that was hashed')
  const length = field(64n * blocks + after.next + 15n)
  s.put('inverse', found.ended === 1n && length !== 64n ? invert(length - 64n) : 0n)
  s.constrain('the length is not 64')
  return { after, ...found }
}
