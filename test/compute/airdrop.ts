import { poseidonOfWidth } from '../bus/poseidon-reference.ts'

// graphs/airdrop as a program: a tree of sixteen, and what a claim must say.

const ofTwo = poseidonOfWidth(3, 57)
const ofSixteen = poseidonOfWidth(17, 68)

export const identityOf = (secret: bigint) => ofTwo(97, [secret, 0n])
export const leafOf = (identity: bigint, amount: bigint) => ofTwo(98, [identity, amount])
export const nullifierOf = (secret: bigint, root: bigint) => ofTwo(99, [secret, root])

/** Inputs of a claim as the circuit has them. */
export interface ClaimInput {
  readonly root: bigint
  readonly recipient: bigint
  readonly secret: bigint
  readonly amountOfLeaf: bigint
  readonly place: bigint
  /** Of the nodes above the leaf, the lowest first. */
  readonly children: readonly (readonly bigint[])[]
}

/** A claim of the leaf at `place` among these, every place without a leaf being 0. Slow: it fills the whole tree. */
export function claimOf(
  levels: number,
  leaves: readonly bigint[],
  place: number,
): Pick<ClaimInput, 'root' | 'children'> {
  let nodes = Array.from({ length: 16 ** levels }, (_, i) => leaves[i] ?? 0n)
  const known = new Map<string, bigint>()
  const children: bigint[][] = []
  for (let k = 0, at = place; k < levels; k++) {
    const groups = Array.from({ length: nodes.length / 16 }, (_, i) => nodes.slice(16 * i, 16 * i + 16))
    at = Math.floor(at / 16)
    children.push(groups[at]!)
    nodes = groups.map((group) => {
      const key = `${k} ${group.join(' ')}`
      if (!known.has(key)) known.set(key, ofSixteen(100 + k, group))
      return known.get(key)!
    })
  }
  return { root: nodes[0]!, children }
}
