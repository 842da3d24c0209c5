import { MAX_BUNDLE_BYTES } from '../../compute/index.ts'
import { auditBundle } from '../../compute/io/index.ts'
import { bytesToHex, hexToBytes } from '../../lib/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, bitcoindOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { hex32, readUpTo } from '../inputs.ts'
import { gatewayUrl } from '../option-parsers.ts'
import { setupLine } from '../prover.ts'
import { buildPublished, isPublishedName, type PublishedOptions } from '../published-program.ts'
import { tellRefused } from '../refused.ts'
import { storageDirOption } from '../storage-place.ts'
import { jsonLine, plural, setupText } from '../text.ts'
import { settlementDirOption } from '../wallet-place.ts'

interface Options extends PublishedOptions {
  readonly program?: string
  readonly ptau?: string
  readonly json?: boolean
}

const HELP = `
A program that is published is found by its record on the node's chain, and its bundle read from a gateway, which nobody has to
trust. The program is built anew from the bundle alone, in a folder of its own that is removed, with nothing that was compiled
before.

Exit codes: 0 it is the program that is asked for; 1 it is not, and what differs is named; 2 it cannot be read.
`

export const addGraphAudit: AddCommand = (parent, run) => {
  const audit = parent
    .command('audit')
    .argument('<ID|FILE>', 'a program’s id, the inscription that publishes it (<txid>iN), or the file of a bundle')
    .description('build a program anew from its published source, and compare its id')
    .option('--program <ID>', 'of a file: the program that it must be (default: what the bundle says)', hex32)
    .option('--gateway <URL>', 'a gateway to read the bundle from; may be given again', gatewayUrl)
  addOptions(audit, ...bitcoindOptions(), shared.network(), settlementDirOption(), storageDirOption(), shared.ptau())
    .addOption(shared.json())
    .addHelpText(
      'after',
      HELP +
        examples(
          'graph audit digits.bundle --program ID --json',
          'graph audit ID --network regtest --gateway http://localhost:8534',
        ),
    )
    .action(run(auditProgram))
}

async function auditProgram(context: CliContext, what: string, options: Options): Promise<ExitCode> {
  const { terminal, signal } = context
  /** The program that it must be, and the inscription that publishes it. */
  const build = async (bytes: Uint8Array, program: string | undefined, record: string | null) => {
    terminal.progress('circuit …')
    const built = await auditBundle(bytes, {
      program: program === undefined ? undefined : hexToBytes(program),
      ...{ ptau: options.ptau, signal },
      onProgress: (stage, done, total) => terminal.progress(setupLine(stage, done, total)),
    })
    terminal.settle()
    return built.ok ? { ...built, record } : built
  }
  const result = isPublishedName(what)
    ? await buildPublished(what, options, context, (bytes, { program, record }) => build(bytes, program, record))
    : await build(await readUpTo(what, MAX_BUNDLE_BYTES), options.program, null)
  if (!result.ok) return tellRefused(context, options, result)
  const { record } = result
  const { manifest, circuitId, keyId, setup, constraints, files } = result.audited
  const about = { program: bytesToHex(result.audited.program), name: manifest.name, kind: manifest.program.kind }
  if (options.json) {
    const more = { circuit: circuitId, key: keyId, setup, constraints, files, record }
    terminal.result(jsonLine({ valid: true, reason: null, detail: null, ...about, ...more }))
    return EXIT.valid
  }
  terminal.result(
    `valid     ${about.name}, a ${about.kind} of ${constraints} constraints, from ${plural(files, 'file')}`,
  )
  terminal.result(`program   ${about.program}`)
  terminal.result(`circuit   ${circuitId}`)
  terminal.result(`key       ${keyId}`)
  if (record !== null) terminal.result(`record    ${record}`)
  terminal.result(`setup     ${setupText(setup)}`)
  return EXIT.valid
}
