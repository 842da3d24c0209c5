import { join } from 'node:path'
import { Option } from 'commander'
import { SCRUB_LEVELS, type ScrubLevel } from '../../../storage/index.ts'
import { openKernel, scrubReplica } from '../../../storage/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { readStorageNetwork, type StorageNetworkFlags, storageNetworkOptions } from '../storage-network.ts'
import { storageDirOption, storagePlaces } from '../storage-place.ts'
import { partProgress } from '../storage-put-text.ts'
import { jsonLine, plural } from '../text.ts'

interface Options extends StorageNetworkFlags {
  readonly storageDir?: string
  readonly level: ScrubLevel
  readonly json?: boolean
}

export const addStorageScrub: AddCommand = (parent, run) => {
  addOptions(parent.command('scrub'), ...storageNetworkOptions(), storageDirOption(), shared.json())
    .description(
      'look through the chunks of a provider that is not running; what is broken is healed when it serves again',
    )
    .addOption(
      new Option('--level <L>', 'newest blobs, every 64th chunk, or all with their roots')
        .choices(SCRUB_LEVELS)
        .default('full'),
    )
    .addHelpText('after', examples('storage scrub --network regtest --level full'))
    .action(run(look))
}

async function look(context: CliContext, options: Options): Promise<ExitCode> {
  const { terminal, signal } = context
  const params = await readStorageNetwork(options)
  const { provider } = storagePlaces(options.storageDir, params.network, context)
  const counts = await scrubReplica({
    kernel: await openKernel(),
    params,
    folder: join(provider, 'replica'),
    level: options.level,
    signal,
    onProgress: partProgress(context, 'scrubbing'),
  })
  terminal.settle()
  const { level, blobs, chunks, broken, missing } = counts
  const line = `scrub ${level}: ${plural(chunks, 'chunk')} of ${plural(blobs, 'blob')}, ${broken} broken, ${missing} missing`
  terminal.result(options.json ? jsonLine(counts) : line)
  return broken === 0 ? EXIT.valid : EXIT.invalid
}
