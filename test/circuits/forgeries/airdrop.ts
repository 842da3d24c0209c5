import { type ClaimInput, claimOf, identityOf, leafOf, nullifierOf } from '../../compute/airdrop.ts'
import { field, invert, type Lies } from '../model/signals.ts'
import { inBits } from './forgery.ts'

/** What a dishonest claimant hands in. */
export interface AirdropForgery {
  readonly name: string
  readonly claim: ClaimInput
  readonly lies?: Lies
  /** Every constraint that refuses the witness, and no other. */
  readonly refusedBy: readonly string[]
}

const LEVELS = 2
const RECIPIENT = 2n ** 248n - 1n
const secrets = Array.from({ length: 40 }, (_, i) => 1_000_003n ** BigInt(i + 3))
const amounts = secrets.map((_, i) => BigInt(1000 * (i % 5)))
const leaves = secrets.map((secret, i) => leafOf(identityOf(secret), amounts[i]!))

/** A claim in a drop of forty leaves; `leaf` may be another one than the author put there. */
export function claimAt(place: number, change: Partial<ClaimInput> & { readonly leaf?: bigint } = {}): ClaimInput {
  const { leaf = leaves[place]!, ...input } = change
  const tree = claimOf(LEVELS, leaves.with(place, leaf), place)
  const owned = { secret: secrets[place]!, amountOfLeaf: amounts[place]!, place: BigInt(place) }
  return { ...owned, ...tree, recipient: RECIPIENT, ...input }
}

const honest = claimAt(21)
const lying = (name: string, lies: Lies, refusedBy: readonly string[]): AirdropForgery => ({
  ...{ name, claim: honest, lies, refusedBy },
})
const changed = (name: string, change: Partial<ClaimInput>, refusedBy: readonly string[]): AirdropForgery => ({
  ...{ name, claim: { ...honest, ...change }, refusedBy },
})
/** What the root's equation landed in. */
const ROOT = 'main.path.node[1].hash.poseidon.sigmaF[7][16]: out'
const other = (level: number, digit: number, by: bigint) =>
  honest.children.map((row, k) => (k === level ? row.with(digit, row[digit]! + by) : row))
/** Where a forged leaf stands on the line through the leaves 5 and 13 of the node. */
const BETWEEN = field((leafOf(identityOf(5n), honest.amountOfLeaf) - leaves[21]!) * invert(leaves[29]! - leaves[21]!))

export const airdropForgeries: readonly AirdropForgery[] = [
  { name: 'a claim, which is valid', claim: honest, refusedBy: [] },
  { name: 'the first leaf, which is valid', claim: claimAt(0), refusedBy: [] },
  changed('for another recipient, which is another statement', { recipient: 0n }, []),

  // ---------------------------------------------------------------- the leaf
  changed('a secret that has no leaf', { secret: 5n }, ['main.path.node[0]: the child stands at its digit']),
  changed('a greater amount than the leaf has', { amountOfLeaf: honest.amountOfLeaf + 1n }, [
    'main.path.node[0]: the child stands at its digit',
  ]),
  changed(
    'a leaf of its own put into the path',
    { secret: 5n, children: claimAt(21, { leaf: leafOf(identityOf(5n), amounts[21]!) }).children },
    [ROOT],
  ),
  {
    name: 'an amount of 2^64, which the author’s tree has',
    claim: claimAt(21, { leaf: leafOf(identityOf(secrets[21]!), 2n ** 64n), amountOfLeaf: 2n ** 64n }),
    refusedBy: ['main.amountRange: in range'],
  },
  {
    name: 'a negative amount, with a bit that is none',
    claim: claimAt(21, { leaf: leafOf(identityOf(secrets[21]!), -1n), amountOfLeaf: -1n }),
    lies: { 'main.amountRange.absorb': 1n },
    refusedBy: ['main.amountRange: bit[0] is 0 or 1'],
  },

  // ---------------------------------------------------------------- the tree
  changed('another place in the node', { place: 22n }, ['main.path.node[0]: the child stands at its digit']),
  changed('another place of the node', { place: 5n }, ['main.path.node[1]: the child stands at its digit']),
  changed('a place that no leaf has', { place: 256n + 21n }, [
    'main.bits: out[7] is 0 or 1',
    'main.path.node[1]: the child stands at its digit',
  ]),
  changed('a sibling that is another', { children: other(0, 3, 1n) }, [
    'main.path.node[1]: the child stands at its digit',
  ]),
  changed('a node of the root that is another', { children: other(1, 7, 1n) }, [ROOT]),
  changed('the root of another drop', { root: claimAt(3).root + 1n }, [ROOT]),
  {
    name: 'a leaf of its own between two of the drop, by a digit that is no bit',
    claim: { ...honest, secret: 5n, place: 21n + 8n * BETWEEN },
    lies: { ...inBits('main.bits.out', 21n, 8), 'main.bits.out[3]': BETWEEN },
    refusedBy: ['main.bits: out[3] is 0 or 1'],
  },

  // ---------------------------------------------------------------- what is said
  lying('a nullifier of one’s own', { 'main.nullifier': 1n }, ['main.spent.poseidon.sigmaF[7][2]: out']),
  lying('the nullifier of another drop', { 'main.nullifier': nullifierOf(honest.secret, honest.root + 1n) }, [
    'main.spent.poseidon.sigmaF[7][2]: out',
  ]),
  changed('a recipient of more than 31 bytes', { recipient: 2n ** 248n }, ['main.recipientRange: in range']),
  {
    ...changed('and one below zero, with a bit that is none', { recipient: -1n }, []),
    lies: { 'main.recipientRange.absorb': 1n },
    refusedBy: ['main.recipientRange: bit[0] is 0 or 1'],
  },
]
