import { meetHolders, partitionStatus } from '../../../storage/io/index.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import type { TableOptions } from '../storage-place.ts'
import { withStorageNode } from '../storage-work.ts'
import { jsonLine } from '../text.ts'
import { settlementDir } from '../wallet-place.ts'

/** Options of `status`. */
export interface StatusOptions extends TableOptions {
  readonly partition?: readonly number[]
}

/** Partitions of the table, and what the peers that are met say they have of them. */
export async function showHolders(context: CliContext, options: StatusOptions): Promise<ExitCode> {
  const { terminal, signal } = context
  return await withStorageNode(
    context,
    options,
    ({ places, params }) => ({
      folder: places.table,
      settlement: settlementDir(options.settlementDir, params, context),
    }),
    async ({ node }) => {
      await node.table.caughtUp()
      await meetHolders(node.host, Math.max(1, options.peer?.length ?? 0), signal)
      const { height = 0 } = node.table.tip ?? {}
      const providers = node.table.table.providers.list()
      for (const { number, fill, closed } of node.table.table.blobs.partitionsAt(height)) {
        if (options.partition !== undefined && !options.partition.includes(number)) continue
        const { holders, silent } = await partitionStatus(node.host, number, signal)
        if (options.json) {
          terminal.result(jsonLine({ partition: number, height, used: fill, closed, holders, silent }))
          continue
        }
        terminal.result(`partition ${number}  ${fill} positions used${closed ? ', closed' : ''}  height ${height}`)
        for (const { peer, held, used, holes, broken, scrubbedAt } of holders) {
          const scrub = scrubbedAt === null ? 'not scrubbed yet' : `scrubbed at ${scrubbedAt}, ${broken} broken`
          terminal.result(`  ${peer}  ${held} of ${used} chunks, ${holes} holes, ${scrub}`)
        }
        for (const peer of silent) terminal.result(`  ${peer}  does not answer`)
      }
      for (const provider of providers) {
        const { author, from, until, peer } = provider
        const line = `provider ${author}  ${peer === null ? 'has retired' : `counts at heights ${from} to ${until - 1}`}`
        terminal.result(options.json ? jsonLine({ provider }) : line)
      }
      return EXIT.valid
    },
  )
}
