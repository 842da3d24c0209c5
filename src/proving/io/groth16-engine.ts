import { createHash } from 'node:crypto'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesToNumberLE } from '@noble/curves/utils.js'
import { type Result, WscError } from '../../lib/index.ts'
import { diskFiles, readRegular, writeAtomic } from '../../lib/io/index.ts'
import type { CompiledCircuit } from '../circuit.ts'
import type { CircuitProof, ProofEngine, ProofReject, ProveOptions, SetupKind } from '../engine.ts'
import type { ProvingErrorCode, WitnessErrorCode } from '../errors.ts'
import { MAX_GROTH16_KEY_BYTES } from '../groth16/key.ts'
import { Groth16Verifier } from '../groth16/verifier.ts'
import { FIELD_MODULUS } from '../modulus.ts'
import { cacheDirectory, fillDirectory } from './cache.ts'
import { askOnce, Groth16Process } from './groth16-process.ts'
import { requirePhase2Powers } from './phase2-powers.ts'
import { readR1csCounts } from './r1cs-header.ts'
import { developmentPowers, hashFile, type KeyDirectory, type SetupOptions } from './setup.ts'
import { keyOfText, proofOfText } from './snarkjs-text.ts'

const FIELD_BYTES = 32
/** Of the powers that snarkjs reads. */
const LEAST_POWER = 2

/**
 * Makes a Groth16 proving key of a circuit for development, or finds it in the cache: all that phase 2 adds is a hash of the
 * circuit, which anybody knows, so that anybody can forge, whatever the powers are. Without it circuits with the same public
 * part would have one verifying key: that says nothing of what is private. Throws E_PTAU where the file has not all sections that phase 2 takes.
 */
export async function ensureGroth16Setup(circuit: CompiledCircuit, options: SetupOptions = {}): Promise<KeyDirectory> {
  const { ptau: given, signal, onProgress } = options
  const ptau = await groth16Powers(circuit, options)
  const powers = given === undefined ? 'development' : await hashFile(given, signal)
  const identity = createHash('sha256').update(`${FORM} ${circuit.id} ${powers}`)
  const directory = join(options.cache ?? cacheDirectory(), 'keys', identity.digest('hex'))
  await fillDirectory(directory, async (made) => {
    onProgress?.('groth16 key', 0, 1)
    const beacon = createHash('sha256').update(`wsc/groth16-development ${circuit.id}`).digest('hex')
    const at = { r1cs: circuit.r1cs, ptau, zkey: join(made, ZKEY) }
    const { key } = await askOnce({ kind: 'set-up', ...at, beacon, rounds: BEACON_ROUNDS }, 'key', signal)
    await writeFile(join(made, VERIFIER_KEY), keyOfText(key))
    onProgress?.('groth16 key', 1, 1)
  })
  return { circuit, directory, verifierKey: join(directory, VERIFIER_KEY) }
}

/**
 * The powers of tau that keys of a circuit are made from. Throws E_CIRCUIT where it has nothing to prove, E_PTAU where the file has not all
 * sections that phase 2 takes.
 */
export async function groth16Powers(circuit: CompiledCircuit, options: SetupOptions): Promise<string> {
  const { constraints, outputs, publicInputs, wires } = await readR1csCounts(circuit.r1cs, options.signal)
  if (wires === 1 + outputs + publicInputs) {
    throw new WscError<ProvingErrorCode>(
      'E_CIRCUIT',
      'all wires of the circuit are public: Groth16 takes one that is not',
    )
  }
  const power = Math.max(LEAST_POWER, Math.ceil(Math.log2(constraints + outputs + publicInputs + 1)))
  const ptau = options.ptau ?? (await developmentPowers(power, options))
  await requirePhase2Powers(ptau)
  return ptau
}

/**
 * Finds what proves under a key of somebody's, a file of snarkjs, or puts it into the cache. Whether it is a key of that circuit, and by
 * whom it was made, is not judged: until that is noted beside it, it counts as one for development. Throws E_SETUP for what is no key.
 */
export async function ensureGroth16Key(
  circuit: CompiledCircuit,
  zkey: string,
  { signal, cache = cacheDirectory() }: Pick<SetupOptions, 'signal' | 'cache'> = {},
): Promise<KeyDirectory> {
  const identity = createHash('sha256').update(`${FORM} ${circuit.id} key ${await hashFile(zkey, signal)}`)
  const directory = join(cache, 'keys', identity.digest('hex'))
  await fillDirectory(directory, async (made) => {
    await copyFile(zkey, join(made, ZKEY))
    const { key } = await askOnce({ kind: 'key', zkey: join(made, ZKEY) }, 'key', signal)
    await writeFile(join(made, VERIFIER_KEY), keyOfText(key))
  })
  return { circuit, directory, verifierKey: join(directory, VERIFIER_KEY), setup: await notedSetup(directory) }
}

/** Notes what a key that was found sound rests on, for whoever opens it on this machine from now on. */
export async function noteSetup({ directory }: KeyDirectory, setup: SetupKind): Promise<void> {
  await writeAtomic(diskFiles, join(directory, NOTED), new TextEncoder().encode(setup))
}

async function notedSetup(directory: string): Promise<SetupKind> {
  const noted = await readRegular(join(directory, NOTED), 16).catch(() => new Uint8Array())
  return new TextDecoder().decode(noted) === 'ceremony' ? 'ceremony' : 'insecure-dev'
}

/** What keys look like: another snarkjs, or another form of ours, has keys of its own. */
const FORM = 'groth16, snarkjs 0.7, WSCG 1'
export const ZKEY = 'proving.zkey'
const VERIFIER_KEY = 'verifier.key'
/** Beside a key that came from elsewhere: what it rests on, once that was looked at. */
const NOTED = 'setup'
/** 2^10 rounds of hashing: the least that there are. */
export const BEACON_ROUNDS = 10

export async function openGroth16Verifier({ verifierKey, setup }: KeyDirectory): Promise<Groth16Verifier> {
  return new Groth16Verifier(await readRegular(verifierKey, MAX_GROTH16_KEY_BYTES), setup)
}

/** Proves one circuit by snarkjs, and verifies: zero-knowledge, so that private inputs stay private, in 128 bytes. */
export class Groth16Engine implements ProofEngine {
  readonly info: ProofEngine['info']
  readonly #keys: KeyDirectory
  readonly #verifier: Groth16Verifier
  readonly #snarkjs = new Groth16Process()

  private constructor(info: ProofEngine['info'], keys: KeyDirectory, verifier: Groth16Verifier) {
    this.info = info
    this.#keys = keys
    this.#verifier = verifier
  }

  /** @param keys what `ensureGroth16Setup` or `ensureGroth16Key` made */
  static async load(keys: KeyDirectory): Promise<Groth16Engine> {
    const verifier = await openGroth16Verifier(keys)
    const { constraints, wires } = await readR1csCounts(keys.circuit.r1cs)
    return new Groth16Engine({ ...verifier.info, constraints, wires }, keys, verifier)
  }

  async prove(given: Uint8Array, { signal, onProgress }: ProveOptions = {}): Promise<CircuitProof> {
    const witness = Uint8Array.from(given)
    requireWitness(witness, this.info.wires)
    const { circuit, directory } = this.#keys
    const request = { kind: 'prove', r1cs: circuit.r1cs, zkey: join(directory, ZKEY), witness } as const
    let stages = 0
    const made = await this.#snarkjs.ask(request, signal, (stage) => onProgress?.(stage, stages++, 2))
    if (made.done !== 'proof') throw new Error('an answer to another question')
    const publicValues = witness.slice(FIELD_BYTES, FIELD_BYTES * (1 + made.publicValues))
    return { proof: proofOfText(made.proof), publicValues }
  }

  /** Ends its process. */
  close(): void {
    this.#snarkjs.close()
  }

  verify(proof: Uint8Array, publicValues: Uint8Array): Promise<Result<object, ProofReject>> {
    return this.#verifier.verify(proof, publicValues)
  }
}

/** snarkjs takes numbers above the field's modulus, and another first wire than 1. */
function requireWitness(witness: Uint8Array, wires: number): void {
  const refuse = (why: string) => new WscError<WitnessErrorCode>('E_WITNESS', `no witness of this circuit: ${why}`)
  if (witness.length !== FIELD_BYTES * wires) throw refuse(`${witness.length} bytes, not ${FIELD_BYTES * wires}`)
  const value = (wire: number) => bytesToNumberLE(witness.subarray(FIELD_BYTES * wire, FIELD_BYTES * (wire + 1)))
  if (value(0) !== 1n) throw refuse('its first wire is not 1')
  for (let wire = 1; wire < wires; wire++) {
    if (value(wire) >= FIELD_MODULUS) throw refuse(`wire ${wire} is no canonical field element`)
  }
}
