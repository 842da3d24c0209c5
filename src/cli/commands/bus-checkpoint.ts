import { exportCheckpoint, importCheckpoint } from '../../bus/io/index.ts'
import { diskFiles, writeAtomic } from '../../lib/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import { EXIT } from '../exit.ts'
import { height, readBytes } from '../inputs.ts'
import { requireWritable } from '../outputs.ts'
import { openSession, type SessionOptions } from '../session.ts'

interface ExportOptions extends SessionOptions {
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
        const session = await openSession(options, context)
        try {
          const { entry, bytes } = await exportCheckpoint(session.store, options.at)
          await writeAtomic(diskFiles, file, bytes)
          context.terminal.result(`${file}: ${bytes.length} bytes, height ${entry.height}, ${entry.hash}`)
          return EXIT.valid
        } finally {
          await session.close()
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
      run(async (context, file: string, options: SessionOptions) => {
        const bytes = await readBytes(file, 'checkpoint')
        const session = await openSession(options, context)
        try {
          const result = await importCheckpoint(bytes, session)
          if (result.ok) context.terminal.result(`${file}: verified and taken over, height ${result.entry.height}`)
          else context.terminal.note(`invalid: ${result.reject}: ${result.detail}`)
          return result.ok ? EXIT.valid : EXIT.invalid
        } finally {
          await session.close()
        }
      }),
    )
}
