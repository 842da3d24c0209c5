import { dirname, isAbsolute, join, posix, relative, sep } from 'node:path'
import { errorCode, WscError } from '../../lib/index.ts'
import { packageRoot, readRegular } from '../../lib/io/index.ts'
import type { ProvingErrorCode } from '../errors.ts'
import { exists } from './cache.ts'

/** One source file of a circuit. */
export interface CircuitSource {
  /**
   * What it is called in ids and messages, with slashes: a file of the circuit's own relative to the library, a
   * package's file as it is included (`circomlib/circuits/poseidon.circom`).
   */
  readonly name: string
  readonly of: 'library' | 'package'
  readonly text: string
}

/** More than any circuit needs: what a stranger's circuit includes has an end. */
const MAX_FILES = 2_000
const MAX_FILE_BYTES = 8 << 20

/** Folders outside of which no source is read: those of a stranger's circuit and of the packages that came with it. */
export interface SourceFolders {
  readonly own: string
  readonly packages: string
}

/** The name under which a circuit outside of the package includes the circuits of this one. */
const PACKAGE = 'wsc-bitcoin'

/**
 * Every file of a circuit, its main file first, then each include in the order in which it is met. An include is looked
 * for beside the file that has it, then in the packages installed for the main file, then in those of this package.
 *
 * @param library the folder that names are relative to
 * @param within where includes are looked for alone: nothing that is installed is
 */
export async function readSources(main: string, library: string, within?: SourceFolders): Promise<CircuitSource[]> {
  const packages =
    within === undefined ? [...packageFolders(dirname(main)), ...packageFolders(packageRoot())] : [within.packages]
  const found = new Map<string, CircuitSource>()

  const visit = async (file: string, of: CircuitSource['of'], name: string): Promise<void> => {
    const key = `${of} ${name}`
    if (found.has(key)) return
    if (found.size === MAX_FILES)
      throw new WscError<ProvingErrorCode>('E_CIRCUIT', `the circuit has more than ${MAX_FILES} files`)
    const text = await readSource(file, name)
    found.set(key, { name, of, text })
    for (const path of includesOf(text)) {
      if (posix.isAbsolute(path)) {
        throw new WscError<ProvingErrorCode>(
          'E_CIRCUIT',
          `${name} includes "${path}": an absolute path is of one machine only`,
        )
      }
      const beside = join(dirname(file), path)
      if (isWithin(beside, of, within) && (await exists(beside))) {
        const near = posix.join(posix.dirname(name), path)
        if (of === 'package' && near.startsWith('../')) {
          throw new WscError<ProvingErrorCode>(
            'E_CIRCUIT',
            `${name} includes "${path}", which lies outside of its package`,
          )
        }
        await visit(beside, of, near)
        continue
      }
      const installed = await findInPackages(packages, path, within === undefined)
      if (installed === undefined) {
        throw new WscError<ProvingErrorCode>(
          'E_CIRCUIT',
          `${name} includes "${path}", which cannot be read: there is no such file`,
        )
      }
      await visit(installed, 'package', posix.normalize(path))
    }
  }
  await visit(main, 'library', relative(library, main).split(sep).join('/'))
  return [...found.values()]
}

async function readSource(file: string, name: string): Promise<string> {
  const refuse = (why: string, cause?: unknown) =>
    new WscError<ProvingErrorCode>('E_CIRCUIT', `circuit source ${name} cannot be read: ${why}`, { cause })
  const bytes = await readRegular(file, MAX_FILE_BYTES).catch((cause) => {
    const why = { ENOENT: 'there is no such file', E_IO: 'it is no regular file' }[errorCode(cause) ?? '']
    throw refuse(why ?? (cause as Error).message, cause)
  })
  if (bytes.length > MAX_FILE_BYTES) throw refuse(`it has more than ${MAX_FILE_BYTES} bytes`)
  return Buffer.from(bytes).toString('utf8')
}

/** Paths in the include statements of a source, in order; none that stands in a comment. */
function includesOf(source: string): string[] {
  // Texts are matched first, so that `//` within one begins no comment.
  const bare = source.replaceAll(/"[^"\n]*"|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g, (match) =>
    match.startsWith('"') ? match : ' ',
  )
  return [...bare.matchAll(/(?:^|[\s;])include\s*"([^"\n]+)"/g)].map(([, path]) => path as string)
}

/** The folders `node_modules` of a folder and of those above it, as Node looks for packages. */
function packageFolders(folder: string): string[] {
  const above = dirname(folder)
  return [join(folder, 'node_modules'), ...(above === folder ? [] : packageFolders(above))]
}

function isWithin(file: string, of: CircuitSource['of'], within: SourceFolders | undefined): boolean {
  if (within === undefined) return true
  const place = relative(of === 'package' ? within.packages : within.own, file)
  return !isAbsolute(place) && place.split(sep)[0] !== '..'
}

async function findInPackages(
  folders: readonly string[],
  path: string,
  installed: boolean,
): Promise<string | undefined> {
  if (posix.normalize(path).startsWith('../')) return undefined
  // Of this package only the circuits, whether it is installed somewhere or not.
  const own =
    installed && path.startsWith(`${PACKAGE}/circuits/`) ? [join(packageRoot(), path.slice(PACKAGE.length + 1))] : []
  for (const candidate of [...own, ...folders.map((folder) => join(folder, path))]) {
    if (await exists(candidate)) return candidate
  }
  return undefined
}
