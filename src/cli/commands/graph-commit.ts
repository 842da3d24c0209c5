import { randomBytes } from 'node:crypto'
import { encodeField, FIELD_MODULUS } from '../../bus/index.ts'
import { namedValues, readArguments } from '../../compute/index.ts'
import { runCircuit } from '../../compute/io/index.ts'
import { bytesToHex, errorCode } from '../../lib/index.ts'
import { createPrivateFile, diskFiles, writeAtomic } from '../../lib/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { readSecretArguments } from '../graph-arguments.ts'
import { graphArgument, openCompiled } from '../graph-place.ts'
import { requireWritable } from '../outputs.ts'
import { jsonLine } from '../text.ts'

interface Options {
  readonly arguments: string
  readonly opening: string
  readonly out: string
  readonly json?: boolean
}

export const addGraphCommit: AddCommand = (parent, run) => {
  parent
    .command('commit')
    .addArgument(graphArgument())
    .description('hide private arguments behind a salt, which is drawn; the commitment to them is what to inscribe')
    .requiredOption('--arguments <FILE>', 'values of its arguments in JSON without the salt; of mode 0600')
    .requiredOption(
      '--opening <FILE>',
      'the new file of these and the salt, of mode 0600: --arguments of exec and prove',
    )
    .requiredOption('--out <FILE>', 'where to write the commitment, 32 bytes')
    .addOption(shared.json())
    .addHelpText(
      'after',
      examples(
        'graph commit graphs/digits-private-image --arguments image.json --opening image.opening --out image.commitment',
      ),
    )
    .action(run(commit))
}

async function commit(context: CliContext, folder: string, options: Options): Promise<ExitCode> {
  const { terminal, signal } = context
  const { opening, out } = options
  const graph = await openCompiled(folder, context, ({ manifest: { name, program } }) => {
    if (program.kind !== 'circuit' || program.input?.salt === undefined) throw opensNone(name)
  })
  if (graph.kind !== 'circuit') throw opensNone(graph.manifest.name)
  const { program } = graph.manifest
  const { salt: signalOfSalt = '', commitment: output = '' } = program.input ?? {}
  await requireWritable(out, context.env, options)
  const json = await readSecretArguments(options.arguments)
  const given = program.arguments.filter((argument) => argument.signal !== signalOfSalt)
  const read = readArguments({ arguments: given }, json)
  if (!read.ok) throw usageError(`${options.arguments}: ${read.detail}`)
  // Of 64 bytes, so that none is likelier than another by more than one in 2^258.
  const salt = BigInt(`0x${bytesToHex(randomBytes(64))}`) % FIELD_MODULUS
  const values = await runCircuit(graph, { arguments: { ...read.input, [signalOfSalt]: salt } }, signal)
  const commitment = namedValues(program, values).outputs[output] as bigint
  const opened = { ...(JSON.parse(json) as object), [signalOfSalt]: `${salt}` }
  // First what a commitment is worth nothing without.
  await createPrivateFile(opening, `${JSON.stringify(opened)}\n`).catch((cause) => {
    const why = errorCode(cause) === 'EEXIST' ? 'it is there already' : (cause as Error).message
    throw usageError(`cannot write ${opening}: ${why}`, { cause })
  })
  await writeAtomic(diskFiles, out, encodeField([commitment]))
  if (options.json) terminal.result(jsonLine({ commitment: `${commitment}`, file: out, opening }))
  else {
    terminal.result(`${out}: 32 bytes to inscribe, ${output} ${commitment}`)
    terminal.note(`${opening} opens it, and without this file nobody can: keep it, and show it to nobody`)
    terminal.note(`next: wsc inscribe --body ${out} --network N`)
  }
  return EXIT.valid
}

function opensNone(name: string) {
  return usageError(`${name} opens no commitment: its manifest names no input.salt`)
}
