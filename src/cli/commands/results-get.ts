import { openKernel, ScratchFiles } from '../../../storage/io/index.ts'
import { parseInscriptionId } from '../../bitcoin/index.ts'
import { decodeResult, encodeResult, MAX_RESULT_BYTES, namesLog } from '../../compute/index.ts'
import { fetchLog, inscribedResult } from '../../compute/io/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import { diskFiles, writeAtomic } from '../../lib/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, bitcoindOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { readNetwork, readUpTo } from '../inputs.ts'
import { type IndexOptions, withIndexService } from '../inscription-index.ts'
import { gatewayUrl } from '../option-parsers.ts'
import { requireWritable } from '../outputs.ts'
import { tellRefused } from '../refused.ts'
import { storageDirOption, storagePlaces } from '../storage-place.ts'
import { jsonLine } from '../text.ts'
import { settlementDirOption } from '../wallet-place.ts'

interface Options extends IndexOptions {
  readonly out: string
  readonly gateway?: readonly string[]
  readonly storageDir?: string
  readonly json?: boolean
}

const HELP = `
Writes the file that \`wsc graph verify\` takes. Where the record names a log in storage, that is read from a gateway that nobody
trusts, and its entries must be those that the result commits to. A FILE, such as \`wsc check --body\` writes, takes no node. It
needs no graph, and judges nothing.

Exit codes: 0 it is there; 1 no such result, or no gateway gives the log that it names; 2 it cannot be read or written.
`

export const addResultsGet: AddCommand = (parent, run) => {
  const get = parent
    .command('get')
    .argument('<ID>', 'the inscription that holds the result (<txid>iN), or a FILE with what it holds')
    .description('write an inscribed result to a file, with its log out of storage')
    .requiredOption('--out <FILE>', 'where to (required)')
    .option('--gateway <URL>', 'a gateway to read the log from; may be given again', gatewayUrl)
  addOptions(get, ...bitcoindOptions(), shared.network(), settlementDirOption(), storageDirOption())
    .addOption(shared.json())
    .addHelpText(
      'after',
      HELP + examples('results get ID --network regtest --gateway http://localhost:8534 --out stats.result'),
    )
    .action(run(getResult))
}

async function getResult(context: CliContext, id: string, options: Options): Promise<ExitCode> {
  await requireWritable(options.out, context.env, options)
  const found =
    parseInscriptionId(id) === null
      ? decodeResult(await readUpTo(id, MAX_RESULT_BYTES))
      : await withIndexService(
          context,
          options,
          async (inscriptions) => {
            await inscriptions.caughtUp()
            return await inscribedResult(inscriptions, id, context.signal)
          },
          true,
        )
  if (!found.ok) return tellRefused(context, options, found)
  const { result } = found
  const whole = namesLog(result) ? await withItsLog(context, result, options) : found
  if (!whole.ok) return tellRefused(context, options, whole)
  const bytes = encodeResult(whole.result)
  await writeAtomic(diskFiles, options.out, bytes)
  const { program, height } = result
  const log = namesLog(result) ? bytesToHex(result.log.content) : null
  const about = { file: options.out, bytes: bytes.length, program: bytesToHex(program), height, log }
  const line = `${options.out}: ${bytes.length} bytes${log === null ? '' : `, its log from storage (${log})`}`
  context.terminal.result(options.json ? jsonLine(about) : line)
  return EXIT.valid
}

async function withItsLog(context: CliContext, result: Parameters<typeof fetchLog>[0], options: Options) {
  const { terminal, signal } = context
  const { gateway: gateways = [] } = options
  if (gateways.length === 0)
    throw usageError('the record names a log in storage: name a gateway to read it by --gateway URL')
  const params = await readNetwork(options.network)
  const scratch = new ScratchFiles(storagePlaces(options.storageDir, params, context).table)
  try {
    terminal.progress('log …')
    return await fetchLog(result, {
      ...{ kernel: await openKernel(), params, gateways, signal, scratch: () => scratch.open() },
      onFault: ({ source, reject, detail }) => terminal.note(`${source}: ${reject}: ${detail}`),
    })
  } finally {
    terminal.settle()
    await scratch.close()
  }
}
