import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, rename } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { packageRoot } from '../../lib/io/index.ts'
import { ProvingError } from '../errors.ts'
import { cacheDirectory, exists, fillDirectory } from './cache.ts'

const root = packageRoot()
const modules = join(root, 'node_modules')
const compiler = join(modules, 'circom2', 'cli.js')

/** Optimisation to the full: linear constraints are solved away, which the constraint counts rely on. */
const FLAGS = ['--r1cs', '--wasm', '--sym', '--O2'] as const

export interface CompiledCircuit {
  /** SHA-256 of every source file the circuit includes, the compiler's version and its flags. */
  readonly hash: string
  readonly r1cs: string
  readonly wasm: string
  readonly sym: string
}

/** The circuits of this project by name, as paths below `circuits/`. */
export const CIRCUITS = { bus: 'bus/main.circom' } as const

/** Compiles a circuit of the registry, or finds it compiled in the cache. */
export function compileCircuit(name: keyof typeof CIRCUITS): Promise<CompiledCircuit> {
  return compileCircom(join(root, 'circuits', CIRCUITS[name]))
}

/** Compiles a Circom main file by circom2, cached by content under `circuits/<hash>`. */
export async function compileCircom(main: string): Promise<CompiledCircuit> {
  const hash = await hashSources(main)
  const directory = join(cacheDirectory(), 'circuits', hash)
  await fillDirectory(directory, (scratch) => compile(main, scratch))
  const file = (extension: string) => join(directory, `circuit.${extension}`)
  return { hash, r1cs: file('r1cs'), wasm: file('wasm'), sym: file('sym') }
}

async function compile(main: string, directory: string): Promise<void> {
  if (!(await exists(compiler))) {
    throw new ProvingError('E_CIRCUIT', 'the Circom compiler is not installed: run `npm run setup` in the clone')
  }
  // In a process of its own: the compiler takes gigabytes, which go back when it ends. It finds nothing above the
  // directory it starts in, so that is the root.
  const below = (path: string) => relative('/', path)
  const args = [compiler, below(main), ...FLAGS, '-l', below(modules), '-o', below(directory)]
  await promisify(execFile)(process.execPath, args, { cwd: '/', maxBuffer: 1 << 24 }).catch((cause) => {
    throw new ProvingError('E_CIRCUIT', `${main} does not compile: ${compilerMessage(cause)}`, { cause })
  })
  const name = basename(main, '.circom')
  await rename(join(directory, `${name}.r1cs`), join(directory, 'circuit.r1cs'))
  await rename(join(directory, `${name}.sym`), join(directory, 'circuit.sym'))
  await rename(join(directory, `${name}_js`, `${name}.wasm`), join(directory, 'circuit.wasm'))
}

function compilerMessage(cause: { stdout?: string; stderr?: string; message?: string }): string {
  const text = `${cause.stdout ?? ''}${cause.stderr ?? ''}` || (cause.message ?? '')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with the escape character
  return text.replaceAll(/\u001b\[[0-9;]*m/g, '').trim()
}

async function hashSources(main: string): Promise<string> {
  const hash = createHash('sha256')
  const { version } = JSON.parse(await readFile(join(modules, 'circom2', 'package.json'), 'utf8')) as {
    version: string
  }
  hash.update(`circom2 ${version} ${FLAGS.join(' ')}\n`)
  const seen = new Set<string>()
  const visit = async (file: string): Promise<void> => {
    if (seen.has(file)) return
    seen.add(file)
    const source = await readFile(file, 'utf8').catch((cause) => {
      throw new ProvingError('E_CIRCUIT', `circuit source ${relative(root, file)} cannot be read`, { cause })
    })
    hash.update(`${relative(root, file)} ${source.length}\n${source}`)
    for (const [, path] of source.matchAll(/^\s*include\s+"([^"]+)"/gm)) {
      const beside = join(dirname(file), path as string)
      await visit((await exists(beside)) ? beside : join(modules, path as string))
    }
  }
  await visit(main)
  return hash.digest('hex')
}
