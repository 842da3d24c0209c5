import { tagged } from '../accumulator.ts'
import { leafFields } from '../history.ts'
import { bits, number, rangeCheck } from '../range.ts'
import { field, type Scope } from '../signals.ts'
import { climbHistory } from './climb-history.ts'
import { type SlotState, transactionSlot } from './tx-in-block.ts'

/** Inputs of Payments as the circuit names them. */
export interface PaymentSignals {
  readonly state: readonly bigint[]
  readonly script: readonly bigint[]
  readonly leaf: readonly bigint[]
  readonly load: bigint
  readonly word: readonly (readonly bigint[])[]
  readonly begin: readonly bigint[]
  readonly right: readonly bigint[]
  readonly finish: readonly bigint[]
  readonly place: readonly (readonly bigint[])[]
  readonly list: readonly bigint[]
  readonly siblings: readonly (readonly bigint[])[]
}

const row = (s: Scope, name: string, values: readonly bigint[]) =>
  values.map((value, i) => s.put(`${name}[${i}]`, value))

/** Every signal of Payments. */
export function payments(s: Scope, given: PaymentSignals): void {
  const state = row(s, 'state', given.state)
  const at = (i: number) => state[i]!
  const script = row(s, 'script', given.script)
  const leaf = row(s, 'leaf', given.leaf)
  const load = s.put('load', given.load)
  const word = given.word.map((words, slot) => row(s, `word[${slot}]`, words))
  const [begin, right, finish, list] = (['begin', 'right', 'finish', 'list'] as const).map((name) =>
    row(s, name, given[name]),
  ) as [bigint[], bigint[], bigint[], bigint[]]
  const place = given.place.map((places, slot) => row(s, `place[${slot}]`, places))
  const siblings = given.siblings.map((pair, slot) => row(s, `siblings[${slot}]`, pair))

  tagged(s.part('wanted'), 67n, script)
  s.constrain('load is 0 or 1')
  const leafHash = tagged(s.part('leafHash'), 1n, leaf)
  const opened = s.part('fields')
  const fields = leafFields(opened, leaf)
  const told = (name: keyof typeof fields) => opened.put(name, fields[name])
  const [ofHeader] = (
    ['height', 'rootHigh', 'rootLow', 'time', 'bits', 'version', 'nonce', 'hashHigh', 'hashLow'] as const
  ).map(told) as [bigint]
  s.constrain('the leaf is the one before')
  s.constrain('climbed[0]')
  const climbed = [s.put('climbed[0]', at(6) + load * (leafHash - at(6)))]
  for (const slot of word.keys()) {
    const signals = { place: place[slot]!, list: list[slot]!, siblings: siblings[slot]! }
    climbed.push(s.put(`climbed[${slot + 1}]`, climbHistory(s.part(`climb[${slot}]`), climbed[slot]!, signals)))
  }

  const high = bits(s.part('high'), 128, at(7))
  const low = bits(s.part('low'), 128, at(8))
  const rest = bits(s.part('rest'), 188, at(13))
  const from = (first: number, count: number) => field(number(rest.slice(first, first + count)))
  const begun = rest.slice(0, 4)
  let carried: SlotState = {
    expect: [field(1n - begun.reduce((sum, bit) => sum + bit, 0n)), ...begun],
    chain: [high, low].flatMap((half) => [0, 32, 64, 96].map((first) => half.slice(first, first + 32))),
    last: Array.from({ length: 12 }, (_, i) => from(92 + 8 * i, 8)),
    ...{ place: at(9), weight: at(10), even: at(11), odd: at(12) },
    ...{ open: from(4, 1), lists: from(5, 2), pending: from(7, 1), blocks: from(8, 20), amount: from(28, 64) },
  }
  const total = { finished: 0n, index: 0n, matched: 0n, paid: 0n }
  for (const slot of word.keys()) {
    const signals = { word: word[slot]!, begin: begin[slot]!, right: right[slot]!, finish: finish[slot]! }
    const said = transactionSlot(s.part(`slot[${slot}]`), signals, script, carried)
    carried = said.state
    total.finished += said.finish
    for (const name of ['index', 'matched', 'paid'] as const) total[name] += said[name]
    s.constrain(`slot ${slot} finishes at the high half of the root`)
    s.constrain(`slot ${slot} finishes at the low half of the root`)
    s.constrain(`slot ${slot} finishes in the history`)
  }

  s.constrain('one transaction finishes at most')
  const { finished } = total
  const height = s.put('height', finished * ofHeader)
  s.constrain('height')
  const key = field((height << 32n) + total.index)
  const moved = s.put('moved', finished * (key - at(3)))
  s.constrain('moved')
  rangeCheck(s.part('later'), 64, field(moved - finished))
  const chained = tagged(s.part('chained'), 64n, [at(4), key, 0n], [2])
  s.constrain('log')
  const halves = [0, 4].map((first) =>
    carried.chain.slice(first, first + 4).reduce((sum, bits, k) => sum + (number(bits) << BigInt(32 * k)), 0n),
  )
  const packed = [
    ...carried.expect.slice(1).map((value, i) => value << BigInt(i)),
    ...[carried.open << 4n, carried.lists << 5n, carried.pending << 7n, carried.blocks << 8n, carried.amount << 28n],
    ...carried.last.map((value, i) => value << BigInt(92 + 8 * i)),
  ]
  row(s, 'next', [
    ...[at(0), at(1), at(2) + finished + (total.matched << 40n) + (total.paid << 80n), at(3) + moved],
    ...[at(4) + finished * (chained - at(4)), leafHash, climbed.at(-1)!, ...halves],
    ...[carried.place, carried.weight, carried.even, carried.odd, packed.reduce((sum, part) => sum + part, 0n)],
  ])
}
