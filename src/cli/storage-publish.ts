import type { Command } from 'commander'
import type { BitcoindClient } from '../bitcoin/io/index.ts'
import type { Publication } from '../settlement/index.ts'
import { type InscriberComponents, InscriberService, RecordPublisher, type Wallet } from '../settlement/io/index.ts'
import type { CliContext } from './context.ts'
import type { ExitCode } from './exit.ts'
import { costJson, costText, jobJson, jobLines, noteText } from './inscriber-text.ts'
import { rate } from './option-parsers.ts'
import type { StorageNetworkFlags } from './storage-network.ts'
import type { TableOptions } from './storage-place.ts'
import { type OpenedTable, withTable } from './storage-work.ts'
import { jsonLine } from './text.ts'
import { openOwnWallet, settlementDir, type WalletOptions, walletOption } from './wallet-place.ts'

/** Options of commands that inscribe a record of storage. */
export interface PublishOptions extends TableOptions, WalletOptions {
  readonly fundFrom?: string
  readonly feeRate?: number
  readonly maxFeeRate?: number
  readonly dryRun?: boolean
}

/** Options of commands that pay for records. */
export function withPayment(command: Command): Command {
  return command
    .addOption(walletOption())
    .option('--fund-from <NAME>', 'have this wallet of the node pay (default: the coins of --wallet)')
    .option('--fee-rate <F>', 'satoshis a virtual byte (default: the node’s estimate)', rate)
    .option('--max-fee-rate <F>', 'refuse to pay more a virtual byte', rate, 200)
}

/** Inscribes what the wallet’s key says, or tells what that costs. `said` is called once it is sent. */
export async function publish(
  context: CliContext,
  options: PublishOptions,
  saying: (wallet: Wallet, opened: OpenedTable) => Publication | Promise<Publication>,
  said: (wallet: Wallet) => void = () => undefined,
): Promise<ExitCode> {
  return await withTable(context, options, async (opened) => {
    const { client, params, inscriptions } = opened
    const wallet = await openOwnWallet(options, params, context)
    const what = await saying(wallet, opened)
    await publishRecord(context, options, { client, wallet, index: inscriptions.index }, what)
    if (options.dryRun !== true) said(wallet)
  })
}

type Paying = Omit<PublishOptions, keyof StorageNetworkFlags>

/** Inscribes a record, or with --dry-run tells what that costs. */
export async function publishRecord(
  context: CliContext,
  options: Paying,
  place: Required<Pick<InscriberComponents, 'wallet' | 'index'>> & { readonly client: BitcoindClient },
  record: Publication,
): Promise<void> {
  const { terminal } = context
  const { feeRate, json, dryRun } = options
  await withPayingInscriber(context, options, place, async (inscriber) => {
    const publisher = new RecordPublisher({ ...place, inscriber })
    if (dryRun === true) {
      const cost = await publisher.quote(record, feeRate)
      terminal.result(json ? jsonLine(costJson(cost)) : costText(cost))
    } else if ((await publisher.publish(record, feeRate)) === null) {
      terminal.note('a record that says so is on its way already: it was sent again, and nothing more is paid')
    }
  })
}

/** Does the work with who inscribes and pays, and shows what that tells. */
export async function withPayingInscriber<T>(
  context: CliContext,
  options: Paying,
  {
    wallet,
    ...of
  }: Required<Pick<InscriberComponents, 'client' | 'wallet' | 'index'>> & Pick<InscriberComponents, 'feed'>,
  work: (inscriber: InscriberService) => Promise<T>,
): Promise<T> {
  const { terminal, signal } = context
  const { fundFrom, maxFeeRate, json } = options
  const state = settlementDir(options.settlementDir, wallet.params, context)
  const inscriber = new InscriberService({ ...of, wallet, state, fundFrom, maxFeeRate, assumeCoin: options.dryRun })
  inscriber.events.on('note', (note) => terminal.note(noteText(note)))
  inscriber.events.on('cost', (cost) => terminal.note(costText(cost)))
  inscriber.events.on('job', (job) => {
    // At every tip of a feed it tells of all jobs that are not final.
    if (of.feed !== undefined) return
    for (const line of json ? [jsonLine(jobJson(job))] : jobLines(job)) terminal.result(line)
  })
  await inscriber.start(signal)
  try {
    return await work(inscriber)
  } finally {
    await inscriber.stop()
  }
}
