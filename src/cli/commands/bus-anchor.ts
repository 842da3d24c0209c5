import { contextFromHeaders, toDisplay } from '../../bitcoin/index.ts'
import { encodeAnchor } from '../../bus/index.ts'
import { diskFiles, writeAtomic } from '../../lib/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import { EXIT, usageError } from '../exit.ts'
import { height, readBytes, readNetwork, requireProvable } from '../inputs.ts'
import { requireWritable } from '../outputs.ts'

interface Options {
  readonly headers: string
  readonly startHeight: number
  readonly at: number
  readonly network?: string
  readonly out: string
}

export const addBusAnchor: AddCommand = (parent, run) => {
  parent
    .command('anchor')
    .description('make an anchor, a state to start a proof from, out of a header file that you trust')
    .requiredOption(
      '--headers <FILE>',
      'raw headers: the first of the epoch and the ten before HEIGHT among them (required)',
    )
    .requiredOption('--start-height <H>', 'height of the first header in the file (required)', height)
    .requiredOption('--at <HEIGHT>', 'height of the anchor (required)', height)
    .addOption(shared.network())
    .requiredOption('--out <FILE>', 'where to write the anchor (required)')
    .addHelpText(
      'after',
      examples('bus anchor --headers h.bin --start-height 822528 --at 824530 --network mainnet --out a.json'),
    )
    .action(
      run(async ({ terminal, env }, options: Options) => {
        const params = requireProvable(await readNetwork(options.network))
        if (options.at < 1) throw usageError('an anchor is at height 1 or above: from genesis none is needed')
        await requireWritable(options.out, env, options)
        const bytes = await readBytes(options.headers, 'headers')
        const result = contextFromHeaders(params, bytes, options.startHeight, options.at)
        if (!result.ok) {
          terminal.note(`invalid: ${result.reject} at height ${result.height}: ${result.detail}`)
          return EXIT.invalid
        }
        await writeAtomic(diskFiles, options.out, new TextEncoder().encode(encodeAnchor(params, result.next)))
        terminal.result(`${options.out}: anchor at height ${options.at}, ${toDisplay(result.next.hash)}`)
        terminal.note('A proof from an anchor shows what followed it, and nothing of what came before.')
        return EXIT.valid
      }),
    )
}
