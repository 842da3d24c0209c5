import { MAX_BUNDLE_BYTES } from '../../compute/index.ts'
import { auditBundle } from '../../compute/io/index.ts'
import { bytesToHex, hexToBytes } from '../../lib/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { hex32, readUpTo } from '../inputs.ts'
import { setupLine } from '../prover.ts'
import { tellRefused } from '../refused.ts'
import { jsonLine, plural, setupText } from '../text.ts'

interface Options {
  readonly program?: string
  readonly ptau?: string
  readonly json?: boolean
}

const HELP = `
The program is built anew from the bundle alone, in a folder of its own that is removed, with nothing that was compiled before.

Exit codes: 0 it is the program that the bundle, and --program, say; 1 it is not, and what differs is named; 2 it cannot be read.
`

export const addGraphAudit: AddCommand = (parent, run) => {
  parent
    .command('audit')
    .argument('<FILE>', 'bundle of a program (wsc graph publish)')
    .description('build a program anew from its published source, and compare its id')
    .option('--program <ID>', 'the program that it must be, 64 hex digits (default: what the bundle says)', hex32)
    .addOption(shared.ptau())
    .addOption(shared.json())
    .addHelpText('after', HELP + examples('graph audit digits.bundle', 'graph audit digits.bundle --program ID --json'))
    .action(run(audit))
}

async function audit(context: CliContext, file: string, options: Options): Promise<ExitCode> {
  const { terminal, signal } = context
  const bytes = await readUpTo(file, MAX_BUNDLE_BYTES)
  terminal.progress('circuit …')
  const result = await auditBundle(bytes, {
    program: options.program === undefined ? undefined : hexToBytes(options.program),
    ...{ ptau: options.ptau, signal },
    onProgress: (stage, done, total) => terminal.progress(setupLine(stage, done, total)),
  })
  terminal.settle()
  if (!result.ok) return tellRefused(context, options, result)
  const { manifest, program, circuitId, keyId, setup, constraints, files } = result.audited
  const about = { program: bytesToHex(program), name: manifest.name, kind: manifest.program.kind }
  if (options.json) {
    const more = { circuit: circuitId, key: keyId, setup, constraints, files }
    terminal.result(jsonLine({ valid: true, reason: null, detail: null, ...about, ...more }))
    return EXIT.valid
  }
  terminal.result(
    `valid     ${about.name}, a ${about.kind} of ${constraints} constraints, from ${plural(files, 'file')}`,
  )
  terminal.result(`program   ${about.program}`)
  terminal.result(`circuit   ${circuitId}`)
  terminal.result(`key       ${keyId}`)
  terminal.result(`setup     ${setupText(setup)}`)
  return EXIT.valid
}
