import { providerDraft, withdrawalDraft } from '../../../storage/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import { loadPeerKey } from '../../p2p/index.ts'
import { composeInscription, type Draft } from '../../settlement/index.ts'
import { InscriberService, type Wallet } from '../../settlement/io/index.ts'
import type { AddCommand, Runner } from '../command.ts'
import { examples } from '../command.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { costText, jobJson, jobLines, noteText } from '../inscriber-text.ts'
import { rate } from '../storage-arguments.ts'
import { type OpenedStorage, type StorageOptions, withStorage, withStorageNode } from '../storage-place.ts'
import { jsonLine } from '../text.ts'
import { openOwnWallet, settlementDir, settlementDirOption, type WalletOptions, walletOption } from '../wallet-place.ts'

interface Options extends StorageOptions, WalletOptions {
  readonly settlementDir?: string
  readonly feeRate?: number
  readonly maxFeeRate?: number
}

export const addStorageRegister: AddCommand = (parent, run) => {
  const register =
    'inscribe that the wallet’s key provides, by the peer of --storage-dir; both sign, for a year of blocks'
  add(parent, run, 'register', register, async (opened, wallet, context) => {
    const { name, key, secretKey } = await loadPeerKey(opened.places.identity)
    context.terminal.note(`peer ${name} provides for ${bytesToHex(wallet.publicKey)}`)
    const at = await contextOf(opened, wallet)
    return providerDraft(opened.storage, wallet.publicKey, { key, secretKey }, at)
  })
}

export const addStorageRetire: AddCommand = (parent, run) => {
  const retire = 'inscribe that the wallet’s key provides no longer: advice to others'
  add(parent, run, 'retire', retire, async (opened, wallet) => withdrawalDraft(await contextOf(opened, wallet)))
}

type Drafting = (opened: OpenedStorage, wallet: Wallet, context: CliContext) => Promise<Draft>

function add(parent: Parameters<AddCommand>[0], run: Runner, name: string, what: string, draft: Drafting): void {
  withStorage(parent.command(name))
    .description(what)
    .addOption(walletOption())
    .addOption(settlementDirOption())
    .option('--fee-rate <F>', 'satoshis a virtual byte (default: the node’s estimate)', rate)
    .option('--max-fee-rate <F>', 'refuse to pay more a virtual byte', rate, 200)
    .addHelpText('after', examples(`storage ${name} --network regtest`))
    .action(run((context, options: Options) => inscribe(context, options, draft)))
}

async function inscribe(context: CliContext, options: Options, drafting: Drafting): Promise<ExitCode> {
  const { terminal, signal } = context
  return await withStorageNode(
    context,
    options,
    ({ client: folder }) => ({ folder }),
    async (opened) => {
      const { params, client, node } = opened
      await node.table.caughtUp()
      const wallet = await openOwnWallet(options, params, context)
      const composed = composeInscription(await drafting(opened, wallet, context), wallet)
      if (!composed.ok) throw new RangeError(`${composed.reject}: ${composed.detail}`)
      const state = settlementDir(options.settlementDir, params, context)
      const inscriber = new InscriberService({ wallet, client, state, maxFeeRate: options.maxFeeRate })
      inscriber.events.on('note', (note) => terminal.note(noteText(note)))
      inscriber.events.on('cost', (cost) => terminal.note(costText(cost)))
      inscriber.events.on('job', (job) => {
        for (const line of options.json ? [jsonLine(jobJson(job))] : jobLines(job)) terminal.result(line)
      })
      await inscriber.start(signal)
      try {
        await inscriber.inscribe([composed.envelope], options.feeRate)
      } finally {
        await inscriber.stop()
      }
      return EXIT.valid
    },
  )
}

/** Signed under the tip; after the author's records that are in the table. */
async function contextOf({ client, node }: OpenedStorage, wallet: Wallet) {
  const { height, hash: blockHash } = await client.getBestBlock()
  const author = bytesToHex(wallet.publicKey)
  const known = node.table.table.providers.list().find((one) => one.author === author)
  return { height, blockHash, seq: (known?.seq ?? 0) + 1 }
}
