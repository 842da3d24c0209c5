import { atOnce, equalBytes, type Pieces, type Rejection } from '../lib/index.ts'
import type { Block } from './block.ts'
import { sha256d } from './hash.ts'
import { type MerkleTree, merkleTreeInPieces, PIECE_HASHES } from './merkle.ts'
import { isCoinbase, type Transaction, transactionId, witnessTransactionId } from './transaction.ts'

/** Core's reject reasons (validation.cpp: CheckBlock, CheckMerkleRoot, CheckWitnessMalleation). */
export type BlockReject =
  | 'bad-cb-missing'
  | 'bad-cb-multiple'
  | 'bad-txnmrklroot'
  | 'bad-txns-duplicate'
  | 'bad-witness-nonce-size'
  | 'bad-witness-merkle-match'
  | 'unexpected-witness'

/** The trees of a block whose transactions are those that its header commits to. */
export interface BlockBody {
  readonly ok: true
  readonly txids: MerkleTree
  /** Null in a block without a witness commitment, and in one without its witnesses. */
  readonly witness: WitnessTree | null
  /**
   * A commitment stands, and nothing has a witness: the block is from before segwit was active, when such an output
   * meant nothing, or whoever gave it took the witnesses away.
   */
  readonly stripped: boolean
}

/** The tree of a block’s witnesses, and what its commitment is salted with. */
export interface WitnessTree {
  readonly tree: MerkleTree
  /** The coinbase's only witness item, 32 bytes. */
  readonly reserved: Uint8Array
}

/** OP_RETURN, a push of 36 bytes, and BIP141's four bytes. */
const COMMITMENT_PREFIX = Uint8Array.of(0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed)
const COMMITMENT_BYTES = 38
const RESERVED_BYTES = 32

/** Core: consensus/validation.h, GetWitnessCommitmentIndex: the last output that looks like one counts. */
export function witnessCommitment(coinbase: Transaction): Uint8Array | undefined {
  const output = coinbase.outputs.findLast(
    ({ script }) =>
      script.length >= COMMITMENT_BYTES && COMMITMENT_PREFIX.every((byte, position) => script[position] === byte),
  )
  return output?.script.subarray(COMMITMENT_PREFIX.length, COMMITMENT_BYTES)
}

/** SHA-256d of witness root and reserved value: what a coinbase commits to (BIP141). */
export function commitmentOf(witnessRoot: Uint8Array, reserved: Uint8Array): Uint8Array {
  const joined = new Uint8Array(64)
  joined.set(witnessRoot)
  joined.set(reserved, 32)
  return sha256d(joined)
}

/** In the witness tree these 32 zero bytes stand for the coinbase (BIP141). */
export const COINBASE_WTXID: Uint8Array = new Uint8Array(32)

/** That the header commits to these very transactions, and the coinbase to their witnesses where there are any. */
export function checkBlockBody(block: Block): BlockBody | Rejection<BlockReject> {
  return atOnce(checkBlockBodyInPieces(block))
}

/** `checkBlockBody` in pieces of some milliseconds: a full block has 16,000 transactions, and twice as many hashes. */
export function* checkBlockBodyInPieces({ header, transactions }: Block): Pieces<BlockBody | Rejection<BlockReject>> {
  const refuse = (reject: BlockReject, detail: string): Rejection<BlockReject> => ({ ok: false, reject, detail })
  const [coinbase, ...others] = transactions
  if (coinbase === undefined || !isCoinbase(coinbase)) return refuse('bad-cb-missing', 'the first is no coinbase')
  if (others.some(isCoinbase)) return refuse('bad-cb-multiple', 'there is a second coinbase')
  const txids = yield* merkleTreeInPieces(yield* hashed(transactions, transactionId))
  if (!equalBytes(txids.root, header.merkleRoot)) return refuse('bad-txnmrklroot', 'its header commits to others')
  if (txids.mutated) return refuse('bad-txns-duplicate', 'its last transactions are doubled (CVE-2012-2459)')
  const commitment = witnessCommitment(coinbase)
  if (commitment === undefined) {
    if (transactions.some(({ segwit }) => segwit)) return refuse('unexpected-witness', 'witness without commitment')
    return { ok: true, txids, witness: null, stripped: false }
  }
  const stack = coinbase.inputs[0]?.witness ?? []
  const [reserved] = stack
  if (stack.length !== 1 || reserved?.length !== RESERVED_BYTES) {
    if (transactions.every(({ segwit }) => !segwit)) return { ok: true, txids, witness: null, stripped: true }
    return refuse('bad-witness-nonce-size', 'the coinbase’s witness is not one item of 32 bytes')
  }
  const tree = yield* merkleTreeInPieces([COINBASE_WTXID, ...(yield* hashed(others, witnessTransactionId))])
  if (!equalBytes(commitmentOf(tree.root, reserved), commitment)) {
    return refuse('bad-witness-merkle-match', 'the coinbase commits to other witnesses')
  }
  return { ok: true, txids, witness: { tree, reserved }, stripped: false }
}

function* hashed(transactions: readonly Transaction[], hash: (tx: Transaction) => Uint8Array): Pieces<Uint8Array[]> {
  const hashes: Uint8Array[] = []
  for (const transaction of transactions) {
    hashes.push(hash(transaction))
    if (hashes.length % PIECE_HASHES === 0) yield
  }
  return hashes
}
