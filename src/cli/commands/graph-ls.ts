import { graphFolders, publishedPrograms } from '../../compute/io/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, bitcoindOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { openGraphProgram } from '../graph-place.ts'
import { type IndexOptions, withIndexService } from '../inscription-index.ts'
import { jsonLine } from '../text.ts'
import { settlementDirOption } from '../wallet-place.ts'

interface Options extends IndexOptions {
  readonly ptau?: string
  readonly json?: boolean
}

/** One that is here, or on Bitcoin. */
interface Listed {
  readonly program: string
  readonly name: string | null
  readonly kind: string | null
  /** Of the record; null where it is a folder's. */
  readonly height: number | null
  readonly record: string | null
  readonly content: string | null
  readonly author: string | null
  readonly folder: string | null
}

const HELP = `
With folders it lists the graphs in them, a folder being one or holding some; each is compiled and set up where it was not yet, for
that its id takes. Without, it lists the programs that records on the node's chain publish; whether they are what they say,
\`wsc graph audit\` shows.
`

export const addGraphLs: AddCommand = (parent, run) => {
  const ls = parent
    .command('ls')
    .argument('[DIR...]', 'folders of graphs')
    .description('list programs: those of folders, or those that are published')
  addOptions(ls, ...bitcoindOptions(), shared.network(), settlementDirOption(), shared.ptau(), shared.json())
    .addHelpText('after', HELP + examples('graph ls --network regtest', 'graph ls graphs --json'))
    .action(run(list))
}

async function list(context: CliContext, folders: readonly string[], options: Options): Promise<ExitCode> {
  const { terminal } = context
  const listed = folders.length === 0 ? await published(context, options) : await inFolders(context, folders, options)
  for (const one of listed) {
    const { program, name, kind, height, record, folder } = one
    const where = folder ?? `height ${height}  ${record}`
    terminal.result(options.json ? jsonLine(one) : `${program}  ${name ?? 'no manifest'}  ${kind ?? '-'}  ${where}`)
  }
  return EXIT.valid
}

async function published(context: CliContext, options: Options): Promise<Listed[]> {
  const records = await withIndexService(
    context,
    options,
    async (service) => {
      await service.caughtUp()
      return await publishedPrograms(service, { signal: context.signal })
    },
    true,
  )
  return records.map(({ manifest, ...record }) => ({
    ...{ ...record, folder: null },
    ...{ name: manifest?.name ?? null, kind: manifest?.program.kind ?? null },
  }))
}

async function inFolders(context: CliContext, folders: readonly string[], { ptau }: Options): Promise<Listed[]> {
  const listed: Listed[] = []
  for (const folder of await graphFolders(folders)) {
    const { id, manifest } = await openGraphProgram(folder, context, { ptau })
    const nowhere = { height: null, record: null, content: null, author: null }
    listed.push({ program: bytesToHex(id), name: manifest.name, kind: manifest.program.kind, ...nowhere, folder })
  }
  return listed
}
