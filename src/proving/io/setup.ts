import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type * as Addon from '../../../folding/index.d.ts'
import {
  aByteArray,
  aFunction,
  aSignal,
  aText,
  type OptionRules,
  optional,
  requireOptions,
  WscError,
} from '../../lib/index.ts'
import type { CompiledCircuit } from '../circuit.ts'
import type { SetupKind } from '../engine.ts'
import type { ProvingErrorCode } from '../errors.ts'
import { abortable, addonFile, loadAddon } from './addon.ts'
import { cacheDirectory, exists, fillDirectory, sweep } from './cache.ts'
import { type R1csCounts, readR1csCounts } from './r1cs-header.ts'

/** Parameters and keys of one circuit under one setup, in the cache. */
export interface KeyDirectory {
  readonly circuit: CompiledCircuit
  readonly directory: string
  /** The compact verifying key. */
  readonly verifierKey: string
  /** What a key rests on that does not say so itself, as one of Groth16; for development where it is left out. */
  readonly setup?: SetupKind
}

/** Which powers of tau, and who hears of the progress. */
export interface SetupOptions {
  /** A powers-of-tau file of the public ceremony; the development powers when left out. */
  readonly ptau?: string
  /** τ·G2 that counts as the ceremony's instead of the built-in one: for tests. */
  readonly ceremonyTauG2?: Uint8Array
  /** Where keys are kept; the user's cache, unless given. Development powers, of which all are alike, are in that always. */
  readonly cache?: string
  readonly signal?: AbortSignal
  onProgress?(stage: string, done: number, total: number): void
}

const OPTIONS: OptionRules<SetupOptions> = {
  ptau: optional(aText),
  ceremonyTauG2: optional(aByteArray),
  cache: optional(aText),
  signal: optional(aSignal),
  onProgress: optional(aFunction),
}

/** What folding adds to a step circuit at most: room to be left by the powers. */
const AUGMENTATION = 17_097
/** Folds have 2^15 rows at least, to which a small step is padded, and 2^17 at most. */
const LEAST_POWER = 15
const MOST_POWER = 17

/** Least number of powers of a circuit's one-shot proofs. */
const LEAST = 2

/**
 * Makes parameters and keys for folding a step circuit, or finds them in the cache under the hash of circuit, powers and
 * addon. Throws E_CIRCUIT where the circuit is too large to be folded.
 */
export async function ensureSetup(circuit: CompiledCircuit, options: SetupOptions = {}): Promise<KeyDirectory> {
  requireOptions('ensureSetup', options, OPTIONS)
  return await ensure('keys', loadAddon().setup, foldedPower, circuit, options)
}

/** Said before any powers are made, which would take longest of all. */
function foldedPower({ constraints, wires }: R1csCounts): number {
  const power = Math.ceil(Math.log2(Math.max(constraints, wires) + AUGMENTATION))
  if (power <= MOST_POWER) return Math.max(power, LEAST_POWER)
  const left = 2 ** MOST_POWER - AUGMENTATION
  throw new WscError<ProvingErrorCode>(
    'E_CIRCUIT',
    `the step has ${constraints} constraints and ${wires} wires; ${left} of each are left for it beside what folding adds`,
  )
}

/**
 * The same for one-shot proofs of a circuit, whose outputs and inputs may be any.
 *
 * @example
 * import { writeFile } from 'node:fs/promises'
 * import { compileCircom, ensureProofSetup, NativeProofEngine, WasmWitnessSource } from 'wsc-bitcoin'
 *
 * const source = 'template T() { signal input a, b, c; signal output out; out <== (a + b) * c; }'
 * await writeFile('sum.circom', `pragma circom 2.1.6; ${source} component main { public [a] } = T();`)
 * const circuit = await compileCircom('sum.circom')
 * const engine = await NativeProofEngine.load(await ensureProofSetup(circuit))
 * const witness = await (await WasmWitnessSource.open(circuit)).witness({ a: 3, b: 4, c: 5 })
 * const { proof, publicValues } = await engine.prove(witness)
 * const { ok } = await engine.verify(proof, publicValues)
 * console.log(ok, publicValues[0], publicValues[32]) // true 35 3
 */
export async function ensureProofSetup(circuit: CompiledCircuit, options: SetupOptions = {}): Promise<KeyDirectory> {
  requireOptions('ensureProofSetup', options, OPTIONS)
  // One for each private wire.
  const power = (counts: R1csCounts) => Math.ceil(Math.log2(Math.max(counts.wires, LEAST)))
  return await ensure('one-shot keys', loadAddon().setUpCircuit, power, circuit, options)
}

async function ensure(
  kind: string,
  setUp: (...parameters: Parameters<typeof Addon.setup>) => Promise<unknown>,
  power: (counts: R1csCounts) => number,
  circuit: CompiledCircuit,
  options: SetupOptions,
): Promise<KeyDirectory> {
  const powers = options.ptau === undefined ? 'development' : await hashFile(options.ptau, options.signal)
  // What a key looks like is the addon's to say: another build has keys of its own.
  const identity = [kind, await hashFile(addonFile()), circuit.id, powers, hex(options.ceremonyTauG2)].join(' ')
  const directory = join(options.cache ?? cacheDirectory(), 'keys', createHash('sha256').update(identity).digest('hex'))
  await fillDirectory(directory, async (outDir) => {
    const least = power(await readR1csCounts(circuit.r1cs, options.signal))
    const ptau = options.ptau ?? (await developmentPowers(least, options))
    const request = {
      r1cs: circuit.r1cs,
      ptau,
      outDir,
      ...(options.ceremonyTauG2 && { ceremonyTauG2: options.ceremonyTauG2 }),
    }
    await abortable(loadAddon(), options.signal, (abort) =>
      setUp(request, (stage, done, total) => options.onProgress?.(stage, done, total), abort),
    )
  })
  return { circuit, directory, verifierKey: join(directory, 'verifier.key') }
}

/** The path of the development powers of tau, 2^power of them; made in the cache where they are not there yet. */
export async function developmentPowers(power: number, options: SetupOptions = {}): Promise<string> {
  const addon = loadAddon()
  const file = join(cacheDirectory(), 'ptau', `insecure-dev-${power}.ptau`)
  if (await exists(file)) return file
  await mkdir(dirname(file), { recursive: true })
  await sweep(dirname(file))
  // In containers that share a cache every process is the first.
  const scratch = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  try {
    await addon.makeDevPtau(scratch, power, (done, total) =>
      options.onProgress?.('development powers of tau', done, total),
    )
    await rename(scratch, file)
  } finally {
    await rm(scratch, { force: true })
  }
  return file
}

/** SHA-256 of a file in hex. Throws E_SETUP where it cannot be read. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  // A device never ends and a pipe without a writer never begins.
  if (
    !(await stat(path).then(
      (stats) => stats.isFile(),
      () => true,
    ))
  ) {
    throw new WscError<ProvingErrorCode>('E_SETUP', `${path} cannot be read: it is no regular file`)
  }
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash, { signal }).catch((cause) => {
    signal?.throwIfAborted()
    throw new WscError<ProvingErrorCode>('E_SETUP', `${path} cannot be read: ${(cause as Error).message}`, { cause })
  })
  return hash.digest('hex')
}

function hex(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes).toString('hex')
}
