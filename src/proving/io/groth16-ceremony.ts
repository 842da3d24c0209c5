import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { bytesToHex, type Result, rejection } from '../../lib/index.ts'
import { readRegular } from '../../lib/io/index.ts'
import type { CompiledCircuit } from '../circuit.ts'
import type { SetupKind } from '../engine.ts'
import { type Contribution, MAX_CONTRIBUTIONS_BYTES, readContributions } from '../groth16/contributions.ts'
import { BEACON_ROUNDS, groth16Powers, ZKEY } from './groth16-engine.ts'
import { askOnce } from './groth16-process.ts'
import { withContainer } from './iden3-container.ts'
import { NativeProofVerifier } from './native-proof-engine.ts'
import { ensureProofSetup, type KeyDirectory, type SetupOptions } from './setup.ts'

/** Section of a key with its contributions. */
const CONTRIBUTIONS = 10

/** Files of a key (snarkjs's `.zkey`): of which one is made, and the one that is made. */
interface From {
  readonly from: string
  readonly to: string
}

/** Writes the first key of a ceremony. Throws E_PTAU for powers that are not prepared for phase 2. */
export async function beginCeremony(circuit: CompiledCircuit, to: string, options: SetupOptions = {}): Promise<void> {
  const ptau = await groth16Powers(circuit, options)
  await whole(to, askOnce({ kind: 'begin', r1cs: circuit.r1cs, ptau, zkey: to }, 'zkey', options.signal))
}

/** Adds a contribution whose secret nobody ever sees: it is drawn in a process that ends with this. Throws E_SETUP for what is no key. */
export async function contribute({ from, to }: From, name: string, signal?: AbortSignal): Promise<void> {
  await whole(to, askOnce({ kind: 'contribute', from, zkey: to, name }, 'zkey', signal))
}

/** Adds the last contribution, whose secret is made of these bytes and known to everybody: nobody could choose it. */
export async function applyBeacon({ from, to }: From, beacon: Uint8Array, signal?: AbortSignal): Promise<void> {
  const request = { kind: 'beacon', from, zkey: to, beacon: bytesToHex(beacon), rounds: BEACON_ROUNDS } as const
  await whole(to, askOnce(request, 'zkey', signal))
}

/** Contributions to a key in their order, as it says them: `checkKey` says whether they hold. */
export async function contributionsOf(
  zkey: string,
): Promise<Result<{ readonly contributions: readonly Contribution[] }, 'not-a-key'>> {
  return await withContainer(zkey, 'zkey', async (container) => {
    const [section, second] = container?.sections.get(CONTRIBUTIONS) ?? []
    const isOne = section !== undefined && second === undefined && section.length <= MAX_CONTRIBUTIONS_BYTES
    const content = isOne ? await container?.content(section) : null
    return content ? readContributions(content) : rejection('not-a-key', `${zkey} is no key of Groth16`)
  })
}

/**
 * That a key (`ensureGroth16Key`) is of its circuit and of these powers, each contribution to it made from the one before by somebody who
 * knew its secret, and a beacon's from its bytes. What powers those are is said: the public ceremony's or others.
 */
export async function checkKey(
  { circuit, directory }: KeyDirectory,
  options: SetupOptions = {},
): Promise<
  Result<{ readonly powers: SetupKind; readonly contributions: readonly Contribution[] }, 'key-invalid' | 'not-a-key'>
> {
  const ptau = await groth16Powers(circuit, options)
  const zkey = join(directory, ZKEY)
  // What a killed process leaves there is swept.
  const initial = join(dirname(directory), `.tmp-${process.pid}-${randomBytes(4).toString('hex')}`)
  const { fault } = await askOnce({ kind: 'check', r1cs: circuit.r1cs, ptau, zkey, initial }, 'checked', options.signal)
  if (fault !== null) return rejection('key-invalid', fault)
  const read = await contributionsOf(zkey)
  return read.ok ? { ...read, powers: await powersOf(circuit, ptau, options) } : read
}

/** The addon knows the public ceremony's τ and holds all powers of it against that; α and β are for snarkjs to check. */
async function powersOf(circuit: CompiledCircuit, ptau: string, options: SetupOptions): Promise<SetupKind> {
  if (options.ptau === undefined) return 'insecure-dev'
  const keys = await ensureProofSetup(circuit, { ...options, ptau })
  const { info } = new NativeProofVerifier(await readRegular(keys.verifierKey, 16 << 20), options.ceremonyTauG2)
  if (info.setup !== 'ceremony') return 'insecure-dev'
  const { fault } = await askOnce({ kind: 'check-powers', ptau }, 'checked', options.signal)
  return fault === null ? 'ceremony' : 'insecure-dev'
}

/** A file that is made whole or not at all. */
async function whole(file: string, made: Promise<unknown>): Promise<void> {
  await made.catch(async (error) => {
    await rm(file, { force: true })
    throw error
  })
}
