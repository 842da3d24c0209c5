import { tagged } from '../accumulator.ts'
import type { Scope } from '../signals.ts'

/** Every signal of PushTree. */
export function pushTree(
  s: Scope,
  listGiven: bigint,
  leavesGiven: readonly bigint[],
  activeGiven: readonly bigint[],
): bigint {
  const list = s.put('list', listGiven)
  const leaf = leavesGiven.map((value, at) => s.put(`leaf[${at}]`, value))
  const active = activeGiven.map((value, at) => s.put(`active[${at}]`, value))
  const levels = Math.log2(leaf.length + 1)
  const node: bigint[] = []
  /** By exponent, from 1 on: the tree that the list has of it, beside the last one. */
  const trees = Array.from({ length: levels }, () => ({ root: 0n, has: 0n }))
  const last = { root: 0n, has: 0n, size: 0n }
  const half = (name: string, at: number, own: number, exponent: number) => {
    const has = active[own]! - active[at]!
    const root = s.put(`${name}[${at}]`, has * node[own]!)
    s.constrain(`${name}[${at}]`)
    return { root, has, size: has * (2n ** BigInt(exponent) - 1n) }
  }
  const grow = (exponent: number): number => {
    const left = exponent === 1 ? -1 : grow(exponent - 1)
    const right = exponent === 1 ? -1 : grow(exponent - 1)
    const at = node.length
    if (exponent === 1) {
      node.push(s.put(`node[${at}]`, leaf[at]!))
      s.put(`older[${at}]`, 0n)
      s.put(`newer[${at}]`, 0n)
      return at
    }
    const hash = tagged(s.part(`hash[${at}]`), 2n, [leaf[at]!, node[left]!, node[right]!])
    node.push(s.put(`node[${at}]`, hash))
    const [older, newer] = [half('older', at, left, exponent - 1), half('newer', at, right, exponent - 1)]
    const tree = trees[exponent - 2]!
    tree.root += older.root
    tree.has += older.has
    last.root += newer.root
    last.has += newer.has
    last.size += newer.size
    return at
  }
  const root = grow(levels)
  trees[levels - 1] = { root: node[root]!, has: active[root]! }

  let after = s.put(`after[${levels}]`, list)
  for (let k = levels - 1; k >= 0; k--) {
    const { root, has } = trees[k]!
    const pushed = tagged(s.part(`push[${k}]`), 3n, [root, (2n << BigInt(k)) - 1n, after], [1])
    after = s.put(`after[${k}]`, after + has * (pushed - after))
    s.constrain(`after[${k}]`)
  }
  const pushed = tagged(s.part('pushLast'), 3n, [last.root, last.size, after])
  s.constrain('out')
  return s.put('out', after + last.has * (pushed - after))
}
