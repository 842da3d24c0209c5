import { makeBundle } from '../../compute/io/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import { diskFiles, writeAtomic } from '../../lib/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { graphArgument, graphFiles, openGraphProgram } from '../graph-place.ts'
import { requireWritable } from '../outputs.ts'
import { jsonLine } from '../text.ts'

interface Options {
  readonly out: string
  readonly ptau?: string
  readonly json?: boolean
}

export const addGraphBundle: AddCommand = (parent, run) => {
  parent
    .command('bundle')
    .addArgument(graphArgument())
    .description('write all that a program is made of into one file, from which anybody builds it anew')
    .requiredOption('--out <FILE>', 'where to write the bundle (required)')
    .addOption(shared.ptau())
    .addOption(shared.json())
    .addHelpText('after', examples('graph bundle graphs/digits --out digits.bundle'))
    .action(run(bundle))
}

async function bundle(context: CliContext, folder: string, options: Options): Promise<ExitCode> {
  const { terminal, env } = context
  await requireWritable(options.out, env, options, ...(await graphFiles(folder)))
  const program = await openGraphProgram(folder, context, { ptau: options.ptau })
  const bytes = await makeBundle(program)
  await writeAtomic(diskFiles, options.out, bytes)
  const about = { program: bytesToHex(program.id), file: options.out, bytes: bytes.length }
  if (options.json) terminal.result(jsonLine(about))
  else terminal.result(`${options.out}: ${bytes.length} bytes make ${program.manifest.name}, program ${about.program}`)
  return EXIT.valid
}
