import {
  type Block,
  type BlockBody,
  checkBlockBodyInPieces,
  type MerkleTree,
  merkleBranch,
  parseEnvelopes,
  strippedBytes,
  type Transaction,
  toDisplay,
} from '../../bitcoin/index.ts'
import { atOnce, type Pieces, type Rejection } from '../../lib/index.ts'
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

/** Why an attestation cannot be made of a block. */
export type BuildReject =
  | 'bad-block'
  | 'no-such-transaction'
  | 'no-such-output'
  | 'no-such-inscription'
  | 'no-commitment'

type Built<T> = { readonly ok: true; readonly attestation: T } | Rejection<BuildReject>

const refuse = (reject: BuildReject, detail: string): Rejection<BuildReject> => ({ ok: false, reject, detail })

/**
 * That a header is in the proved chain; `place` is from a `PlaceSource`.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { attestHeader } from 'wsc-bitcoin'
 *
 * const headers = await readFile('headers.bin')
 * console.log(attestHeader({ tipHeight: 5, height: 1, path: [] }, headers.subarray(80, 160)).kind) // header
 */
export function attestHeader(place: HeaderPlace, header: Uint8Array): HeaderAttestation {
  return { kind: 'header', ...place, header }
}

/** A block whose trees are made once for all attestations about it. */
export interface OpenBlock {
  readonly block: Block
  readonly body: BlockBody
  readonly txids: ReadonlyMap<string, number>
}

/**
 * Reads a block's trees; a block whose header does not commit to its transactions is refused.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { decodeBlock, openBlock } from 'wsc-bitcoin'
 *
 * const decoded = decodeBlock(await readFile('block.bin'))
 * const opened = decoded.ok ? openBlock(decoded.block) : decoded
 * if (!opened.ok) throw new Error(opened.detail)
 * console.log(opened.open.txids.size)
 */
export function openBlock(block: Block): { readonly ok: true; readonly open: OpenBlock } | Rejection<BuildReject> {
  return atOnce(openBlockInPieces(block))
}

/** `openBlock` in pieces of some milliseconds. */
export function* openBlockInPieces(
  block: Block,
): Pieces<{ readonly ok: true; readonly open: OpenBlock } | Rejection<BuildReject>> {
  const body = yield* checkBlockBodyInPieces(block)
  if (!body.ok) return refuse('bad-block', `block ${toDisplay(block.hash)}: ${body.reject}: ${body.detail}`)
  const ids = (body.txids.levels[0] ?? []).map((id, index) => [toDisplay(id as never), index] as const)
  return { ok: true, open: { block, body, txids: new Map(ids) } }
}

/**
 * That a transaction is in a block. `txid` as explorers show it.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { attestTransaction, decodeBlock, openBlock } from 'wsc-bitcoin'
 *
 * const decoded = decodeBlock(await readFile('block.bin'))
 * const opened = decoded.ok ? openBlock(decoded.block) : decoded
 * if (!opened.ok) throw new Error(opened.detail)
 * const [txid] = opened.open.txids.keys()
 * const place = { tipHeight: 100002, height: 100002, path: [] }
 * const built = attestTransaction(place, opened.open, txid)
 * console.log(built.ok ? built.attestation.index : built.reject) // 0
 */
export function attestTransaction(place: HeaderPlace, open: OpenBlock, txid: string): Built<TransactionAttestation> {
  const index = open.txids.get(txid)
  if (index === undefined) return noTransaction(open, txid)
  return { ok: true, attestation: transactionAt(place, open, index) }
}

/**
 * That an output was made by a transaction in a block.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { attestOutput, decodeBlock, openBlock } from 'wsc-bitcoin'
 *
 * const decoded = decodeBlock(await readFile('block.bin'))
 * const opened = decoded.ok ? openBlock(decoded.block) : decoded
 * if (!opened.ok) throw new Error(opened.detail)
 * const [txid] = opened.open.txids.keys()
 * const place = { tipHeight: 100002, height: 100002, path: [] }
 * const built = attestOutput(place, opened.open, txid, 9)
 * console.log(built.ok ? built.attestation.output : built.reject) // no-such-output
 */
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

/**
 * That an envelope was revealed in a block: number `envelope` of its transaction, what ord calls `<txid>i<envelope>`.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { attestInscription, decodeBlock, openBlock } from 'wsc-bitcoin'
 *
 * const decoded = decodeBlock(await readFile('block.bin'))
 * const opened = decoded.ok ? openBlock(decoded.block) : decoded
 * if (!opened.ok) throw new Error(opened.detail)
 * const txid = [...opened.open.txids.keys()][1]
 * const place = { tipHeight: 100002, height: 100002, path: [] }
 * const built = attestInscription(place, opened.open, txid, 0)
 * console.log(built.ok ? built.attestation.envelope : built.reject) // no-such-inscription
 */
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

function noTransaction(open: OpenBlock, txid: string): Rejection<BuildReject> {
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
