import type { HistoryPathInput } from '../../../src/bus/history-input.ts'
import { planPath, treeSizes } from '../../../src/bus/path-plan.ts'
import { tagged } from './accumulator.ts'
import { bits, number } from './range.ts'
import { field, type Scope } from './signals.ts'

export interface HeaderInput extends HistoryPathInput {
  readonly commitment: bigint
  readonly start: bigint
  readonly count: bigint
  readonly height: bigint
}

/** Whose shape a dishonest prover hints at; the honest one's is that of the inputs. */
export interface Hinted {
  readonly count: number
  readonly index: number
}

/** Every signal of HistoryHeader(levels); its outputs by name. */
export function historyHeader(s: Scope, levels: number, given: HeaderInput, hinted: Hinted) {
  const input = {
    commitment: s.put('commitment', given.commitment),
    start: s.put('start', given.start),
    count: s.put('count', given.count),
    height: s.put('height', given.height),
    leaf: given.leaf.map((element, i) => s.put(`leaf[${i}]`, element)),
    siblings: given.siblings.map((pair, k) => pair.map((element, i) => s.put(`siblings[${k}][${i}]`, element))),
    rest: s.put('rest', given.rest),
    peaks: given.peaks.map((root, k) => s.put(`peaks[${k}]`, root)),
    twin: s.put('twin', given.twin),
  }
  const path = s.part('path')
  const shape = historyShape(path.part('shape'), levels, hinted)
  const leaf = tagged(path.part('leafHash'), 1n, input.leaf)
  const root = treeRoot(path.part('tree'), leaf, shape, input.siblings)
  listCommitment(path.part('list'), root, shape, input)
  const fields = leafFields(s.part('fields'), input.leaf)
  for (const name of ['time', 'bits', 'version', 'nonce', 'hashHigh', 'hashLow', 'rootHigh', 'rootLow'] as const) {
    fields[name] = s.put(name, fields[name])
  }
  return fields
}

type Shape = ReturnType<typeof historyShape>

export function historyShape(s: Scope, levels: number, { count, index }: Hinted) {
  const hint = hintedShape(levels, count, index)
  const flags = (length = levels) => new Array<bigint>(length).fill(0n)
  const [target, own, present, opened, up, newer] = [flags(), flags(), flags(), flags(), flags(), flags()]
  const below = flags(levels + 1)
  const size = (k: number) => (2n << BigInt(k)) - 1n
  below[0] = s.put('below[0]', 1n)
  for (let k = 0; k < levels; k++) {
    target[k] = s.bit(`target[${k}]`, hint.target[k]!)
    own[k] = s.bit(`own[${k}]`, hint.own[k]!)
    present[k] = s.put(`present[${k}]`, hint.present[k]!)
    s.constrain(`present[${k}] is 0 or 1, and 1 where the leaf is`)
    below[k + 1] = s.put(`below[${k + 1}]`, below[k]! * (1n - present[k]!))
    if (k > 0) s.constrain(`below[${k + 1}]`)
  }
  const ofSmallest = (weight: (k: number) => bigint) =>
    present.reduce((sum, _, k) => sum + (below[k]! - below[k + 1]!) * weight(k), 0n)
  const sumOf = (list: readonly bigint[], weight: (k: number) => bigint) =>
    list.reduce((sum, flag, k) => sum + flag * weight(k), 0n)
  s.constrain('one of the two greatest trees')
  const smallest = s.put('smallest', ofSmallest(size))
  const twice = s.bit('twice', hint.twice)
  const newest = s.put('newest', hint.newest)
  s.constrain('newest is 0 or 1, and 0 where no tree is twice')
  s.constrain('newest is of the smallest')
  const twin = s.put('twin', twice * smallest)
  s.constrain('the trees hold as many leaves as the list')
  s.put('count', sumOf(present, size) + twin)
  let atOrAbove = 1n
  let reached = 0n
  for (let k = 0; k < levels; k++) {
    opened[k] = s.put(`opened[${k}]`, k < levels - 2 ? present[k]! * atOrAbove : target[k]!)
    if (k > 0 && k < levels - 2) s.constrain(`opened[${k}]`)
    up[k] = s.put(`up[${k}]`, k === 0 ? 0n : reached * atOrAbove)
    if (k > 0) s.constrain(`up[${k}]`)
    newer[k] = s.put(`newer[${k}]`, k === 0 ? 0n : hint.newer[k]!)
    if (k > 0) s.constrain(`newer[${k}] is 0, or 1 where the path turns`)
    reached += own[k]!
    atOrAbove -= target[k]!
  }
  const before = s.put('before', newest * smallest)
  s.constrain('the leaf stands at the index')
  const older = present.reduce((sum, flag, k) => sum + (flag - opened[k]!) * size(k), 0n)
  s.put('index', older + before + sumOf(newer, (k) => (1n << BigInt(k)) - 1n) + sumOf(own, (k) => size(k) - 1n))
  return { opened, target, own, up, newer, twice, newest, smallest }
}

/** From the plan that paths are made by, not from circom's own hint. */
function hintedShape(levels: number, count: number, index: number) {
  const { size, older, halves, steps } = planPath(count, index)
  const exponent = (of: number) => Math.log2(of + 1) - 1
  const row = () => new Array<bigint>(levels).fill(0n)
  const [present, target, own, newer] = [row(), row(), row(), row()]
  const sizes = treeSizes(count)
  for (const one of sizes) present[exponent(one)] = 1n
  const twice = sizes.length > 1 && sizes.at(-1) === sizes.at(-2)
  target[exponent(size)] = 1n
  const at = exponent(size) - steps.length
  if (halves === null && at !== 0) throw new Error('a leaf without halves is a tree of its own')
  own[at] = 1n
  steps.forEach(({ from }, i) => {
    if (from === 'newer') newer[at + 1 + i] = 1n
  })
  return { present, target, own, newer, twice: BigInt(twice), newest: BigInt(twice && older + size === count) }
}

function putRow(s: Scope, name: string, row: readonly bigint[]): bigint[] {
  return row.map((value, k) => s.put(`${name}[${k}]`, value))
}

function treeRoot(s: Scope, leaf: bigint, shape: Shape, siblings: readonly (readonly bigint[])[]): bigint {
  const [own, up, newer] = (['own', 'up', 'newer'] as const).map((name) => putRow(s, name, shape[name])) as Rows
  let node = s.put('node[0]', s.put('leafHash', leaf))
  siblings.forEach((pair, at) => {
    const k = at + 1
    const [first, second] = pair as [bigint, bigint]
    const part = s.part(`hash[${at}]`)
    const from = node + up[k]! * (first - node)
    s.constrain(`siblings of exponent ${k + 1}: first`)
    const last = second + newer[k]! * (node - second)
    s.constrain(`siblings of exponent ${k + 1}: last`)
    const hash = tagged(part, 2n, [field(from), field(node + first + second - from - last), field(last)])
    node = s.put(`node[${k}]`, node + (own[k]! + up[k]!) * (hash - node))
    s.constrain(`node[${k}]`)
  })
  return s.put('root', node)
}

type Rows = [bigint[], bigint[], bigint[]]

interface Behind {
  readonly rest: bigint
  readonly peaks: readonly bigint[]
  readonly twin: bigint
}

function listCommitment(s: Scope, leafTree: bigint, shape: Shape, behind: Behind): bigint {
  const root = s.put('root', leafTree)
  const [opened, target] = [putRow(s, 'opened', shape.opened), putRow(s, 'target', shape.target)]
  const [twice, newest] = [s.put('twice', shape.twice), s.put('newest', shape.newest)]
  const smallest = s.put('smallest', shape.smallest)
  const [rest, twin, peaks] = [s.put('rest', behind.rest), s.put('twin', behind.twin), behind.peaks]
  const [top, second] = [peaks.length + 1, peaks.length]
  const sizeAt = (k: number) => (2n << BigInt(k)) - 1n
  const size = target[second]! * sizeAt(second) + target[top]! * sizeAt(top)
  const greatest = tagged(s.part('greatest'), 3n, [root, size, rest])
  let after = s.put(`after[${second}]`, rest + (target[second]! + target[top]!) * (greatest - rest))
  s.constrain(`after[${second}]`)
  for (let k = second - 1; k >= 0; k--) {
    const peak = peaks[k]! + target[k]! * (root - peaks[k]!)
    s.constrain(`root of exponent ${k + 1}`)
    const list = tagged(s.part(`list[${k}]`), 3n, [peak, sizeAt(k), after], [1])
    after = s.put(`after[${k}]`, after + opened[k]! * (list - after))
    s.constrain(`after[${k}]`)
  }
  const tail = [twin + newest * (root - twin), smallest, after + newest * (rest - after)]
  s.constrain('root of the last')
  s.constrain('rest of the last')
  const last = tagged(s.part('last'), 3n, tail.map(field))
  s.constrain('the commitment')
  return s.put('out', after + twice * (last - after))
}

export function leafFields(s: Scope, leaf: readonly bigint[]) {
  const head = bits(s.part('head').part('all'), 224, leaf[0]!)
  const middle = bits(s.part('middle'), 224, leaf[1]!)
  const tail = bits(s.part('tail'), 224, leaf[2]!)
  const from = (list: readonly bigint[], at: number, count: number) => number(list.slice(at, at + count))
  return {
    height: from(head, 128, 32),
    time: from(head, 160, 32),
    bits: from(head, 192, 32),
    version: from(tail, 160, 32),
    nonce: from(tail, 192, 32),
    hashHigh: from(middle, 0, 128),
    hashLow: from(head, 0, 128),
    rootHigh: from(tail, 32, 128),
    rootLow: from(middle, 128, 96) + (from(tail, 0, 32) << 96n),
  }
}
