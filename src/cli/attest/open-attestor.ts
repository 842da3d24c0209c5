import type { NetworkParams } from '../../bitcoin/index.ts'
import { type BitcoindClient, bitcoindBlocks } from '../../bitcoin/io/index.ts'
import { Attestor, type BlockSource, type PlaceSource, type ProvedChain } from '../../bus/index.ts'
import {
  bitcoindSource,
  fileSource,
  type HeaderSource,
  type History,
  memoryTable,
  provedPlaces,
} from '../../bus/io/index.ts'
import type { CliContext } from '../context.ts'
import { UsageError } from '../exit.ts'
import { readBytes } from '../inputs.ts'
import type { Judge } from '../proved-chain.ts'
import { openBitcoind, type RpcOptions } from '../source.ts'
import { fileBlocks, readBlock } from './file-blocks.ts'
import { openHistory, sparedTable } from './open-history.ts'

/** Where an attestation's material comes from. */
export interface MaterialOptions extends RpcOptions {
  readonly block?: string
  readonly headers?: string
  readonly startHeight?: number
  readonly dataDir?: string
}

export interface OpenAttestor {
  readonly attestor: Attestor
  readonly places: PlaceSource
  close(): Promise<void>
}

/** Material for attestations under one proof: from files alone, or from a node and the history store. */
export async function openAttestor(
  options: MaterialOptions,
  judge: Judge,
  chain: ProvedChain,
  context: CliContext,
): Promise<OpenAttestor> {
  const { source, blocks, client } = await openMaterial(options, judge.params, context)
  let history: History | undefined
  const close = async () => {
    await history?.close()
    client?.close()
  }
  try {
    const table = client === undefined ? memoryTable() : await sparedTable(options.dataDir, judge, context)
    history = await openHistory(judge, table)
    await history.sync(source, chain.height, context.signal)
    const places = await provedPlaces(history, chain)
    return { attestor: new Attestor(places, blocks), places, close }
  } catch (error) {
    await close()
    throw error
  }
}

interface Material {
  readonly source: HeaderSource
  readonly blocks: BlockSource
  readonly client?: BitcoindClient
}

async function openMaterial(options: MaterialOptions, params: NetworkParams, context: CliContext): Promise<Material> {
  if (options.headers === undefined) {
    if (options.startHeight !== undefined) throw new UsageError('--start-height goes with --headers')
    if (options.block !== undefined) throw new UsageError('--block goes with --headers: both files, or a node')
    const client = await openBitcoind(options, params, context)
    return { source: bitcoindSource(client), blocks: bitcoindBlocks(client), client }
  }
  const { startHeight = 0 } = options
  const headers = await readBytes(options.headers, 'headers')
  const block = options.block === undefined ? undefined : await readBlock(options.block)
  const made = fileSource(headers, startHeight)
  if (!made.ok) throw new UsageError(`${options.headers}: ${made.detail}`)
  return { source: made.source, blocks: fileBlocks(headers, startHeight, block) }
}
