import type { Command } from 'commander'
import type { Estimates, TableService } from '../../../storage/io/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import type { AddCommand, Runner } from '../command.ts'
import { examples } from '../command.ts'
import { partitions } from '../storage-arguments.ts'
import { estimateJson, estimateLines, readEstimates } from '../storage-estimates.ts'
import { peerOption, type TableOptions, withTableOptions } from '../storage-place.ts'
import { withTable } from '../storage-work.ts'
import { jsonLine, plural } from '../text.ts'
import { addStorageCertify } from './storage-certify.ts'
import { addStorageGateway } from './storage-gateway.ts'
import { addStorageGet } from './storage-get.ts'
import { addStorageName } from './storage-name.ts'
import { addStoragePut } from './storage-put.ts'
import { addStorageRefresh } from './storage-refresh.ts'
import { addStorageRegister, addStorageRetire } from './storage-register.ts'
import { addStorageScrub } from './storage-scrub.ts'
import { addStorageServe } from './storage-serve.ts'
import { type StatusOptions, showHolders } from './storage-status.ts'
import { addStorageVerify } from './storage-verify.ts'
import { addStorageWatch } from './storage-watch.ts'

export const addStorage: AddCommand = (parent, run) => {
  const storage = parent
    .command('storage')
    .description('large content beside Bitcoin: storing it, keeping it for others, and reading it by URI')
  addStoragePut(storage, run)
  addStorageGet(storage, run)
  addList(storage, run)
  addStatus(storage, run)
  addStorageName(storage, run)
  addStorageGateway(storage, run)
  addStorageServe(storage, run)
  addStorageWatch(storage, run)
  addStorageScrub(storage, run)
  addStorageCertify(storage, run)
  addStorageVerify(storage, run)
  addStorageRefresh(storage, run)
  addStorageRegister(storage, run)
  addStorageRetire(storage, run)
}

function addList(parent: Command, run: Runner): void {
  withTableOptions(parent.command('ls'))
    .description('bring the table to the node’s tip and list the blobs that count, in order')
    .addHelpText('after', examples('storage ls --network regtest', 'storage ls --json'))
    .action(
      run(async (context, options: TableOptions) => {
        return await withTable(context, options, ({ service: { table } }) => {
          for (const entry of table.blobs.entries) {
            const { id, length, chunks, first, height, author } = entry
            const where = `height ${height}  position ${first}, ${plural(chunks, 'chunk')}`
            const line = `${id}  ${where}  ${length} bytes  by ${author}`
            context.terminal.result(options.json ? jsonLine(entry) : line)
          }
        })
      }),
    )
}

function addStatus(parent: Command, run: Runner): void {
  withTableOptions(parent.command('status'))
    .description(
      'the table at the node’s tip: its root, partitions, estimates of replicas, providers; with --peer who holds them',
    )
    .addOption(peerOption())
    .option('--partition <P>', 'with --peer, which: 0 or 0,2 or 0-3 (default: all of the table)', partitions)
    .addHelpText('after', examples('storage status --network regtest', 'storage status --json'))
    .action(
      run(async (context, options: StatusOptions) => {
        if (options.peer !== undefined) return await showHolders(context, options)
        return await withTable(context, options, async (opened) => {
          const lines = statusLines(opened.service, await readEstimates(opened), options.json === true)
          for (const line of lines) context.terminal.result(line)
        })
      }),
    )
}

function statusLines({ table, tip }: TableService, estimates: Estimates | null, json: boolean): string[] {
  const height = tip?.height ?? 0
  const { blobs, providers } = table
  const about = {
    height,
    root: bytesToHex(blobs.rootAt(height)),
    blobs: blobs.entries.length,
    partitions: blobs.partitionsAt(height).map((one) => ({ ...one, estimate: estimateJson(estimates, one.number) })),
    providers: providers.list().map((one) => ({ ...one, counts: providers.counts(one.author, height) })),
  }
  if (json) return [jsonLine(about)]
  return [
    `height    ${about.height}`,
    `root      ${about.root}`,
    `blobs     ${about.blobs}`,
    ...about.partitions.flatMap(({ number, fill, closed }) => [
      `partition ${number}  ${fill} positions${closed ? ', closed' : ''}`,
      ...estimateLines(estimates, number),
    ]),
    ...about.providers.map(({ author, counts, from, until }) => {
      return `provider  ${author}  ${counts ? 'counts' : 'does not count'}; its last record does from ${from} to ${until - 1}`
    }),
  ]
}
