import { type NetworkParams, parseEnvelopes, parseInscriptionId, toDisplay } from '../../../bitcoin/index.ts'
import { type BitcoindClient, bitcoindBlocks } from '../../../bitcoin/io/index.ts'
import { openBlock } from '../../../bus/index.ts'
import { type Result, rejection } from '../../../lib/index.ts'
import { beaconDelay, type CeremonyChain } from '../../ceremony/judge-ceremony.ts'

/** Why a node does not say what a ceremony needs. */
export type ChainFactsReject = 'unknown-block' | 'no-such-inscription' | 'too-early'

/** Where an inscription is. */
export interface InscribedAt {
  readonly id: string
  /** Of its block; the node finds it where it is left out, if it has an index of transactions. */
  readonly height?: number | undefined
}

export interface ChainFacts extends CeremonyChain {
  /** Of the block that holds the inscription, and of the one whose hash is the beacon. */
  readonly height: number
  readonly beaconHeight: number
}

/**
 * Reads from a node what was inscribed, and the hash of the block that comes so many after it, both in the chain that the node
 * follows. The block's transactions are held against its header.
 */
export async function chainFacts(
  client: BitcoindClient,
  params: NetworkParams,
  { id, height }: InscribedAt,
  signal?: AbortSignal,
): Promise<Result<ChainFacts, ChainFactsReject>> {
  const options = signal === undefined ? {} : { signal }
  const parsed = parseInscriptionId(id)
  if (parsed === null) return rejection('no-such-inscription', `${id} is no inscription id`)
  const blocks = bitcoindBlocks(client)
  const located = height === undefined ? await blocks.locate(parsed.txid, signal) : { ok: true as const, height }
  if (!located.ok) return located
  const hash = await client.getBlockHash(located.height, options)
  if (hash === undefined) return rejection('unknown-block', `the node has no block ${located.height}`)
  const read = await blocks.block(hash, signal)
  if (!read.ok) return rejection('unknown-block', read.detail)
  const opened = openBlock(read.block)
  if (!opened.ok) return rejection('unknown-block', opened.detail)
  const index = opened.open.txids.get(parsed.txid)
  const transaction = index === undefined ? undefined : read.block.transactions[index]
  const body = transaction === undefined ? undefined : parseEnvelopes(transaction)[parsed.index]?.body
  if (body == null)
    return rejection('no-such-inscription', `block ${located.height} holds no inscription ${id} with a body`)
  const beaconHeight = located.height + beaconDelay(params)
  const beacon = await client.getBlockHash(beaconHeight, options)
  if (beacon === undefined)
    return rejection('too-early', `block ${beaconHeight}, whose hash is the beacon, is not there yet`)
  return { ok: true, inscribed: body, beaconBlock: toDisplay(beacon), height: located.height, beaconHeight }
}
