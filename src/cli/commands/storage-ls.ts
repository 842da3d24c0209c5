import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { hex32 } from '../inputs.ts'
import { type StorageOptions, withStorage, withStorageNode } from '../storage-place.ts'
import { jsonLine } from '../text.ts'

interface Options extends StorageOptions {
  readonly author?: string
}

export const addStorageLs: AddCommand = (parent, run) => {
  withStorage(parent.command('ls'))
    .description('list the blobs of the table, in its order')
    .option('--author <KEY>', 'those that this author published (64 hex digits)', hex32)
    .addHelpText('after', examples('storage ls --network regtest', 'storage ls --author KEY --json'))
    .action(run(list))
}

async function list(context: CliContext, options: Options): Promise<ExitCode> {
  return await withStorageNode(
    context,
    options,
    ({ client: folder }) => ({ folder }),
    async ({ node }) => {
      await node.table.caughtUp()
      for (const entry of node.table.table.blobs.entries) {
        if (options.author !== undefined && entry.author !== options.author) continue
        const { id, length, height, first, chunks, author } = entry
        const line = `${id}  ${length} bytes  height ${height}  positions ${first} to ${first + chunks - 1}  by ${author}`
        context.terminal.result(options.json ? jsonLine(entry) : line)
      }
      return EXIT.valid
    },
  )
}
