import type { AccumulatorPath } from '../accumulator-path.ts'

/**
 * Attestations: what happened on Bitcoin, as small objects that verify under one bus proof and nothing else. Byte arrays
 * are in internal order. `docs/attestations.md` is their specification.
 */
export interface HeaderPart {
  /** Tip of the proof whose accumulator the path leads to; under another proof the path must be made anew. */
  readonly tipHeight: number
  readonly height: number
  /** 80 bytes. */
  readonly header: Uint8Array
  readonly path: AccumulatorPath
}

/** That the proved chain holds a header. */
export interface HeaderAttestation extends HeaderPart {
  readonly kind: 'header'
}

/**
 * The Merkle siblings of the coinbase and of one other transaction, lowest first. The two branches meet at the level
 * of the index's highest bit: below it each has its own, where they meet each is the other's sibling, above it they are
 * one. For the coinbase itself all siblings are shared.
 */
export interface JointBranch {
  readonly coinbase: readonly Uint8Array[]
  readonly transaction: readonly Uint8Array[]
  readonly shared: readonly Uint8Array[]
}

/** A transaction in its block, by the coinbase that fixes the tree’s depth and by branches to the Merkle root. */
export interface TransactionPart {
  /** Of the transaction in its block; 0 is the coinbase. */
  readonly index: number
  /** Without its witness. */
  readonly coinbase: Uint8Array
  /** Without its witness, which a txid does not commit to; null where the coinbase is the transaction. */
  readonly transaction: Uint8Array | null
  readonly branch: JointBranch
}

/** That a block of the proved chain holds a transaction. */
export interface TransactionAttestation extends HeaderPart, TransactionPart {
  readonly kind: 'tx'
}

/** A transaction and the number of one of its outputs. That it is unspent is not claimed. */
export interface OutputAttestation extends HeaderPart, TransactionPart {
  readonly kind: 'output'
  readonly output: number
}

/**
 * The envelope is in the witness, which a txid does not commit to: the coinbase commits to the root of all wtxids and a
 * reserved value (BIP141).
 */
export interface InscriptionAttestation extends HeaderPart {
  readonly kind: 'inscription'
  readonly index: number
  readonly coinbase: Uint8Array
  readonly coinbaseBranch: readonly Uint8Array[]
  /** With its witness. */
  readonly transaction: Uint8Array
  /** As long as the coinbase's branch. */
  readonly witnessBranch: readonly Uint8Array[]
  /** 32 bytes: the coinbase's witness. */
  readonly reserved: Uint8Array
  /** Input whose witness holds the envelope. */
  readonly input: number
  /** Which envelope of the transaction it is: the N of ord's id `<txid>iN`. */
  readonly envelope: number
}

/** A message under a bus proof: that its chain holds a header, a transaction, an output or an inscription. */
export type Attestation = HeaderAttestation | TransactionAttestation | OutputAttestation | InscriptionAttestation

/** What an attestation is of. */
export type AttestationKind = Attestation['kind']

/** Levels at which each branch has siblings of its own: below the highest bit of the index. */
export function ownLevels(index: number): number {
  return index === 0 ? 0 : 31 - Math.clz32(index)
}

/** Index of a transaction in a block: below 2^16, deeper than any block's tree. */
export const MAX_INDEX = 0xffff

/** A reveal of four million bytes, a coinbase and branches. */
export const MAX_ATTESTATION_BYTES = 4_200_000

/** In JSON: hexadecimal digits, and names around them. */
export const MAX_ATTESTATION_JSON = 2 * MAX_ATTESTATION_BYTES + 65_536
