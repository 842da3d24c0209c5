import { bits, number } from '../range.ts'
import { compression, outMax, reduceWord } from '../sha256.ts'
import { H } from '../sha256-constants.ts'
import { field, invert, type Scope } from '../signals.ts'
import { parseBlock, type Registers } from './parse-transaction.ts'

/** What goes from slot to slot. */
export interface SlotState extends Omit<Registers, 'next' | 'left'> {
  readonly expect: readonly bigint[]
  readonly chain: readonly (readonly bigint[])[]
  readonly last: readonly bigint[]
  readonly place: bigint
  readonly weight: bigint
  readonly blocks: bigint
}

/** What a prover says of a slot. */
export interface SlotSignals {
  readonly word: readonly bigint[]
  readonly begin: bigint
  readonly right: bigint
  readonly finish: bigint
}

const REGISTERS = ['place', 'weight', 'blocks', 'open', 'lists', 'pending', 'amount', 'even', 'odd'] as const
const EIGHT = [0, 1, 2, 3, 4, 5, 6, 7]
const startBits = H.map((word) => Array.from({ length: 32 }, (_, i) => (word >> BigInt(i)) & 1n))

/** Every signal of NoTransaction. */
export function noTransaction(s: Scope, given: bigint, bytes: readonly bigint[]): void {
  const on = s.put('on', given)
  const byte = bytes.map((value, i) => s.put(`byte[${i}]`, value))
  const square = (name: string, value: bigint) => {
    const set = s.put(name, value * value)
    s.constrain(name)
    return set
  }
  const inputs = square('inputs', byte[4]! - 1n)
  const length = square('length', byte[41]!)
  const off = [0n, 1n, 2n, 3n, 4n].map((script, i) => {
    const outputs = square(`outputs[${i}]`, byte[46 + i]! - 1n)
    const rest = square(`rest[${i}]`, byte[55 + i]! - (4n - script))
    return inputs + length - 2n * script * byte[41]! + script * script + outputs + rest
  })
  let product = off[0]!
  for (const [i, factor] of off.slice(1).entries()) {
    product = s.put(`product[${i}]`, product * factor)
    s.constrain(`product[${i}]`)
  }
  s.put('inverse', on === 1n && product !== 0n ? invert(product) : 0n)
  s.constrain('it has not the form of a transaction')
}

/** Every signal of TransactionSlot. */
export function transactionSlot(s: Scope, given: SlotSignals, script: readonly bigint[], before: SlotState) {
  const word = given.word.map((value, t) => s.put(`word[${t}]`, value))
  const begin = s.put('begin', given.begin)
  const right = s.put('right', given.right)
  const finish = s.put('finish', given.finish)
  const wanted = script.map((value, i) => s.put(`script[${i}]`, value))
  const expect = before.expect.map((value, i) => s.put(`expect[${i}]`, value)) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ]
  const chain = before.chain.map((row, k) => row.map((bit, i) => s.put(`chain[${k}][${i}]`, bit)))
  const last = before.last.map((value, i) => s.put(`last[${i}]`, value))
  const r = Object.fromEntries(REGISTERS.map((name) => [name, s.put(name, before[name])])) as Record<
    (typeof REGISTERS)[number],
    bigint
  >
  const [idle, reads, digest, node, padding] = expect
  s.constrain('begin is 0, or 1 where nothing is begun')
  const reading = reads + begin
  s.constrain('right is 0, or 1 at a node')
  s.constrain('finish is 0, or 1 at a digest')

  const wordBits = word.map((value, t) => bits(s.part(`bits[${t}]`), 32, value))
  const byte = Array.from({ length: 64 }, (_, i) =>
    field(number(wordBits[i >> 2]!.slice(8 * (3 - (i % 4)), 8 * (3 - (i % 4)) + 8))),
  )
  const output = chain.map((row) => field(number(row)))
  let halves = 0n
  for (const k of EIGHT) {
    const turned = s.put(`turned[${k}]`, right * (word[8 + k]! - word[k]!))
    s.constrain(`turned[${k}]`)
    s.constrain(`word ${k} is of the digest before`)
    s.constrain(`word ${k} is padding`)
    s.constrain(`word ${8 + k} is padding`)
    halves += turned << BigInt(32 * k)
  }
  halves = field(halves)
  s.put('unequal', right === 1n && halves !== 0n ? invert(halves) : 0n)
  s.constrain('the halves differ')
  noTransaction(s.part('form'), node, byte)

  const goesOn = reads + padding
  const iv: bigint[] = []
  const ivBit: bigint[][] = []
  for (const k of EIGHT) {
    if (k % 4 === 3) {
      iv[k] = s.part('block').put(`iv[${k}]`, H[k]! + goesOn * (output[k]! - H[k]!))
      ivBit[k] = new Array<bigint>(32).fill(0n)
      s.constrain(`initial word ${k}`)
    } else {
      ivBit[k] = chain[k]!.map((bit, i) => {
        const start = startBits[k]![i]!
        s.constrain(`bit ${i} of initial word ${k}`)
        return s.part('block').put(`ivBit[${k}][${i}]`, start + goesOn * (bit - start))
      })
      iv[k] = field(number(ivBit[k]!))
    }
  }
  const key = [...word, ...wordBits.flat(), ...iv, ...ivBit.flat()].join()
  const out = s
    .part('block')
    .remember(key, (block) => compression(block, 3, { bit: wordBits, first: word[0]!, iv, ivBit }))
  const chainAfter = out.map((value, k) =>
    reduceWord(s.part(`reduced[${k}]`), outMax(0, k), value).map((bit, i) => s.put(`chainAfter[${k}][${i}]`, bit)),
  )

  const { after, matched, paid, ended } = parseBlock(
    s.part('parse'),
    { active: reading, bytes: [...last, ...byte], blocks: r.blocks, script: wanted },
    { ...r, next: r.place, left: r.weight },
  )
  const lastAfter = byte.slice(52).map((value, i) => s.put(`lastAfter[${i}]`, value))
  const onward = field(reading - ended)
  const expectAfter = [idle - begin + finish, onward, ended + padding, digest - finish, node].map((value, i) =>
    s.put(`expectAfter[${i}]`, value),
  )
  const product = (name: string, value: bigint) => {
    const set = s.put(name, value)
    s.constrain(name)
    return set
  }
  const open = product('openAfter', onward * after.open)
  const lists = product('listsAfter', onward * after.lists)
  const blocks = product('blocksAfter', onward * (r.blocks + 1n))
  const nextKept = product('nextKept', onward * (after.next - 64n))
  const leftKept = product('leftKept', onward * after.left)
  const indexKept = product('indexKept', (digest + node + padding) * r.place)
  const weightKept = product('weightKept', (digest + node + padding) * r.weight)
  const turn = product('turn', right * r.weight)
  const doubled = product('doubled', node * r.weight)
  const index = product('index', finish * indexKept)
  const weightDone = product('weightDone', finish * weightKept)
  const state: SlotState = {
    ...{ expect: expectAfter, chain: chainAfter, last: lastAfter },
    place: s.put('placeAfter', nextKept + indexKept + turn - index + 4n * (idle - begin + finish)),
    weight: s.put('weightAfter', leftKept + weightKept + doubled + ended - weightDone),
    ...{ blocks, open, lists },
    pending: s.put('pendingAfter', after.pending),
    amount: s.put('amountAfter', after.amount),
    even: s.put('evenAfter', after.even),
    odd: s.put('oddAfter', after.odd),
  }
  return { state, matched: s.put('matched', matched), paid: s.put('paid', paid), index, finish }
}
