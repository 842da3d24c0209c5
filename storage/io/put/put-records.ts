import type { BlockHash } from '../../../src/bitcoin/index.ts'
import type { BitcoindClient } from '../../../src/bitcoin/io/index.ts'
import { bytesToHex } from '../../../src/lib/index.ts'
import { composeInscription } from '../../../src/settlement/index.ts'
import type { Cost, InscriberService, Wallet } from '../../../src/settlement/io/index.ts'
import { storageError } from '../../errors.ts'
import { priceAt, type StorageParams } from '../../params.ts'
import { blobDraft } from '../../records/drafts.ts'
import { MAX_ENTRIES } from '../../table/tree.ts'
import type { TableService } from '../table-service.ts'
import type { EncodedContent, ReadyBlob } from './encode-content.ts'
import { envelopesOf, type PutJob, paysOf } from './put-job.ts'
import type { Tip } from './tips.ts'

/** Inscriptions that have one commit: all are relayed together. */
const BATCH = 24
/** The price is that of the dearest of so many blocks to come. */
const PRICE_BLOCKS = 144

/** What content costs, beside the time until its records are in blocks. */
export interface PutCost {
  /** Of the records that are not in the table yet, a commit each 24. */
  readonly inscribing: readonly Cost[]
  /** Satoshis: a price a chunk, which nobody can spend any more. */
  readonly burn: bigint
  /** Satoshis for providers. */
  readonly tips: bigint
}

export interface PutRecordsComponents {
  readonly table: Pick<TableService, 'table'>
  readonly inscriber: Pick<InscriberService, 'quote'>
  readonly client: Pick<BitcoindClient, 'getBestBlock'>
  readonly wallet: Wallet
  readonly params: StorageParams
}

/** Signs the records of the blobs that are not in the table: those that are have been paid for. Throws E_NOT_COUNTED. */
export async function signRecords(
  { table, client, wallet, params }: PutRecordsComponents,
  { blobs }: Pick<EncodedContent, 'blobs'>,
  tips: readonly Tip[],
): Promise<PutJob> {
  const { hash, height } = await client.getBestBlock()
  const lacking = blobs.filter(({ id }) => table.table.blobs.entry(id) === null)
  const room = MAX_ENTRIES - table.table.blobs.entries.length
  if (lacking.length > room) {
    const detail = `${lacking.length} blobs would be new, and the table has room for ${room} more`
    throw storageError('E_NOT_COUNTED', `nothing was paid: table-full: ${detail}`)
  }
  const price = dearest(params, height)
  const records = lacking.map(({ id, blob }) => ({
    id,
    envelope: bytesToHex(envelopeOf(blob, { height, hash }, wallet)),
    burn: (price * BigInt(blob.shape.chunks)).toString(),
    tips: tips.map(({ author, value }) => ({ author, value: value.toString() })),
  }))
  const batches = Array.from({ length: Math.ceil(records.length / BATCH) }, (_, i) => {
    return records.slice(i * BATCH, (i + 1) * BATCH)
  })
  return { format: 1, batches }
}

export async function costOf(
  { inscriber }: Pick<PutRecordsComponents, 'inscriber'>,
  { batches }: PutJob,
  feeRate?: number,
): Promise<PutCost> {
  const inscribing: Cost[] = []
  for (const batch of batches) inscribing.push(await inscriber.quote(envelopesOf(batch), feeRate, paysOf(batch)))
  const sum = (values: readonly string[]) => values.reduce((total, value) => total + BigInt(value), 0n)
  const records = batches.flat()
  return {
    inscribing,
    burn: sum(records.map(({ burn }) => burn)),
    tips: sum(records.flatMap(({ tips }) => tips.map(({ value }) => value))),
  }
}

function dearest(params: StorageParams, height: number): bigint {
  const ahead = params.price.filter(({ from }) => from > height && from <= height + PRICE_BLOCKS)
  return [priceAt(params, height), ...ahead.map(({ satoshis }) => satoshis)].reduce((a, b) => (a > b ? a : b))
}

function envelopeOf(
  blob: ReadyBlob['blob'],
  at: { readonly height: number; readonly hash: BlockHash },
  wallet: Wallet,
) {
  const made = composeInscription(blobDraft(blob, { height: at.height, blockHash: at.hash, seq: 1 }), wallet)
  if (!made.ok) throw new RangeError(`a record that is none: ${made.reject}: ${made.detail}`)
  return made.envelope
}
