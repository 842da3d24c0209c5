import type { Command } from 'commander'
import { isName, namePublication } from '../../../storage/index.ts'
import { bytesToHex, hexToBytes } from '../../lib/index.ts'
import type { AddCommand, Runner } from '../command.ts'
import { examples } from '../command.ts'
import type { CliContext } from '../context.ts'
import { EXIT, usageError } from '../exit.ts'
import { hex32, readNetwork } from '../inputs.ts'
import { type TableOptions, withTableOptions } from '../storage-place.ts'
import { type PublishOptions, publish, withPayment } from '../storage-publish.ts'
import { uriOf } from '../storage-uri.ts'
import { withTable } from '../storage-work.ts'
import { jsonLine } from '../text.ts'
import { openOwnWallet, type WalletOptions, walletOption } from '../wallet-place.ts'

export const addStorageName: AddCommand = (parent, run) => {
  const name = parent.command('name').description('names of blobs, each in its author’s own name space')
  for (const add of [addSet, addGet, addList]) add(name, run)
}

const HELP = `
A name holds for 4,320 blocks from its record's on; set it again to renew it. The last one that its author set holds.
`

function addSet(parent: Command, run: Runner): void {
  withPayment(withTableOptions(parent.command('set')))
    .description('have a name of the wallet’s key mean a blob: inscribes a signed record')
    .argument('<NAME>', '1 to 63 of a-z, 0-9, . and -')
    .argument('[ID]', 'of the blob, 64 hex digits; none takes the name back', hex32)
    .option('--dry-run', 'tell the cost and send nothing')
    .addHelpText('after', HELP + examples('storage name set site ID --network regtest'))
    .action(
      run(async (context, name: string, id: string | undefined, options: PublishOptions) => {
        requireName(name)
        const network = await readNetwork(options.network)
        return await publish(
          context,
          options,
          () => namePublication(name, id === undefined ? null : hexToBytes(id)),
          ({ publicKey }) => {
            const uri = uriOf({ kind: 'name', name, author: bytesToHex(publicKey) }, network)
            if (id !== undefined && uri !== null) context.terminal.result(options.json ? jsonLine({ uri }) : uri)
          },
        )
      }),
    )
}

function addGet(parent: Command, run: Runner): void {
  withTableOptions(parent.command('get'))
    .description('what a name means at the node’s tip')
    .argument('<NAME>', 'the name')
    .argument('[AUTHOR]', 'the key of its author, 64 hex digits (default: that of --wallet)', hex32)
    .addOption(walletOption())
    .addHelpText(
      'after',
      examples('storage name get site --network regtest', 'storage name get site AUTHOR --network regtest'),
    )
    .action(
      run(async (context, name: string, said: string | undefined, options: TableOptions & WalletOptions) => {
        requireName(name)
        const author = said ?? bytesToHex(await ownKey(context, options))
        let there = false
        await withTable(context, options, ({ service: { table, tip } }) => {
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
        const network = await readNetwork(options.network)
        return await withTable(context, options, ({ service: { table, tip } }) => {
          for (const named of table.names.list(tip?.height ?? 0, options.author)) {
            const { name, author, id, until } = named
            const uri = uriOf({ kind: 'name', name, author }, network)
            const line = `${uri ?? `${name} of ${author}`}  ${id}  until height ${until - 1}`
            context.terminal.result(options.json ? jsonLine({ ...named, uri }) : line)
          }
        })
      }),
    )
}

async function ownKey(context: CliContext, options: WalletOptions): Promise<Uint8Array> {
  return (await openOwnWallet(options, await readNetwork(options.network), context)).publicKey
}

function requireName(name: string): void {
  if (!isName(name)) throw usageError(`${name.slice(0, 80)} is no name: write 1 to 63 of a-z, 0-9, . and -`)
}
