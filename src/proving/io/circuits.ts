import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, posix, resolve } from 'node:path'
import {
  aSignal,
  aText,
  aTimerMs,
  exactly,
  type OptionRules,
  optional,
  requireArgument,
  requireOptions,
  throwIfAborted,
  WscError,
} from '../../lib/index.ts'
import { packageRoot } from '../../lib/io/index.ts'
import type { CircuitDeclaration, CompiledCircuit } from '../circuit.ts'
import type { ProvingErrorCode } from '../errors.ts'
import { cacheDirectory, fillDirectory } from './cache.ts'
import { type CircuitSource, readSources, type SourceFolders } from './circuit-sources.ts'
import { runCircom } from './compiler-process.ts'
import { compilerText, shortened, stagedPath, warningsOf } from './compiler-text.ts'

/** Optimisation to the full: linear constraints are solved away, which the constraint counts rely on. */
const FLAGS = ['--r1cs', '--wasm', '--sym', '--O2'] as const

/** Options of `compileCircom`. */
export interface CompileOptions {
  readonly signal?: AbortSignal
  /** The compiler is ended after so long, whoever waits; ten minutes unless given, where the bus's own step takes one. */
  readonly timeoutMs?: number
  /** Where includes are looked for alone; what is installed, unless given. */
  readonly within?: SourceFolders
  /** Where compiled circuits are kept; the user's cache, unless given. */
  readonly cache?: string
}

const OPTIONS: OptionRules<CompileOptions> = {
  signal: optional(aSignal),
  timeoutMs: optional(aTimerMs),
  within: optional(exactly('an object with own and packages', { own: aText, packages: aText })),
  cache: optional(aText),
}

/** A large circuit takes half a minute; a busy machine takes long. What a stranger wrote is not waited for so long. */
const [OWN_TIMEOUT_MS, BUNDLED_TIMEOUT_MS] = [1_800_000, 600_000]

/** Compiles a circuit that a part declares, or finds it compiled in the cache. */
export async function compileCircuit(
  { source }: CircuitDeclaration,
  options: CompileOptions = {},
): Promise<CompiledCircuit> {
  const library = join(packageRoot(), 'circuits')
  return await compile(join(library, source), library, options)
}

/**
 * Compiles any Circom main file, or finds it compiled in the cache. Its id takes names relative to the file's own folder.
 * Rejects with `E_CIRCUIT` and the compiler's message, which names file and line.
 *
 * @example
 * import { writeFile } from 'node:fs/promises'
 * import { compileCircom } from 'wsc-bitcoin'
 *
 * const source = 'template T() { signal input a; signal output b; b <== a * a; } component main = T();'
 * await writeFile('square.circom', `pragma circom 2.1.6; ${source}`)
 * const circuit = await compileCircom('square.circom')
 * console.log(circuit.id.length) // 64
 */
export async function compileCircom(main: string, options: CompileOptions = {}): Promise<CompiledCircuit> {
  requireArgument('compileCircom', 'main', main, aText)
  requireOptions('compileCircom', options, OPTIONS)
  const file = resolve(main)
  return await compile(file, dirname(file), options)
}

/** The sources that `compileCircom` reads for a main file, and the id that a circuit of them has. */
export async function circomSources(
  main: string,
  within?: SourceFolders,
): Promise<{ readonly id: string; readonly sources: readonly CircuitSource[] }> {
  const file = resolve(main)
  const sources = await readSources(file, dirname(file), within)
  return { id: idOf(sources, (await findCompiler()).version), sources }
}

/** Compiler, version and flags: what an id of a circuit begins with. */
export async function circomCompiler(): Promise<string> {
  return compilerOf((await findCompiler()).version)
}

async function compile(main: string, library: string, options: CompileOptions): Promise<CompiledCircuit> {
  const sources = await readSources(main, library, options.within)
  const compiler = await findCompiler()
  const id = idOf(sources, compiler.version)
  const directory = join(options.cache ?? cacheDirectory(), 'circuits', id)
  await fillDirectory(directory, (scratch) => runCompiler(sources, scratch, options))
  const file = (extension: string) => join(directory, `circuit.${extension}`)
  return { id, r1cs: file('r1cs'), wasm: file('wasm'), sym: file('sym') }
}

function idOf(sources: readonly CircuitSource[], version: string): string {
  const hash = createHash('sha256').update(`${compilerOf(version)}\n`)
  for (const { of, name, text } of sources) hash.update(`${of} ${name} ${Buffer.byteLength(text)}\n${text}`)
  return hash.digest('hex')
}

const compilerOf = (version: string) => `circom2 ${version} ${FLAGS.join(' ')}`

async function findCompiler(): Promise<{ readonly version: string }> {
  try {
    const manifest = createRequire(import.meta.url).resolve('circom2/package.json')
    const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string }
    return { version }
  } catch (cause) {
    throw new WscError<ProvingErrorCode>('E_CIRCUIT', 'the Circom compiler (the package circom2) is not installed', {
      cause,
    })
  }
}

/** Compiles copies of exactly the files that the id was made of: an include that was overlooked is not there. */
async function runCompiler(
  sources: readonly CircuitSource[],
  directory: string,
  options: CompileOptions,
): Promise<void> {
  const work = join(directory, 'work')
  const main = await stage(sources, work)
  await mkdir(join(work, 'out'), { recursive: true })
  await runIn(work, [main, ...FLAGS, '-l', 'packages', '-o', 'out'], sources, options)
  const name = posix.basename(main, '.circom')
  await rename(join(work, 'out', `${name}.r1cs`), join(directory, 'circuit.r1cs'))
  await rename(join(work, 'out', `${name}.sym`), join(directory, 'circuit.sym'))
  await rename(join(work, 'out', `${name}_js`, `${name}.wasm`), join(directory, 'circuit.wasm'))
  await rm(work, { recursive: true })
}

/** Writes the sources into a folder, and tells the main file's place there. */
async function stage(sources: readonly CircuitSource[], work: string): Promise<string> {
  const paths = sources.map((source) => stagedPath(source, sources))
  for (const [i, { text }] of sources.entries()) {
    const path = join(work, paths[i] as string)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  return paths[0] as string
}

async function runIn(
  work: string,
  args: readonly string[],
  sources: readonly CircuitSource[],
  { signal, within, ...options }: Pick<CompileOptions, 'signal' | 'timeoutMs' | 'within'>,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const { timeoutMs = within === undefined ? OWN_TIMEOUT_MS : BUNDLED_TIMEOUT_MS } = options
  const ran = await runCircom(work, args, { timeoutMs, signal })
  throwIfAborted(signal)
  if (ran.code === 0) return ran
  const why = ran.isLate
    ? `the compiler took more than ${timeoutMs / 1_000} s; is the machine busy?`
    : compilerText(ran, sources)
  throw new WscError<ProvingErrorCode>('E_CIRCUIT', `${sources[0]?.name} does not compile: ${why}`)
}

/**
 * What circom's `--inspect` warns of, each with its template: signals that no constraint holds, for most. Empty where it warns
 * of nothing.
 */
export async function inspectCircom(
  main: string,
  options: Omit<CompileOptions, 'cache'> = {},
): Promise<readonly string[]> {
  const file = resolve(main)
  const sources = await readSources(file, dirname(file), options.within)
  const work = await mkdtemp(join(tmpdir(), 'wsc-inspect-'))
  try {
    // Nothing is solved away, which takes time and changes no warning.
    await mkdir(join(work, 'out'))
    const args = [await stage(sources, work), '--inspect', '--O0', '-l', 'packages']
    const { stdout, stderr } = await runIn(work, args, sources, options)
    return warningsOf(compilerText({ stdout: shortened(stdout), stderr: shortened(stderr) }, sources))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
