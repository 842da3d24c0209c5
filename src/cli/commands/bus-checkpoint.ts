import { exportCheckpoint, importCheckpoint, openProver } from '../../bus/io/index.ts'
import { diskFiles, writeAtomic } from '../../lib/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import { EXIT } from '../exit.ts'
import { height, readBytes } from '../inputs.ts'
import { requireWritable } from '../outputs.ts'
import { type ProverFlags, proverOptions, showProver } from '../prover.ts'

interface ExportOptions extends ProverFlags {
  readonly at?: number
}

export const addBusCheckpoint: AddCommand = (parent, run) => {
  const checkpoint = parent
    .command('checkpoint')
    .description('hand the work on to another machine: a compressed proof cannot be continued, a checkpoint can')
  checkpoint
    .command('export')
    .description('write the newest checkpoint as one file')
    .argument('<FILE>', 'where to write it')
    .option('--at <HEIGHT>', 'the newest at or below this height', height)
    .addOption(shared.network())
    .addOption(shared.anchor())
    .addOption(shared.dataDir())
    .addOption(shared.ptau())
    .addOption(shared.insecureDevSetup())
    .addHelpText('after', examples('bus checkpoint export work.checkpoint --network regtest'))
    .action(
      run(async (context, file: string, options: ExportOptions) => {
        await requireWritable(file, context.env, options)
        const proving = await openProver(await proverOptions(options, context))
        try {
          showProver(proving, context)
          const { entry, bytes } = await exportCheckpoint(proving.store, options.at)
          await writeAtomic(diskFiles, file, bytes)
          context.terminal.result(`${file}: ${bytes.length} bytes, height ${entry.height}, ${entry.hash}`)
          return EXIT.valid
        } finally {
          await proving.close()
        }
      }),
    )
  checkpoint
    .command('import')
    .description('verify a checkpoint made elsewhere and take it over')
    .argument('<FILE>', 'checkpoint file')
    .addOption(shared.network())
    .addOption(shared.anchor())
    .addOption(shared.dataDir())
    .addOption(shared.ptau())
    .addOption(shared.insecureDevSetup())
    .addHelpText('after', examples('bus checkpoint import work.checkpoint --network regtest'))
    .action(
      run(async (context, file: string, options: ProverFlags) => {
        const bytes = await readBytes(file, 'checkpoint')
        const proving = await openProver(await proverOptions(options, context))
        try {
          showProver(proving, context)
          const result = await importCheckpoint(bytes, proving)
          if (result.ok) context.terminal.result(`${file}: verified and taken over, height ${result.entry.height}`)
          else context.terminal.note(`invalid: ${result.reject}: ${result.detail}`)
          return result.ok ? EXIT.valid : EXIT.invalid
        } finally {
          await proving.close()
        }
      }),
    )
}
