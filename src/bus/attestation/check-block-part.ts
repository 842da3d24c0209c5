import {
  COINBASE_WTXID,
  commitmentOf,
  decodeWholeTransaction,
  type Envelope,
  type FoldReject,
  foldBranch,
  isCoinbase,
  MAX_BRANCH_DEPTH,
  merkleNode,
  parseEnvelopes,
  strippedBytes,
  type Transaction,
  type Txid,
  transactionId,
  witnessCommitment,
  witnessTransactionId,
} from '../../bitcoin/index.ts'
import { equalBytes, type Rejection, type Result, rejection } from '../../lib/index.ts'
import { type InscriptionAttestation, type JointBranch, ownLevels, type TransactionPart } from './attestation.ts'

/** The rule that the part of an attestation breaks which says what its block holds. */
export type BlockPartReject =
  | FoldReject
  | 'bad-coinbase'
  | 'not-a-coinbase'
  | 'bad-transaction'
  | 'unexpected-coinbase'
  | 'size-64'
  | 'wrong-branch-length'
  | 'not-in-block'
  | 'no-witness'
  | 'no-commitment'
  | 'wrong-commitment'
  | 'bad-reserved-value'
  | 'no-such-output'
  | 'no-such-envelope'
  | 'wrong-input'

/** Bytes of an inner node's two children: a transaction of this size could be taken for them (CVE-2017-12842). */
const NODE_BYTES = 64

export interface TransactionInBlock {
  readonly txid: Txid
  /** Without witness. */
  readonly transaction: Transaction
}

/** That the header's Merkle root commits to this transaction at this index. */
export function checkTransactionPart(
  part: TransactionPart,
  merkleRoot: Uint8Array,
): Result<TransactionInBlock, BlockPartReject> {
  const coinbase = readCoinbase(part.coinbase)
  if (!coinbase.ok) return coinbase
  const own = part.transaction === null ? coinbase : readOther(part.transaction, false)
  if (!own.ok) return own
  if ((part.index === 0) !== (part.transaction === null)) {
    return rejection('unexpected-coinbase', 'the coinbase, and it alone, is at index 0')
  }
  const txid = transactionId(own.tx)
  const folded = foldJoint(transactionId(coinbase.tx), txid, part.index, part.branch)
  if (!folded.ok) return folded
  if (!equalBytes(folded.root, merkleRoot))
    return rejection('not-in-block', 'the header commits to another Merkle root')
  return { ok: true, txid, transaction: own.tx }
}

/** The coinbase's and the transaction's branch at once, up to the root. */
function foldJoint(coinbase: Uint8Array, transaction: Uint8Array, index: number, branch: JointBranch) {
  const own = ownLevels(index)
  if (branch.coinbase.length !== own || branch.transaction.length !== own) {
    return rejection('wrong-branch-length', `index ${index} takes ${own} siblings of its own`)
  }
  const join = index === 0 ? 0 : 1
  if (own + join + branch.shared.length > MAX_BRANCH_DEPTH) {
    return rejection('branch-too-deep', `more than ${MAX_BRANCH_DEPTH} levels`)
  }
  if (index === 0) return foldBranch(coinbase, 0, branch.shared)
  const left = foldBranch(coinbase, 0, branch.coinbase)
  if (!left.ok) return left
  const right = foldBranch(transaction, index - 2 ** own, branch.transaction)
  if (!right.ok) return right
  if (equalBytes(left.root, right.root)) {
    return rejection('duplicate-sibling', `a right child equals its sibling at level ${own}`)
  }
  return foldBranch(merkleNode(left.root, right.root), 0, branch.shared)
}

export interface InscriptionInBlock {
  readonly txid: Txid
  readonly transaction: Transaction
  readonly envelope: Envelope
}

/** That the block's witness commitment covers this reveal, and that it holds this envelope (BIP141). */
export function checkInscriptionPart(
  part: InscriptionAttestation,
  merkleRoot: Uint8Array,
): Result<InscriptionInBlock, BlockPartReject> {
  const coinbase = readCoinbase(part.coinbase)
  if (!coinbase.ok) return coinbase
  if (part.coinbaseBranch.length !== part.witnessBranch.length) {
    return rejection(
      'wrong-branch-length',
      'the two branches have different lengths: a block’s two trees have one depth',
    )
  }
  const txids = foldBranch(transactionId(coinbase.tx), 0, part.coinbaseBranch)
  if (!txids.ok) return txids
  if (!equalBytes(txids.root, merkleRoot)) return rejection('not-in-block', 'the header commits to another coinbase')

  const reveal = readOther(part.transaction, true)
  if (!reveal.ok) return reveal
  if (part.index === 0) return rejection('unexpected-coinbase', 'the coinbase stands in no tree with its witness')
  const witnesses = foldBranch(witnessTransactionId(reveal.tx), part.index, part.witnessBranch)
  if (!witnesses.ok) return witnesses
  const committed = checkCommitment(coinbase.tx, witnesses.root, part.reserved)
  if (committed !== null) return committed

  const envelope = parseEnvelopes(reveal.tx)[part.envelope]
  if (envelope === undefined) return rejection('no-such-envelope', `the transaction has no envelope ${part.envelope}`)
  if (envelope.input !== part.input) {
    return rejection('wrong-input', `envelope ${part.envelope} is in input ${envelope.input}, not ${part.input}`)
  }
  return { ok: true, txid: transactionId(reveal.tx), transaction: reveal.tx, envelope }
}

function checkCommitment(
  coinbase: Transaction,
  root: Uint8Array,
  reserved: Uint8Array,
): Rejection<BlockPartReject> | null {
  if (reserved.length !== COINBASE_WTXID.length) return rejection('bad-reserved-value', 'it has 32 bytes')
  const commitment = witnessCommitment(coinbase)
  if (commitment === undefined) return rejection('no-commitment', 'the coinbase has no witness commitment')
  if (equalBytes(commitmentOf(root, reserved), commitment)) return null
  return rejection('wrong-commitment', 'the coinbase commits to other witnesses, or with another reserved value')
}

type Read = Result<{ readonly tx: Transaction }, BlockPartReject>

function readCoinbase(bytes: Uint8Array): Read {
  const decoded = decodeWholeTransaction(bytes)
  if (!decoded.ok) return rejection('bad-coinbase', `${decoded.reject}: ${decoded.detail}`)
  const { tx } = decoded
  if (tx.segwit) return rejection('bad-coinbase', 'it comes without its witness')
  if (!isCoinbase(tx)) return rejection('not-a-coinbase', 'the first transaction has no null prevout')
  if (tx.bytes.length === NODE_BYTES) return rejection('size-64', 'the coinbase could be an inner node')
  return { ok: true, tx }
}

function readOther(bytes: Uint8Array, witness: boolean): Read {
  const decoded = decodeWholeTransaction(bytes)
  if (!decoded.ok) return rejection('bad-transaction', `${decoded.reject}: ${decoded.detail}`)
  const { tx } = decoded
  if (witness && !tx.segwit) return rejection('no-witness', 'the reveal comes without its witness')
  if (!witness && tx.segwit) return rejection('bad-transaction', 'it comes without its witness')
  if (isCoinbase(tx)) return rejection('unexpected-coinbase', 'a coinbase is at index 0 only')
  if (tx.bytes.length === NODE_BYTES || strippedBytes(tx).length === NODE_BYTES) {
    return rejection('size-64', 'the transaction could be an inner node')
  }
  return { ok: true, tx }
}
