import { InvalidArgumentError, Option } from 'commander'
import type { NetworkParams } from '../bitcoin/index.ts'
import type { Manifest, TransactionsProgram } from '../compute/index.ts'
import { hexToBytes } from '../lib/index.ts'
import { usageError } from './exit.ts'
import { height } from './inputs.ts'
import { more } from './option-parsers.ts'
import { readScript } from './script-argument.ts'

/** Which transactions of a chain are counted. */
export interface TransactionOptions {
  readonly script?: string
  readonly from?: number
  readonly to?: number
  readonly txid?: readonly string[]
  readonly blockFile?: readonly string[]
}

const txid = (value: string, before: readonly string[] = []) => {
  if (/^[0-9a-f]{64}$/.test(value)) return [...before, value]
  throw new InvalidArgumentError('It has 64 hexadecimal digits.')
}

/** Of commands that take it. */
export const transactionOptions = (): Option[] => [
  ...selectionOptions(),
  new Option('--block-file <FILE>', 'with --headers: a raw block of them; may be repeated').argParser(more),
]

/** The same without where blocks come from. */
export const selectionOptions = (): Option[] => [
  new Option('--script <S>', 'of transactions: the script that is paid to, in hexadecimal, or an address'),
  new Option('--from <H>', 'of transactions: height of the first block').argParser(height),
  new Option('--to <H>', 'of transactions: height of the last block (default: the last of the chain)').argParser(
    height,
  ),
  new Option(
    '--txid <ID>',
    'of transactions: one that is counted; may be repeated (default: all of these blocks that pay to the script)',
  ).argParser(txid),
]

/** The script that a program counts for: the manifest's, or the caller's where that names none. */
export function scriptOf(
  { program }: Manifest<TransactionsProgram>,
  params: NetworkParams,
  { script }: TransactionOptions,
): Uint8Array {
  return program.script === undefined ? readScript(params, script) : hexToBytes(program.script)
}

/** First and last block of those that are read; throws a usage error where the chain has not both. */
export function heightsOf(
  options: TransactionOptions,
  { height: last }: { readonly height: number },
): { readonly from: number; readonly to: number } {
  const [from, to] = [options.from as number, options.to ?? last]
  if (from <= to && to <= last) return { from, to }
  throw usageError(`--from ${from} and --to ${to} are no heights of a chain up to ${last}`)
}
