import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programRecordOf, publicationOf } from '../../compute/index.ts'
import { type Program, preparePublication, publishedAs } from '../../compute/io/index.ts'
import { bytesToHex, hexToBytes } from '../../lib/index.ts'
import { RecordPublisher } from '../../settlement/io/index.ts'
import { openAcceptedProgram } from '../accepted-program.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { graphArgument } from '../graph-place.ts'
import { readNetwork } from '../inputs.ts'
import { costJson, costText, jobJson } from '../inscriber-text.ts'
import { tellRefused } from '../refused.ts'
import { tellMeasured } from '../storage-measured.ts'
import { peerOption, withTableOptions } from '../storage-place.ts'
import { withPayment } from '../storage-publish.ts'
import { contentJson, costLines, costsJson } from '../storage-put-text.ts'
import { type Put, type PutCommandOptions, putContent, requirePutOptions, withPutOptions } from '../storage-putting.ts'
import { jsonLine } from '../text.ts'

interface Options extends PutCommandOptions {
  readonly ptau?: string
  readonly insecureDevSetup?: boolean
  readonly acknowledgeWarnings?: boolean
}

const HELP = `
Bundles the program, stores the bundle as \`wsc storage put\` does, then inscribes a signed record of kind program, whose body is
the manifest and which names the bundle. The same command again goes on with what it began, and pays for nothing twice.
Refused are graphs whose vectors do not hold, or of whose circuits circom's --inspect warns.

Exit codes: 0 published; 1 refused; 2 it could not be; 130 interrupted.
`

export const addGraphPublish: AddCommand = (parent, run) => {
  const command = withPayment(
    withTableOptions(parent.command('publish').addArgument(graphArgument())).addOption(peerOption()),
  )
    .description('publish a program: its bundle in storage, a record of it on Bitcoin')
    .option('--acknowledge-warnings', 'publish in spite of what circom warns of')
    .addOption(shared.ptau())
    .addOption(shared.insecureDevSetup())
  withPutOptions(command, 'the records of the bundle')
    .addHelpText(
      'after',
      HELP +
        examples(
          'graph publish graphs/digits --network regtest --dry-run',
          'graph publish my-digits --network regtest --peer /ip4/192.0.2.7/tcp/8533',
        ),
    )
    .action(run(publish))
}

async function publish(context: CliContext, folder: string, options: Options): Promise<ExitCode> {
  requirePutOptions(options)
  const { terminal, signal } = context
  const params = await readNetwork(options.network)
  const opened = await openAcceptedProgram(folder, params, options, context)
  if (!opened.ok) return tellRefused(context, options, opened, 'not published')
  const { program } = opened
  terminal.progress('vectors …')
  const made = await preparePublication(program, { acknowledged: options.acknowledgeWarnings, signal })
  terminal.settle()
  if (!made.ok) {
    const exit = tellRefused(context, options, made, 'not published')
    if (made.reject === 'warnings') terminal.note('--acknowledge-warnings publishes it as it is')
    return exit
  }
  for (const warning of made.warnings) terminal.note(warning)
  const scratch = await mkdtemp(join(tmpdir(), 'wsc-publish-'))
  try {
    const file = join(scratch, 'program.wscb')
    await writeFile(file, made.bundle)
    if (options.dryRun === true && options.peer === undefined && options.provider === undefined) {
      return await tellMeasured(context, file, options)
    }
    return await putContent(context, file, options, (put) => inscribe(context, program, put, options))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function inscribe({ terminal }: CliContext, program: Program, put: Put, options: Options): Promise<ExitCode> {
  const { content, times, cost, inscriber, wallet, opened } = put
  const { client, params, node } = opened
  const publisher = new RecordPublisher({ inscriber, client, wallet })
  const what = { program: program.id, manifest: program.manifestBytes, content: hexToBytes(content.id) }
  const says = publicationOf(programRecordOf(what))
  const id = bytesToHex(program.id)
  if (cost !== null) {
    const record = await publisher.quote(says, options.feeRate)
    if (options.json) {
      terminal.result(jsonLine({ program: id, ...costsJson(content, params, cost, times), record: costJson(record) }))
    } else {
      for (const line of costLines(content, cost, times)) terminal.result(line)
      terminal.result(`record    ${costText(record)}`)
    }
    return EXIT.valid
  }
  const stands = await publishedAs(what, wallet.publicKey, node.index)
  const job = stands === null ? await publisher.publish(says, options.feeRate) : null
  const record = stands ?? job?.inscriptions[0]?.id ?? null
  const { uri } = contentJson(content, params)
  if (options.json) {
    const state = stands !== null ? 'stands' : job === null ? 'waiting' : 'inscribed'
    const told = { program: id, content: content.id, uri, state, record, job: job === null ? null : jobJson(job) }
    terminal.result(jsonLine(told))
  } else {
    terminal.result(`program   ${id}`)
    terminal.result(`bundle    ${uri ?? content.id}`)
    terminal.result(`record    ${record ?? 'on its way already: it was sent again, and nothing more is paid'}`)
  }
  return EXIT.valid
}
