import type { Command } from 'commander'
import { storageParams } from '../../../storage/index.ts'
import { type Measured, measure, openKernel, type TableService } from '../../../storage/io/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import type { AddCommand, Runner } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, shared } from '../config.ts'
import { EXIT, usageError } from '../exit.ts'
import { readNetwork } from '../inputs.ts'
import { type TableOptions, withTable, withTableOptions } from '../storage-table.ts'
import { jsonLine } from '../text.ts'
import { addStorageGateway } from './storage-gateway.ts'
import { addStorageGet } from './storage-get.ts'
import { addStorageName } from './storage-name.ts'

interface PutOptions {
  readonly network?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

export const addStorage: AddCommand = (parent, run) => {
  const storage = parent
    .command('storage')
    .description('large content beside Bitcoin: what it takes, what counts, and reading it by URI')
  addPut(storage, run)
  addList(storage, run)
  addStatus(storage, run)
  for (const add of [addStorageGet, addStorageName, addStorageGateway]) add(storage, run)
}

function addPut(parent: Command, run: Runner): void {
  addOptions(parent.command('put'), shared.network(), shared.json())
    .description('what storing a file or a folder takes: its blobs, their ids, chunks and price')
    .argument('<PATH>', 'a file or a folder; links are refused')
    .option('--dry-run', 'tell it and send nothing (required as yet)')
    .addHelpText(
      'after',
      examples('storage put page --dry-run --network regtest', 'storage put data.bin --dry-run --json'),
    )
    .action(
      run(async (context, path: string, options: PutOptions) => {
        if (options.dryRun !== true) throw usageError('this version sends nothing: say --dry-run')
        const { terminal, signal } = context
        const params = storageParams(await readNetwork(options.network))
        const onBlob = (done: number) => terminal.progress(`coded ${done} blobs`)
        const height = Number.MAX_SAFE_INTEGER
        const measured = await measure(path, { kernel: await openKernel(), params, height, signal, onBlob })
        terminal.settle()
        if (!measured.ok) {
          if (options.json)
            terminal.result(jsonLine({ valid: false, reason: measured.reject, detail: measured.detail }))
          else terminal.note(`${measured.reject}: ${measured.detail}`)
          return EXIT.invalid
        }
        if (options.json) terminal.result(jsonLine(measuredJson(measured)))
        else for (const line of measuredLines(measured)) terminal.result(line)
        return EXIT.valid
      }),
    )
}

function measuredJson({ manifest, blobs, chunks, burn }: Measured) {
  const { files } = manifest
  return {
    valid: true,
    id: bytesToHex(blobs.at(-1)!.id),
    files: files.length,
    bytes: files.reduce((total, { size }) => total + size, 0),
    blobs: blobs.map(({ id, length, chunks }) => ({ id: bytesToHex(id), length, chunks })),
    chunks,
    burn: Number(burn),
  }
}

function measuredLines(measured: Measured): string[] {
  const { id, files, bytes, blobs, chunks, burn } = measuredJson(measured)
  const lines = blobs.map((blob, i) => {
    const what = i === blobs.length - 1 ? 'manifest' : `blob ${i + 1}`
    return `${what.padEnd(9)} ${blob.id}  ${blob.length} bytes, ${blob.chunks} chunks`
  })
  return [
    `id        ${id}`,
    `content   ${bytes} bytes in ${files} ${files === 1 ? 'file' : 'files'}`,
    ...lines,
    `price     ${burn} satoshis to be burned for ${chunks} chunks, and the fees of ${blobs.length} records`,
  ]
}

function addList(parent: Command, run: Runner): void {
  withTableOptions(parent.command('ls'))
    .description('bring the table to the node’s tip and list the blobs that count, in order')
    .addHelpText('after', examples('storage ls --network regtest', 'storage ls --json'))
    .action(
      run(async (context, options: TableOptions) => {
        return await withTable(context, options, ({ table }) => {
          for (const entry of table.blobs.entries) {
            const { id, length, chunks, first, height, author } = entry
            const where = `height ${height}  position ${first}, ${chunks} chunks`
            const line = `${id}  ${where}  ${length} bytes  by ${author}`
            context.terminal.result(options.json ? jsonLine(entry) : line)
          }
        })
      }),
    )
}

function addStatus(parent: Command, run: Runner): void {
  withTableOptions(parent.command('status'))
    .description('the table at the node’s tip: its root, partitions and how far they are used, providers')
    .addHelpText('after', examples('storage status --network regtest', 'storage status --json'))
    .action(
      run(async (context, options: TableOptions) => {
        return await withTable(context, options, (service) => {
          for (const line of statusLines(service, options.json === true)) context.terminal.result(line)
        })
      }),
    )
}

function statusLines({ table, tip }: TableService, json: boolean): string[] {
  const height = tip?.height ?? 0
  const { blobs, providers } = table
  const about = {
    height,
    root: bytesToHex(blobs.rootAt(height)),
    blobs: blobs.entries.length,
    partitions: blobs.partitionsAt(height),
    providers: providers.list().map((one) => ({ ...one, counts: providers.counts(one.author, height) })),
  }
  if (json) return [jsonLine(about)]
  return [
    `height    ${about.height}`,
    `root      ${about.root}`,
    `blobs     ${about.blobs}`,
    ...about.partitions.map(
      ({ number, fill, closed }) => `partition ${number}  ${fill} positions${closed ? ', closed' : ''}`,
    ),
    ...about.providers.map(({ author, counts, from, until }) => {
      return `provider  ${author}  ${counts ? 'counts' : 'does not count'}, by its record from ${from} to ${until - 1}`
    }),
  ]
}
