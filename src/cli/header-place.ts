import { type Command, Option } from 'commander'
import type { HeaderRejection, NetworkParams } from '../bitcoin/index.ts'
import type { BitcoindClient } from '../bitcoin/io/index.ts'
import { fileSource, type HeaderSource } from '../bus/io/index.ts'
import { bitcoindOptions } from './config.ts'
import type { CliContext } from './context.ts'
import { usageError } from './exit.ts'
import { height, readBytes } from './inputs.ts'
import { openBitcoind, type RpcOptions } from './source.ts'

/** Where headers come from: a node, or a file in its place. */
export interface HeaderOptions extends RpcOptions {
  readonly headers?: string
  readonly startHeight?: number
}

/** Of every command that reads a chain of headers. */
export const headerOptions = (): Option[] => [
  ...bitcoindOptions(),
  new Option('--headers <FILE>', 'raw 80-byte headers, heights ascending'),
  new Option('--start-height <H>', 'height of the first header in the file (default: 0)').argParser(height),
]

/** An address from environment or configuration merely goes unused beside --headers. */
export function requireOneSource({ headers }: HeaderOptions, command: Command): void {
  if (headers !== undefined && command.getOptionValueSource('rpc') === 'cli') {
    throw usageError('give --rpc or --headers, not both')
  }
}

/** Either of both, and how it is closed. */
export type From = { readonly source: HeaderSource } | { readonly client: BitcoindClient }

export type Opened = { readonly ok: true; readonly from: From; close(): void }

/** Opens the file of headers, or the node. */
export async function openHeaders(
  params: NetworkParams,
  options: HeaderOptions,
  context: CliContext,
): Promise<Opened | HeaderRejection> {
  if (options.headers === undefined) {
    if (options.startHeight !== undefined) throw usageError('--start-height goes with --headers')
    const client = await openBitcoind(options, params, context)
    return { ok: true, from: { client }, close: () => client.close() }
  }
  const made = fileSource(await readBytes(options.headers, 'headers'), options.startHeight)
  return made.ok ? { ok: true, from: made, close: () => undefined } : made
}
