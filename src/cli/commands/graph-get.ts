import { saveBundle } from '../../compute/io/index.ts'
import { bytesToHex, hexToBytes } from '../../lib/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, bitcoindOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { gatewayUrl } from '../option-parsers.ts'
import { setupLine } from '../prover.ts'
import { buildPublished, isPublishedName, type PublishedOptions } from '../published-program.ts'
import { tellRefused } from '../refused.ts'
import { storageDirOption } from '../storage-place.ts'
import { jsonLine } from '../text.ts'
import { settlementDirOption } from '../wallet-place.ts'

interface Options extends PublishedOptions {
  readonly out: string
  readonly ptau?: string
  readonly json?: boolean
}

const HELP = `
The program is built from what the gateway gives, and kept where it is the one that was asked for. The folder is a graph's from then
on: exec, prove and verify take it, and compute serve. Its circuit is a stranger's: it includes nothing beside what came with it, and
its witness generator runs confined (docs/sandbox.md).

Exit codes: 0 it is there; 1 refused, and nothing is kept; 2 it cannot be read or written.
`

export const addGraphGet: AddCommand = (parent, run) => {
  const get = parent
    .command('get')
    .argument('<ID>', 'a program’s id, or the inscription that publishes it (<txid>iN)')
    .description('fetch a published program into a new folder, built and compared with its id')
    .requiredOption('--out <DIR>', 'the new folder (required)')
    .requiredOption('--gateway <URL>', 'a gateway to read the bundle from; may be given again (required)', gatewayUrl)
  addOptions(get, ...bitcoindOptions(), shared.network(), settlementDirOption(), storageDirOption(), shared.ptau())
    .addOption(shared.json())
    .addHelpText(
      'after',
      HELP + examples('graph get ID --network regtest --gateway http://localhost:8534 --out theirs'),
    )
    .action(run(getProgram))
}

async function getProgram(context: CliContext, id: string, options: Options): Promise<ExitCode> {
  const { terminal, signal } = context
  if (!isPublishedName(id)) throw usageError(`${id} is no program and no inscription: write 64 hex digits, or <txid>iN`)
  const saved = await buildPublished(id, options, context, async (bytes, record) => {
    terminal.progress('circuit …')
    const built = await saveBundle(bytes, options.out, {
      program: hexToBytes(record.program),
      ...{ ptau: options.ptau, signal },
      onProgress: (stage, done, total) => terminal.progress(setupLine(stage, done, total)),
    })
    terminal.settle()
    return built.ok ? { ...built, record } : built
  })
  if (!saved.ok) return tellRefused(context, options, saved)
  const { manifest, record } = saved
  const program = bytesToHex(saved.program)
  const about = { valid: true, program, name: manifest.name, folder: options.out, record: record.record }
  terminal.result(options.json ? jsonLine(about) : `${options.out}: ${manifest.name}, program ${program}`)
  return EXIT.valid
}
