import { join } from 'node:path'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { addresses } from '../storage-arguments.ts'
import { estimateJson, estimateLines } from '../storage-estimates.ts'
import { peerOption, type StorageOptions, withStorage } from '../storage-place.ts'
import { keysOfWins, noteUnheard, type SetupFlags, showWins } from '../storage-sampling.ts'
import { withStorageNode } from '../storage-work.ts'
import { jsonLine } from '../text.ts'

interface Options extends StorageOptions, SetupFlags {
  readonly listen?: string
  readonly announce?: readonly string[]
}

const HELP = `
An observer has no wallet and keeps no content: it follows the chain, verifies each win that peers tell of, and estimates from
those and from the blocks at which it was there. What verifies wins is made once, which takes a minute or two.
`

export const addStorageWatch: AddCommand = (parent, run) => {
  withStorage(parent.command('watch'))
    .description('listen to the wins of all providers, and tell at each block how many replicas they show')
    .addOption(peerOption())
    .option('--listen <ADDRESS>', 'where peers reach it (default: nowhere, it asks them alone)')
    .option('--announce <ADDRESS>', 'where it tells peers that they reach it; may be given again', addresses)
    .addOption(shared.ptau())
    .addOption(shared.insecureDevSetup())
    .addHelpText('after', HELP + examples('storage watch --network regtest --peer /ip4/127.0.0.1/tcp/8533'))
    .action(run(watch))
}

async function watch(context: CliContext, options: Options): Promise<ExitCode> {
  const { terminal } = context
  const { listen, announce, json } = options
  const observing = await keysOfWins(context, options)
  return await withStorageNode(
    context,
    options,
    ({ places }) => ({
      folder: places.observer,
      ...(listen !== undefined && { listen: [listen], identityFile: join(places.observer, 'peer.json') }),
      announce,
      observing,
    }),
    async ({ node: { host, service } }) => {
      if (json && listen !== undefined) terminal.result(jsonLine({ listening: host.addresses }))
      else if (listen !== undefined) terminal.result(`listening at ${host.addresses.join(' ')}`)
      await service.ended()
      return EXIT.interrupted
    },
    ({ estimating }) => {
      if (estimating === null) throw new Error('a node with keys of wins observes')
      showWins(estimating.events, context, json === true)
      noteUnheard(estimating, context)
      estimating.events.on('estimated', (estimates) => {
        const { height, partitions } = estimates
        if (json) {
          const said = partitions.map((one) => estimateJson(estimates, one.partition))
          terminal.result(jsonLine({ estimated: height, heard: estimates.heard, partitions: said }))
          return
        }
        for (const { partition } of partitions) {
          terminal.result(`partition ${partition}  height ${height}`)
          for (const line of estimateLines(estimates, partition)) terminal.result(line)
        }
      })
    },
  )
}
