import {
  type Block,
  type BlockBody,
  checkBlockBody,
  type MerkleTree,
  merkleBranch,
  parseEnvelopes,
  strippedBytes,
  type Transaction,
  toDisplay,
} from '../../bitcoin/index.ts'
import type { AccumulatorPath } from '../accumulator-path.ts'
import {
  type HeaderAttestation,
  type InscriptionAttestation,
  type JointBranch,
  type OutputAttestation,
  ownLevels,
  type TransactionAttestation,
} from './attestation.ts'

/** Where a block's header stands in a proved chain: from the history store, or a path supplement. */
export interface HeaderPlace {
  readonly tipHeight: number
  readonly height: number
  readonly path: AccumulatorPath
}

export type BuildReject =
  | 'bad-block'
  | 'no-such-transaction'
  | 'no-such-output'
  | 'no-such-inscription'
  | 'no-commitment'

export interface BuildRejection {
  readonly ok: false
  readonly reject: BuildReject
  readonly detail: string
}

type Built<T> = { readonly ok: true; readonly attestation: T } | BuildRejection

const refuse = (reject: BuildReject, detail: string): BuildRejection => ({ ok: false, reject, detail })

/** That a header is in the proved chain. */
export function attestHeader(place: HeaderPlace, header: Uint8Array): HeaderAttestation {
  return { kind: 'header', ...place, header }
}

/** A block whose trees are made once for all attestations about it. */
export interface OpenBlock {
  readonly block: Block
  readonly body: BlockBody
  readonly txids: ReadonlyMap<string, number>
}

/** Reads a block's trees; a block whose header does not commit to its transactions is refused. */
export function openBlock(block: Block): { readonly ok: true; readonly open: OpenBlock } | BuildRejection {
  const body = checkBlockBody(block)
  if (!body.ok) return refuse('bad-block', `block ${toDisplay(block.hash)}: ${body.reject}: ${body.detail}`)
  const ids = (body.txids.levels[0] ?? []).map((id, index) => [toDisplay(id as never), index] as const)
  return { ok: true, open: { block, body, txids: new Map(ids) } }
}

/** `txid` as explorers show it. */
export function attestTransaction(place: HeaderPlace, open: OpenBlock, txid: string): Built<TransactionAttestation> {
  const index = open.txids.get(txid)
  if (index === undefined) return noTransaction(open, txid)
  return { ok: true, attestation: transactionAt(place, open, index) }
}

export function attestOutput(
  place: HeaderPlace,
  open: OpenBlock,
  txid: string,
  output: number,
): Built<OutputAttestation> {
  const built = attestTransaction(place, open, txid)
  if (!built.ok) return built
  const { attestation } = built
  if (open.block.transactions[attestation.index]?.outputs[output] === undefined) {
    return refuse('no-such-output', `${txid} has no output ${output}`)
  }
  return { ok: true, attestation: { ...attestation, kind: 'output', output } }
}

/** Envelope number `envelope` of a transaction: what ord calls `<txid>i<envelope>`. */
export function attestInscription(
  place: HeaderPlace,
  open: OpenBlock,
  txid: string,
  envelope: number,
): Built<InscriptionAttestation> {
  const { block, body, txids } = open
  const index = txids.get(txid)
  if (index === undefined) return noTransaction(open, txid)
  const transaction = block.transactions[index] as Transaction
  const found = parseEnvelopes(transaction)[envelope]
  if (found === undefined || index === 0) return refuse('no-such-inscription', `${txid} has no envelope ${envelope}`)
  if (body.witness === null) return refuse('no-commitment', 'the block commits to no witnesses')
  return {
    ok: true,
    attestation: {
      kind: 'inscription',
      ...place,
      header: block.headerBytes,
      index,
      coinbase: strippedBytes(block.transactions[0] as Transaction),
      coinbaseBranch: merkleBranch(body.txids, 0),
      transaction: transaction.bytes,
      witnessBranch: merkleBranch(body.witness.tree, index),
      reserved: body.witness.reserved,
      input: found.input,
      envelope,
    },
  }
}

function noTransaction(open: OpenBlock, txid: string): BuildRejection {
  return refuse('no-such-transaction', `block ${toDisplay(open.block.hash)} does not hold ${txid}`)
}

function transactionAt(place: HeaderPlace, { block, body }: OpenBlock, index: number): TransactionAttestation {
  const [coinbase, own] = [block.transactions[0], block.transactions[index]] as [Transaction, Transaction]
  return {
    kind: 'tx',
    ...place,
    header: block.headerBytes,
    index,
    coinbase: strippedBytes(coinbase),
    transaction: index === 0 ? null : strippedBytes(own),
    branch: jointBranch(body.txids, index),
  }
}

function jointBranch(tree: MerkleTree, index: number): JointBranch {
  const coinbase = merkleBranch(tree, 0)
  if (index === 0) return { coinbase: [], transaction: [], shared: coinbase }
  const own = ownLevels(index)
  return {
    coinbase: coinbase.slice(0, own),
    transaction: merkleBranch(tree, index).slice(0, own),
    shared: coinbase.slice(own + 1),
  }
}
