import { maskConstant } from '../../../storage/mask-reference.ts'
import { tagged } from '../accumulator.ts'
import { poseidonOutputs } from '../poseidon.ts'
import { number } from '../range.ts'
import { field, type Scope } from '../signals.ts'

const SIDE = 16
const L = 9_419_588_158_802_421_600n
const CONSTANTS = Array.from({ length: 4 }, (_, r) => Array.from({ length: SIDE ** 2 }, (_, i) => maskConstant(r, i)))

export function twoHashes(s: Scope, tag: bigint, input: readonly bigint[]): readonly [bigint, bigint] {
  const values = input.map((value, i) => s.put(`in[${i}]`, value))
  const [first, second] = poseidonOutputs(s.part('poseidon'), tag, values, [], 2)
  return [s.put('out[0]', first!), s.put('out[1]', second!)]
}

function treeNode(
  s: Scope,
  tag: bigint,
  below: bigint,
  digits: readonly bigint[],
  siblings: readonly bigint[],
): bigint {
  s.put('child', below)
  const digit = digits.map((bit, i) => s.put(`digit[${i}]`, bit))
  const children = siblings.map((child, i) => s.put(`children[${i}]`, child))
  const hash = tagged(s.part('hash'), tag, children)
  const chosen: bigint[] = []
  for (const [level, [from, count]] of (
    [
      [-1, 8],
      [0, 4],
      [8, 2],
    ] as const
  ).entries()) {
    for (let i = 0; i < count; i++) {
      const [even, odd] = [0, 1].map((k) => (from < 0 ? children : chosen)[Math.max(from, 0) + 2 * i + k]!) as [
        bigint,
        bigint,
      ]
      const at = chosen.length
      chosen.push(s.put(`chosen[${at}]`, even + digit[level]! * (odd - even)))
      s.constrain(`chosen[${at}]`)
    }
  }
  s.constrain('the child stands at its digit')
  return s.put('out', hash)
}

export function treePath(
  s: Scope,
  lowest: bigint,
  given: { readonly child: bigint; readonly bit: readonly bigint[]; readonly children: readonly (readonly bigint[])[] },
): bigint {
  let node = s.put('child', given.child)
  const bit = given.bit.map((one, i) => s.put(`bit[${i}]`, one))
  const children = given.children.map((level, k) => level.map((child, i) => s.put(`children[${k}][${i}]`, child)))
  children.forEach((level, k) => {
    node = treeNode(s.part(`node[${k}]`), lowest + BigInt(k), node, bit.slice(4 * k, 4 * k + 4), level)
  })
  return s.put('out', node)
}

function unitRoot(s: Scope, elements: readonly bigint[]): bigint {
  const element = elements.map((value, i) => s.put(`element[${i}]`, value))
  const rows = Array.from({ length: SIDE }, (_, a) =>
    tagged(s.part(`row[${a}]`), 33n, element.slice(SIDE * a, SIDE * (a + 1))),
  )
  return s.put('out', tagged(s.part('unit'), 34n, rows))
}

export function unmask(s: Scope, given: readonly bigint[], keys: readonly [bigint, bigint]): bigint[] {
  let state = given.map((value, i) => s.put(`encoded[${i}]`, value))
  const [k1, k2] = [s.put('k1', keys[0]), s.put('k2', keys[1])]
  for (let r = 3; r >= 0; r--) {
    const before = state.map((value, i) => {
      const square = s.put(`square[${r}][${i}]`, value * value)
      const fourth = s.put(`fourth[${r}][${i}]`, square * square)
      const fifth = s.put(`fifth[${r}][${i}]`, fourth * value)
      for (const power of ['square', 'fourth', 'fifth']) s.constrain(`${power}[${r}][${i}]`)
      return fifth - k1 - CONSTANTS[r]![i]! * k2
    })
    state = before.map((_, i) => {
      const [row, column] = [Math.floor(i / SIDE), i % SIDE]
      const [line, at] = r % 2 === 0 ? [row, column] : [column, row]
      let sum = 0n
      for (let j = 0; j < SIDE; j++) {
        sum += (L / BigInt(16 + at + j)) * before[r % 2 === 0 ? SIDE * line + j : SIDE * j + line]!
      }
      return field(sum)
    })
  }
  return state.map((value, i) => s.put(`element[${i}]`, value))
}

export interface Opening {
  readonly base: bigint
  readonly bit: readonly bigint[]
  readonly encoded: readonly bigint[]
  readonly children: readonly (readonly bigint[])[]
}

export function openedUnit(s: Scope, given: Opening): bigint {
  const key = [given.base, ...given.bit, ...given.encoded, ...given.children.flat()].join(' ')
  return s.remember(key, (scope) => opened(scope, given))
}

function opened(s: Scope, given: Opening): bigint {
  const base = s.put('base', given.base)
  const bit = given.bit.map((one, i) => s.put(`bit[${i}]`, one))
  const encoded = given.encoded.map((value, i) => s.put(`encoded[${i}]`, value))
  const children = given.children.map((level, k) => level.map((child, i) => s.put(`children[${k}][${i}]`, child)))
  const keys = twoHashes(s.part('keys'), 18n, [base, field(number(bit))])
  const unit = unitRoot(s.part('unit'), unmask(s.part('mask'), encoded, keys))
  return s.put('root', treePath(s.part('path'), 35n, { child: unit, bit, children }))
}
