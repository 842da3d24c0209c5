import { type Block, toDisplay } from '../bitcoin/index.ts'
import { bitcoindBlocks } from '../bitcoin/io/index.ts'
import type { BlockSource } from '../bus/index.ts'
import { rejection } from '../lib/index.ts'
import { readBlockFile } from './block-file.ts'
import type { CliContext } from './context.ts'
import { usageError } from './exit.ts'
import type { GraphRunOptions } from './graph-place.ts'
import { readNetwork } from './inputs.ts'
import { openBitcoind } from './source.ts'

/** Where blocks come from, and how it is closed. */
export interface OpenBlocks {
  readonly blocks: Pick<BlockSource, 'block'>
  close(): void
}

/** The node; with a file of headers, files of blocks. */
export async function openBlocks(
  options: GraphRunOptions & { readonly blockFile?: readonly string[] },
  context: CliContext,
): Promise<OpenBlocks> {
  const { headers, blockFile: files = [] } = options
  if (headers === undefined) {
    if (files.length > 0) throw usageError('--block-file goes with --headers: files, or a node')
    const client = await openBitcoind(options, await readNetwork(options.network), context)
    return { blocks: bitcoindBlocks(client), close: () => client.close() }
  }
  const blocks = new Map<string, Block>()
  for (const file of files) {
    const read = await readBlockFile(file)
    if (!read.ok) throw usageError(`${file} is no raw block: ${read.reject}: ${read.detail}`)
    blocks.set(toDisplay(read.block.hash), read.block)
  }
  const source: OpenBlocks['blocks'] = {
    async block(hash) {
      const block = blocks.get(toDisplay(hash))
      return block === undefined
        ? rejection('no-such-block', `no file of block ${toDisplay(hash)} was given by --block-file`)
        : { ok: true, block }
    },
  }
  return { blocks: source, close: () => undefined }
}
