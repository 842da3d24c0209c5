import { readComputeStatus } from '../../compute/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { computeDirOption, computePlaces } from '../compute-place.ts'
import { programLine } from '../compute-text.ts'
import { shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { readNetwork } from '../inputs.ts'
import { jsonLine } from '../text.ts'

interface Options {
  readonly network?: string
  readonly computeDir?: string
  readonly json?: boolean
}

export const addComputeStatus: AddCommand = (parent, run) => {
  parent
    .command('status')
    .description('how a compute node stood at its last block')
    .addOption(shared.network())
    .addOption(computeDirOption())
    .addOption(shared.json())
    .addHelpText('after', examples('compute status --network regtest', 'compute status --json'))
    .action(run(status))
}

async function status(context: CliContext, options: Options): Promise<ExitCode> {
  const { terminal } = context
  const { folder } = computePlaces(options.computeDir, await readNetwork(options.network), context)
  const found = await readComputeStatus(folder)
  if (found === null)
    throw usageError(
      `no node has run in ${folder}, or it has not come to its first block yet: wait, or name another by --compute-dir`,
    )
  const { format: _, ...about } = found
  if (options.json) {
    terminal.result(jsonLine(about))
    return EXIT.valid
  }
  terminal.result(`height      ${about.height}`)
  terminal.result(`key         ${about.key}`)
  terminal.result(`registered  ${about.registered} at this height`)
  for (const one of about.programs) terminal.result(programLine(one))
  return EXIT.valid
}
