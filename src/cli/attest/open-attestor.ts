import type { Block } from '../../bitcoin/index.ts'
import { chainStart, type ProvedChain } from '../../bus/index.ts'
import { type AttestMaterial, fileSource, type OpenAttestor, openAttestor } from '../../bus/io/index.ts'
import { readBlockFile } from '../block-file.ts'
import type { CliContext } from '../context.ts'
import { usageError } from '../exit.ts'
import { readBytes } from '../inputs.ts'
import { dataDir } from '../places.ts'
import type { Judge } from '../proved-chain.ts'
import { openBitcoind, type RpcOptions } from '../source.ts'

/** Where an attestation's material comes from. */
export interface MaterialOptions extends RpcOptions {
  readonly block?: string
  readonly headers?: string
  readonly startHeight?: number
  readonly dataDir?: string
  readonly peer?: readonly string[]
}

/** What makes attestations under one proof: from files alone, or from a node and the history store. */
export async function attestorOf(
  options: MaterialOptions,
  { params, anchor, verifier }: Judge,
  chain: ProvedChain,
  context: CliContext,
): Promise<OpenAttestor> {
  const { terminal, env, signal } = context
  const open = (material: AttestMaterial) =>
    openAttestor({
      params,
      anchor,
      verifier,
      chain,
      material,
      signal,
      onSpared: () => terminal.note('a prover holds the history store: made anew from the node’s headers, in memory'),
    })
  if (options.headers !== undefined) return await open(await readMaterial(options, options.headers))
  requireNode(options)
  const client = await openBitcoind(options, params, context)
  try {
    const dir = options.dataDir ?? dataDir(env, params, chainStart(params, anchor))
    const opened = await open({ client, dir })
    return {
      ...opened,
      async close() {
        await opened.close()
        client.close()
      },
    }
  } catch (error) {
    client.close()
    throw error
  }
}

/** The peers that are asked instead of a node or of files; undefined where none is. */
export function peersOf({ peer, headers, block, startHeight }: MaterialOptions): readonly string[] | undefined {
  if (peer !== undefined && (headers ?? block ?? startHeight) !== undefined) {
    throw usageError('--peer stands instead of --headers and what goes with them: peers, or files')
  }
  return peer
}

function requireNode({ startHeight, block }: MaterialOptions): void {
  if (startHeight !== undefined) throw usageError('--start-height goes with --headers')
  if (block !== undefined) throw usageError('--block goes with --headers: both files, or a node')
}

async function readMaterial(options: MaterialOptions, file: string): Promise<AttestMaterial> {
  const { startHeight = 0 } = options
  const headers = await readBytes(file, 'headers')
  const block = options.block === undefined ? undefined : await readBlock(options.block)
  const made = fileSource(headers, startHeight)
  if (!made.ok) throw usageError(`${file}: ${made.detail}`)
  return { source: made.source, headers, startHeight, block }
}

/** One raw block from a file, gzipped or not; the header's own work is judged with the attestation. */
async function readBlock(file: string): Promise<Block> {
  const read = await readBlockFile(file)
  if (read.ok) return read.block
  throw usageError(`${file} is no raw block: ${read.reject}: ${read.detail}`)
}
