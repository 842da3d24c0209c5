import { chainName, parseUri, type ReadContent, readBlob, whyUnreadable } from '../../../storage/index.ts'
import { openKernel, ScratchFiles, SeenNamesFolder, saveContent } from '../../../storage/io/index.ts'
import type { NetworkParams } from '../../bitcoin/index.ts'
import type { Rejection } from '../../lib/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { NETWORKS } from '../inputs.ts'
import { gatewayUrl } from '../option-parsers.ts'
import { storageDirOption, storagePlaces } from '../storage-place.ts'
import { partProgress } from '../storage-put-text.ts'
import { jsonLine } from '../text.ts'

interface Options {
  readonly gateway: readonly string[]
  readonly out?: string
  readonly storageDir?: string
  readonly json?: boolean
}

const HELP = `
No gateway is trusted: every byte is verified against the id that the URI names, a name by its author's signature. That a
name has no later meaning only a node can tell: what is printed says as of which height, and what was seen once is never
gone back behind. Of a file in a folder the SHA-256 is compared with the one that its manifest names.

What no gateway gives is made from the rest of its blob, where two thirds of that are to be had: it takes all of them, and
as much room in --storage-dir.

Nothing that is there is written over. OUT.part is what is not whole yet; the same command goes on with it, after a kill or
a lost connection. A file that no manifest tells of begins anew: nothing says what its part should be.

Exit codes: 0 read and verified; 1 refused; 2 nobody could be reached, or it cannot be written; 130 interrupted.
`

export const addStorageGet: AddCommand = (parent, run) => {
  const get = parent
    .command('get')
    .description('read what a web3:// URI names, a file or a folder, from gateways that nobody has to trust')
    .argument('<URI>', 'web3://ID:CHAIN/PATH or web3://NAME.AUTHOR:CHAIN/PATH (docs/reading.md)')
    .requiredOption('--gateway <URL>', 'a gateway; may be given again: the next is asked where one fails', gatewayUrl)
    .option('--out <PATH>', 'a new file, or a new folder (default: only tell what is there)', withoutSlash)
  addOptions(get, storageDirOption(), shared.json())
    .addHelpText(
      'after',
      HELP + examples('storage get web3://ID:3669344250/page.html --gateway http://localhost:8534 --out page.html'),
    )
    .action(run(getContent))
}

/** Option parser: a folder that is yet to be made is the same with a slash behind it or without. */
const withoutSlash = (path: string) => path.replace(/(?<=.)\/+$/, '')

async function getContent(context: CliContext, text: string, options: Options): Promise<ExitCode> {
  const parsed = parseUri(text)
  if (!parsed.ok) return refused(context, options, parsed)
  const params = NETWORKS[chainName(parsed.uri.chain) ?? '']
  if (params === undefined) throw usageError('the URI is of no network that is known here')
  const { table: folder, seenNames } = storagePlaces(options.storageDir, params, context)
  const scratch = new ScratchFiles(folder)
  try {
    return await readAndSave(context, text, { ...options, params, seenNames, scratch })
  } finally {
    await scratch.close()
  }
}

interface Reading extends Options {
  readonly params: NetworkParams
  readonly seenNames: string
  readonly scratch: ScratchFiles
}

async function readAndSave(context: CliContext, text: string, options: Reading): Promise<ExitCode> {
  const { terminal, signal } = context
  const { params, seenNames, scratch } = options
  const read = await readBlob(text, {
    kernel: await openKernel(),
    ...{ params, signal, seen: new SeenNamesFolder(seenNames) },
    gateways: options.gateway,
    scratch: () => scratch.open(),
    onFault: ({ source, reject, detail }) => terminal.note(`${source}: ${reject}: ${detail}`),
  })
  if (!read.ok) return refused(context, options, read)
  const { found } = read
  if (options.out !== undefined) {
    try {
      await saveContent(found, options.out, { signal, resume: true, onProgress: partProgress(context, 'reading') })
    } catch (error) {
      const why = whyUnreadable(error)
      if (why === null) throw error
      terminal.settle()
      terminal.note(`${options.out}.part is what was read so far; the same command goes on with it`)
      return refused(context, options, why)
    }
    terminal.settle()
  }
  tell(context, found, options)
  return EXIT.valid
}

function tell({ terminal }: CliContext, { content, id, uri, asOf, files }: ReadContent, { json }: Options): void {
  const held = files().map(({ path, type, size }) => ({ path, type, size }))
  if (json) {
    terminal.result(jsonLine({ valid: true, uri, id, asOf, kind: content.kind, files: held }))
    return
  }
  terminal.result(`id        ${id}`)
  if (asOf !== null) terminal.result(`as of     height ${asOf}, as a gateway says; newer: not known`)
  for (const { path, type, size } of held) {
    terminal.result(`${path === '' ? 'content' : path}  ${size} bytes  ${type}`)
  }
}

/** Invalid, or not to be judged where nobody could be reached. */
function refused({ terminal }: CliContext, { json }: Options, { reject, detail }: Rejection): ExitCode {
  if (json) terminal.result(jsonLine({ valid: false, reason: reject, detail }))
  else terminal.note(`${reject}: ${detail}`)
  return reject === 'unreachable' ? EXIT.unjudged : EXIT.invalid
}
