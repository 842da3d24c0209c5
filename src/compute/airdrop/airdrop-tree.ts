import { sha256 } from '@noble/hashes/sha2.js'
import { decodeField, encodeField, FIELD_MODULUS } from '../../bus/index.ts'
import { bytesToHex, concatBytes } from '../../lib/index.ts'
import type { StorageKernel } from '../../proving/index.ts'
import { computeError } from '../errors.ts'

/** The tree of a drop and claims in it, as circuits/compute/airdrop.circom says what they are. */

const [IDENTITY_TAG, LEAF_TAG, NULLIFIER_TAG, LOWEST_TAG] = [97, 98, 99, 100]
/** As graphs/airdrop has it. */
const LEVELS = 4
const ARITY = 16
export const MAX_LEAVES = ARITY ** LEVELS
const NODE_BYTES = 32
const RECIPIENT_BYTES = 31

type Hashes = Pick<StorageKernel, 'storageDraw' | 'treeNodes'>

/** What one owner gets. */
export interface AirdropLeaf {
  /** {@link airdropIdentity} of a secret that the owner alone has. */
  readonly identity: bigint
  /** Below 2^64. */
  readonly amount: bigint
}

/** The arguments of graphs/airdrop, as a file of arguments has them. */
export type AirdropClaim = Readonly<Record<string, string | readonly string[]>>

export interface AirdropTree {
  readonly root: bigint
  /** Throws E_INPUT where no leaf is of this secret. */
  claim(secret: bigint, recipient: bigint): AirdropClaim
}

/** What its owner gives the author of a drop. The secret is an element of the field, drawn at random. */
export function airdropIdentity(hashes: Hashes, secret: bigint): bigint {
  return pair(hashes, IDENTITY_TAG, secret, 0n)
}

/** What shows that a secret was used in a drop already. */
export function airdropNullifier(hashes: Hashes, secret: bigint, root: bigint): bigint {
  return pair(hashes, NULLIFIER_TAG, secret, root)
}

/** The recipient of a claim: the first 31 bytes of the script's SHA-256 as a number, the first byte highest. */
export function airdropRecipient(script: Uint8Array): bigint {
  return BigInt(`0x${bytesToHex(sha256(script).subarray(0, RECIPIENT_BYTES))}`)
}

/**
 * Makes the tree over leaves in their order. Throws E_INPUT for more leaves than it has places, amounts and identities out of
 * range, and an identity that comes twice: it has one nullifier, so only one of its leaves could be claimed.
 */
export function airdropTree(hashes: Hashes, leaves: readonly AirdropLeaf[]): AirdropTree {
  requireLeaves(leaves)
  const levels: Uint8Array[] = [
    concatBytes(...leaves.map(({ identity, amount }) => encodeField([pair(hashes, LEAF_TAG, identity, amount)]))),
  ]
  // Places without a leaf have 0, and nodes over such places alone are all the same.
  let empty: Uint8Array = new Uint8Array(NODE_BYTES)
  const padded: Uint8Array[] = []
  for (let k = 0; k < LEVELS; k++) {
    const nodes = levels[k] as Uint8Array
    const missing = (ARITY - ((nodes.length / NODE_BYTES) % ARITY)) % ARITY
    const full = concatBytes(nodes, ...Array.from({ length: missing }, () => empty))
    padded.push(full)
    levels.push(hashes.treeNodes(LOWEST_TAG + k, full))
    empty = hashes.treeNodes(LOWEST_TAG + k, concatBytes(...Array.from({ length: ARITY }, () => empty)))
  }
  const [root] = decodeField(levels[LEVELS] as Uint8Array) as [bigint]
  return {
    root,
    claim(secret, recipient) {
      const identity = airdropIdentity(hashes, secret)
      const place = leaves.findIndex((leaf) => leaf.identity === identity)
      if (place < 0) throw computeError('E_INPUT', 'the drop has no leaf of this secret')
      const children = padded.flatMap((nodes, k) => {
        const first = Math.floor(place / ARITY ** (k + 1)) * ARITY
        return decodeField(nodes.subarray(NODE_BYTES * first, NODE_BYTES * (first + ARITY))) as bigint[]
      })
      return {
        ...{ root: `${root}`, recipient: `${recipient}`, secret: `${secret}` },
        ...{ amountOfLeaf: `${leaves[place]?.amount}`, place: `${place}`, children: children.map(String) },
      }
    },
  }
}

function requireLeaves(leaves: readonly AirdropLeaf[]): void {
  const refuse = (why: string) => computeError('E_INPUT', why)
  if (leaves.length < 1 || leaves.length > MAX_LEAVES) {
    throw refuse(`${leaves.length} leaves; a drop has from 1 to ${MAX_LEAVES}`)
  }
  const seen = new Set<bigint>()
  for (const [i, { identity, amount }] of leaves.entries()) {
    if (identity < 0n || identity >= FIELD_MODULUS) throw refuse(`the identity of leaf ${i} is no element of the field`)
    if (amount < 0n || amount >= 1n << 64n) throw refuse(`the amount of leaf ${i} is not below 2^64`)
    if (seen.has(identity)) throw refuse(`the identity of leaf ${i} has a leaf already`)
    seen.add(identity)
  }
}

function pair({ storageDraw }: Hashes, tag: number, a: bigint, b: bigint): bigint {
  const [first] = decodeField(storageDraw(tag, encodeField([a, b]))) as [bigint, bigint]
  return first
}
