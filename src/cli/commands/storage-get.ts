import { chainName, parseUri, readBlob } from '../../../storage/index.ts'
import { openKernel, SeenNamesFile, saveContent } from '../../../storage/io/index.ts'
import { type Rejection, WscError } from '../../lib/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { NETWORKS } from '../inputs.ts'
import { storageDirOption, storagePlaces } from '../storage-place.ts'
import { jsonLine } from '../text.ts'
import { gatewayUrl } from './storage-gateway.ts'

interface Options {
  readonly gateway: readonly string[]
  readonly out?: string
  readonly storageDir?: string
  readonly json?: boolean
}

const HELP = `
No gateway is trusted: every byte is verified against the id that the URI names, a name by its author's signature. That a
name has no later meaning only a node can tell: what is printed says as of which height, and what was seen once is never
gone back behind. Nothing that is there is written over.
`

export const addStorageGet: AddCommand = (parent, run) => {
  const get = parent
    .command('get')
    .description('read what a web3:// URI names, a file or a folder, from gateways that nobody has to trust')
    .argument('<URI>', 'web3://ID:CHAIN/PATH or web3://NAME.AUTHOR:CHAIN/PATH (docs/reading.md)')
    .requiredOption('--gateway <URL>', 'a gateway; may be given again: the next is asked where one fails', gatewayUrl)
    .option('--out <PATH>', 'a new file, or a new folder (default: only tell what is there)')
  addOptions(get, storageDirOption(), shared.json())
    .addHelpText(
      'after',
      HELP + examples('storage get web3://ID:3669344250/page.html --gateway http://localhost:8534 --out page.html'),
    )
    .action(run(getContent))
}

async function getContent(context: CliContext, text: string, options: Options): Promise<ExitCode> {
  const { terminal, signal } = context
  const parsed = parseUri(text)
  if (!parsed.ok) return refused(context, options, parsed)
  const params = NETWORKS[chainName(parsed.uri.chain) ?? '']
  if (params === undefined) throw usageError('the URI is of no network that is known here')
  const seen = new SeenNamesFile(storagePlaces(options.storageDir, params, context).seenNames)
  const read = await readBlob(text, {
    kernel: await openKernel(),
    ...{ params, seen, signal },
    gateways: options.gateway,
    onFault: ({ source, reject, detail }) => terminal.note(`${source}: ${reject}: ${detail}`),
  })
  if (!read.ok) return refused(context, options, read)
  const { found } = read
  const { content, id, uri, asOf } = found
  if (options.out !== undefined) {
    try {
      const onProgress = (bytes: number) => terminal.progress(`read ${bytes} bytes`)
      await saveContent(found, options.out, { signal, onProgress })
    } catch (error) {
      if (!(error instanceof WscError) || error.code !== 'E_UNREADABLE') throw error
      return refused(context, options, { ok: false, reject: 'not-verified', detail: error.message })
    }
    terminal.settle()
  }
  const files = found.files().map(({ path, type, size }) => ({ path, type, size }))
  const about = { valid: true, uri, id, asOf, kind: content.kind, files }
  if (options.json) terminal.result(jsonLine(about))
  else {
    terminal.result(`id        ${id}`)
    if (asOf !== null) terminal.result(`as of     height ${asOf}; newer: not known`)
    for (const { path, type, size } of files)
      terminal.result(`${path === '' ? 'content' : path}  ${size} bytes  ${type}`)
  }
  return EXIT.valid
}

/** Invalid, or not to be judged where nobody could be reached. */
function refused({ terminal }: CliContext, { json }: Options, { reject, detail }: Rejection): ExitCode {
  if (json) terminal.result(jsonLine({ valid: false, reason: reject, detail }))
  else terminal.note(`${reject}: ${detail}`)
  return reject === 'unreachable' ? EXIT.unjudged : EXIT.invalid
}
