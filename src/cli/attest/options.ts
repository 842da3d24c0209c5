import { type Command, InvalidArgumentError, Option } from 'commander'
import { addOptions, bitcoindOptions, judgeOptions, shared } from '../config.ts'
import { height } from '../inputs.ts'
import { peerFlags } from '../peer-place.ts'

/** Options that every `wsc attest …` has. */
export function addAttestOptions(command: Command): Command {
  const from = command
    .requiredOption('--proof <FILE>', 'the bus proof under which it is to be checked (required)')
    .requiredOption('--out <FILE>', 'where to write it; the ending .json asks for the JSON form (required)')
  return addOptions(from, ...judgeOptions(), ...bitcoindOptions(), shared.dataDir())
    .addOption(peerFlags.peer('a peer to ask, instead of a node (repeatable)'))
    .option('--headers <FILE>', 'raw 80-byte headers, heights ascending, instead of a node')
    .option('--start-height <H>', 'height of the first header in the file', height)
    .addOption(shared.json())
}

export function addBlockOptions(command: Command): Command {
  return addAttestOptions(command)
    .option('--block <FILE>', 'the raw block, gzipped or not, with --headers')
    .addOption(
      new Option('--height <H>', 'height of its block; needed with a node that has no txindex').argParser(height),
    )
}

/** Option parser: `<txid>:<n>`. */
export function outpoint(text: string): { readonly txid: string; readonly output: number } {
  const match = /^([0-9a-f]{64}):(0|[1-9][0-9]{0,8})$/.exec(text)
  if (match === null) throw new InvalidArgumentError('write TXID:N')
  return { txid: match[1] as string, output: Number(match[2]) }
}
