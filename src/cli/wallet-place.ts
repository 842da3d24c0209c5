import { Option } from 'commander'
import type { NetworkParams } from '../bitcoin/index.ts'
import { openWallet, readPrivate, settlementPlaces, type Wallet } from '../settlement/io/index.ts'
import type { CliContext } from './context.ts'
import { usageError } from './exit.ts'
import { dataHome } from './places.ts'

export interface WalletOptions {
  readonly network?: string
  readonly wallet?: string
}

export const walletOption = () =>
  new Option('--wallet <FILE>', 'the wallet (default: $XDG_DATA_HOME/wsc/<network>/wallet.json)').env('WSC_WALLET')

export function walletFile(options: WalletOptions, params: NetworkParams, { env }: CliContext): string {
  return options.wallet ?? settlementPlaces(dataHome(env), params).wallet
}

/** Never an argument: other users can read those. */
export async function passphrase({ env }: CliContext): Promise<string | undefined> {
  if (env.WSC_WALLET_PASSPHRASE !== undefined) return env.WSC_WALLET_PASSPHRASE
  const file = env.WSC_WALLET_PASSPHRASE_FILE
  return file ? (await readPrivate(file)).split(/\r?\n/, 1)[0] : undefined
}

/**
 * What a new wallet is encrypted by. An empty one is a mistake (a variable set to nothing, a file whose first line is
 * blank) by which anybody could open it. To open a wallet it may be given: an earlier one may have been made so.
 */
export async function newPassphrase(context: CliContext): Promise<string | undefined> {
  const given = await passphrase(context)
  if (given === undefined || given.trim() !== '') return given
  const from = context.env.WSC_WALLET_PASSPHRASE === undefined ? context.env.WSC_WALLET_PASSPHRASE_FILE : undefined
  const what = from === undefined ? 'WSC_WALLET_PASSPHRASE is empty' : `the first line of ${from} is empty`
  throw usageError(`${what}: write a passphrase there, or unset the variable for a wallet that is not encrypted`)
}

export async function openOwnWallet(
  options: WalletOptions,
  params: NetworkParams,
  context: CliContext,
): Promise<Wallet> {
  return await openWallet(walletFile(options, params, context), { params, passphrase: await passphrase(context) })
}

export const settlementDirOption = () =>
  new Option(
    '--settlement-dir <D>',
    'what is being inscribed, and the index (default: $XDG_DATA_HOME/wsc/<network>/settlement)',
  ).env('WSC_SETTLEMENT_DIR')

/** Where the state of inscribing and scanning lies. */
export function settlementDir(dir: string | undefined, params: NetworkParams, { env }: CliContext): string {
  return dir ?? settlementPlaces(dataHome(env), params).state
}
