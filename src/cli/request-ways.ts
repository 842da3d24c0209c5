import type { Command } from 'commander'
import { usageError } from './exit.ts'
import { either, optionOf } from './graph-options.ts'

/** How `wsc graph request` goes: a peer is asked, or a record is inscribed, looked at or taken back. */
const WAYS = {
  peer: 'a request to a peer',
  inscribe: '--inscribe',
  status: '--status',
  cancel: '--cancel',
} as const

export type RequestWay = keyof typeof WAYS

const RECORDS: readonly RequestWay[] = ['inscribe', 'status', 'cancel']
const PAID: readonly RequestWay[] = ['inscribe', 'cancel']
const ASKS: readonly RequestWay[] = ['peer', 'inscribe']

/** The options that only some ways take. What is not here all take. */
const TAKEN: Readonly<Record<string, readonly RequestWay[]>> = {
  ...of(['peer'], '--peer', '--proof', '--out', '--seconds', '--key', '--attestation', '--content', '--source-graph'),
  ...of(['peer'], '--script', '--from', '--to', '--txid'),
  ...of(ASKS, '--arguments', '--max-constraints'),
  ...of(['inscribe'], '--input', '--blocks', '--destination', '--max-satoshis'),
  ...of(PAID, '--dry-run', '--wallet', '--fund-from', '--fee-rate', '--max-fee-rate'),
  ...of(RECORDS, '--rpc', '--rpc-cookie', '--settlement-dir'),
}

function of(ways: readonly RequestWay[], ...flags: readonly string[]): Record<string, readonly RequestWay[]> {
  return Object.fromEntries(flags.map((flag) => [flag, ways]))
}

/** Throws E_USAGE for an option on the command line that this way does not take. Environment and configuration merely go unused. */
export function requireWayOptions(way: RequestWay, command: Command): void {
  for (const [flag, ways] of Object.entries(TAKEN)) {
    if (ways.includes(way) || command.getOptionValueSource(optionOf(command, flag).attributeName()) !== 'cli') continue
    throw usageError(`${flag} is for ${either(ways.map((one) => WAYS[one]))}, and this is ${WAYS[way]}`)
  }
}
