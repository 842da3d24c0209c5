import type { Command } from 'commander'
import { chainNumber, formatUri, isName, nameDraft } from '../../../storage/index.ts'
import { bytesToHex, hexToBytes } from '../../lib/index.ts'
import { composeInscription } from '../../settlement/index.ts'
import { InscriberService } from '../../settlement/io/index.ts'
import type { AddCommand, Runner } from '../command.ts'
import { examples } from '../command.ts'
import { EXIT, usageError } from '../exit.ts'
import { hex32, readNetwork } from '../inputs.ts'
import { costText, jobJson, jobLines, noteText } from '../inscriber-text.ts'
import { openBitcoind } from '../source.ts'
import { rate } from '../storage-arguments.ts'
import { type TableOptions, withTable, withTableOptions } from '../storage-table.ts'
import { jsonLine } from '../text.ts'
import { openOwnWallet, settlementDir, type WalletOptions, walletOption } from '../wallet-place.ts'

interface SetOptions extends TableOptions, WalletOptions {
  readonly fundFrom?: string
  readonly feeRate?: number
  readonly maxFeeRate?: number
  readonly dryRun?: boolean
}

export const addStorageName: AddCommand = (parent, run) => {
  const name = parent.command('name').description('names of blobs, each in its author’s own name space')
  for (const add of [addSet, addGet, addList]) add(name, run)
}

const HELP = `
A name holds for 4,320 blocks from its record's on; set it again to renew it. The last one that its author set holds.
`

function addSet(parent: Command, run: Runner): void {
  withTableOptions(parent.command('set'))
    .description('have a name of the wallet’s key mean a blob: inscribes a signed record')
    .argument('<NAME>', '1 to 63 of a-z, 0-9, . and -')
    .argument('[ID]', 'of the blob, 64 hex digits; none takes the name back', hex32)
    .addOption(walletOption())
    .option('--fund-from <NAME>', 'have this wallet of the node pay (default: the coins of --wallet)')
    .option('--fee-rate <F>', 'satoshis a virtual byte (default: the node’s estimate)', rate)
    .option('--max-fee-rate <F>', 'refuse to pay more a virtual byte', rate, 200)
    .option('--dry-run', 'tell the cost and send nothing')
    .addHelpText('after', HELP + examples('storage name set site ID --network regtest'))
    .action(
      run(async (context, name: string, id: string | undefined, options: SetOptions) => {
        requireName(name)
        const { terminal, signal } = context
        const params = await readNetwork(options.network)
        const wallet = await openOwnWallet(options, params, context)
        const author = bytesToHex(wallet.publicKey)
        let seq = 0
        await withTable(context, options, ({ table }) => {
          seq = (table.names.lastSeq(author, name) ?? 0) + 1
        })
        const client = await openBitcoind(options, params, context)
        const { fundFrom, maxFeeRate } = options
        const state = settlementDir(options.settlementDir, params, context)
        const inscriber = new InscriberService({ wallet, client, state, fundFrom, maxFeeRate })
        inscriber.events.on('note', (note) => terminal.note(noteText(note)))
        inscriber.events.on('cost', (cost) => terminal.note(costText(cost)))
        inscriber.events.on('job', (job) => {
          for (const line of options.json ? [jsonLine(jobJson(job))] : jobLines(job)) terminal.result(line)
        })
        try {
          const { height, hash: blockHash } = await client.getBestBlock()
          const draft = nameDraft(name, id === undefined ? null : hexToBytes(id), { height, blockHash, seq })
          const made = composeInscription(draft, wallet)
          if (!made.ok) throw usageError(made.detail)
          await inscriber.start(signal)
          try {
            if (options.dryRun) terminal.result(costText(await inscriber.quote([made.envelope], options.feeRate)))
            else await inscriber.inscribe([made.envelope], options.feeRate)
          } finally {
            await inscriber.stop()
          }
          return EXIT.valid
        } finally {
          client.close()
        }
      }),
    )
}

function addGet(parent: Command, run: Runner): void {
  withTableOptions(parent.command('get'))
    .description('what a name means at the node’s tip')
    .argument('<NAME>', 'the name')
    .argument('<AUTHOR>', 'the key of its author, 64 hex digits', hex32)
    .addHelpText('after', examples('storage name get site AUTHOR --network regtest'))
    .action(
      run(async (context, name: string, author: string, options: TableOptions) => {
        requireName(name)
        let there = false
        await withTable(context, options, ({ table, tip }) => {
          const height = tip?.height ?? 0
          const named = table.names.resolve(author, name, height)
          there = named !== null
          if (options.json) context.terminal.result(jsonLine({ asOf: height, named }))
          else if (named === null)
            context.terminal.note(`nothing is named ${name} by this author as of height ${height}`)
          else
            context.terminal.result(
              `${named.id}  number ${named.seq}, until height ${named.until - 1}; as of ${height}`,
            )
        })
        return there ? EXIT.valid : EXIT.invalid
      }),
    )
}

function addList(parent: Command, run: Runner): void {
  withTableOptions(parent.command('list'))
    .description('every name that holds at the node’s tip')
    .option('--author <KEY>', 'of this author alone (64 hex digits)', hex32)
    .addHelpText('after', examples('storage name list --network regtest'))
    .action(
      run(async (context, options: TableOptions & { readonly author?: string }) => {
        const chain = chainNumber(await readNetwork(options.network))
        return await withTable(context, options, ({ table, tip }) => {
          for (const named of table.names.list(tip?.height ?? 0, options.author)) {
            const { name, author, id, until } = named
            const target = { kind: 'name', name, author } as const
            const uri = chain === null ? null : formatUri({ target, chain, path: '', folder: true, type: null })
            const line = `${uri ?? `${name} of ${author}`}  ${id}  until height ${until - 1}`
            context.terminal.result(options.json ? jsonLine({ ...named, uri }) : line)
          }
        })
      }),
    )
}

function requireName(name: string): void {
  if (!isName(name)) throw usageError(`${name.slice(0, 80)} is no name: write 1 to 63 of a-z, 0-9, . and -`)
}
