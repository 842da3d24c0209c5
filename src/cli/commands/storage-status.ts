import { SCRUB_LEVELS } from '../../../storage/index.ts'
import { type Holder, HoldersFile, partitionStatus } from '../../../storage/io/index.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { estimateJson, estimateLines, readEstimates } from '../storage-estimates.ts'
import type { TableOptions } from '../storage-place.ts'
import { withHolders } from '../storage-work.ts'
import { duration } from '../terminal.ts'
import { jsonLine, plural } from '../text.ts'

/** Options of `status`. */
export interface StatusOptions extends TableOptions {
  readonly partition?: readonly number[]
}

/** Partitions of the table, and what the peers that are met say they have of them. */
export async function showHolders(context: CliContext, options: StatusOptions): Promise<ExitCode> {
  const { terminal, signal } = context
  return await withHolders(context, options, async ({ node, places, storage }) => {
    const { height = 0 } = node.table.tip ?? {}
    const file = new HoldersFile(places.holders)
    const asking = {
      ...{ transport: node.host, peers: node.host.partitions, log: await file.load() },
      failed: (error: Error) => terminal.note(`the DHT could not be asked who else there is: ${error.message}`),
    }
    const providers = node.table.table.providers.list()
    const estimates = await readEstimates({ places, storage })
    for (const { number, fill, closed } of node.table.table.blobs.partitionsAt(height)) {
      if (options.partition !== undefined && !options.partition.includes(number)) continue
      const { holders, unreached } = await partitionStatus(asking, { partition: number, height }, signal)
      const estimate = estimateJson(estimates, number)
      if (options.json) {
        terminal.result(jsonLine({ partition: number, height, used: fill, closed, holders, unreached, estimate }))
        continue
      }
      terminal.result(`partition ${number}  ${fill} positions used${closed ? ', closed' : ''}  height ${height}`)
      for (const line of estimateLines(estimates, number)) terminal.result(line)
      for (const holder of holders) terminal.result(`  ${holderText(holder)}`)
      for (const { peer, since } of unreached) {
        terminal.result(`  ${peer}  ${since === null ? 'no answer' : `no answer since height ${since}`}`)
      }
    }
    await file.save(asking.log)
    for (const provider of providers) {
      const { author, from, until, peer } = provider
      const line = `provider ${author}  ${peer === null ? 'has retired' : `counts at heights ${from} to ${until - 1}`}`
      terminal.result(options.json ? jsonLine({ provider }) : line)
    }
    return EXIT.valid
  })
}

/** What a holder says of itself. */
function holderText({ peer, held, used, encoded, holes, encoding, scrubs }: Holder): string {
  const done = SCRUB_LEVELS.flatMap((level) => {
    const last = scrubs[level]
    return last === null ? [] : [`${level} at ${last.height}: ${last.broken} of ${last.chunks} broken`]
  })
  const scrubbed = done.length === 0 ? 'not scrubbed yet' : `scrubbed ${done.join(', ')}`
  const pace = encoding === null ? '' : ` (${encoding.perHour} an hour, ${duration(encoding.secondsLeft)} left)`
  const form = encoded === 0 && encoding === null ? 'raw' : `${encoded} encoded${pace}`
  return `${peer}  ${held} of ${plural(used, 'chunk')}, ${form}, ${plural(holes, 'hole')}, ${scrubbed}`
}
