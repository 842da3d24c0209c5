import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { curves, zKey } from 'snarkjs'
import { expect } from 'vitest'
import type { CompiledCircuit } from '../../../src/proving/index.ts'
import { ensureGroth16Setup, Groth16Engine } from '../../../src/proving/io/groth16-engine.ts'
import {
  applyBeacon,
  beginCeremony,
  contribute,
  ensureGroth16Key,
  ensureProofSetup,
  type KeyDirectory,
  NativeProofEngine,
} from '../../../src/proving/io/index.ts'
import { developmentPowers } from '../../../src/proving/io/setup.ts'
import { keyOfText } from '../../../src/proving/io/snarkjs-text.ts'
import { elements, FIELD, type Row, r1csFile } from '../../folding/small-circuit.ts'
import { tauG2Of } from '../../folding/tau-g2.ts'
import { otherPowers } from './other-powers.ts'

/** out = (a + b)·c with `a` public: three inputs and one output. Wires: 1, out, a, b, c, a + b. */
const PRODUCT: readonly Row[] = [
  [[5], [4], [1]],
  [[2, 3], [0], [5]],
]
/** out = (a + c)·b */
const OTHER: readonly Row[] = [
  [[5], [3], [1]],
  [[2, 4], [0], [5]],
]

const RUNS: readonly (readonly [a: bigint, b: bigint, c: bigint])[] = [
  [3n, 4n, 5n],
  [FIELD - 1n, 7n, 1n << 200n],
  [1n, 2n, 3n],
]

export interface OneShotWorld {
  readonly engine: NativeProofEngine
  readonly witnesses: readonly Uint8Array[]
  readonly publicValues: readonly Uint8Array[]
  readonly key: Uint8Array
  /** Keys of another circuit, and of the same under other powers. */
  readonly strangers: readonly Uint8Array[]
  /** τ·G2 of the powers under `key`. */
  readonly pin: Uint8Array
  remove(): Promise<void>
}

/** A folder that is its own cache while something is made in it. */
async function inFolder<Value>(make: (directory: string) => Promise<Value>): Promise<Value> {
  const directory = await mkdtemp(join(tmpdir(), 'wsc-one-shot-'))
  const cache = process.env.XDG_CACHE_HOME
  process.env.XDG_CACHE_HOME = join(directory, 'cache')
  try {
    return await make(directory)
  } finally {
    if (cache === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = cache
  }
}

/** Written as bytes: no compiler is needed. */
async function smallCircuit(directory: string, name: string, rows: readonly Row[]): Promise<CompiledCircuit> {
  await mkdir(join(directory, name))
  const r1cs = join(directory, name, 'circuit.r1cs')
  await writeFile(r1cs, r1csFile({ wires: 6, outputs: 1, inputs: 1, privates: 2 }, rows))
  return { id: name, r1cs, wasm: '', sym: '' }
}

const WITNESSES = RUNS.map(([a, b, c]) => elements(1n, ((a + b) * c) % FIELD, a, b, c, (a + b) % FIELD))
const PUBLIC_VALUES = RUNS.map(([a, b, c]) => elements(((a + b) * c) % FIELD, a))

/** A small circuit with its keys of Spartan. */
export async function oneShotWorld(): Promise<OneShotWorld> {
  return await inFolder(async (directory) => {
    const product = await smallCircuit(directory, 'product', PRODUCT)
    const keys = await ensureProofSetup(product)
    const other = await ensureProofSetup(await smallCircuit(directory, 'other', OTHER))
    const elsewhere = await ensureProofSetup(product, { ptau: await otherPowers(directory, 3) })
    return {
      engine: await NativeProofEngine.load(keys),
      witnesses: WITNESSES,
      publicValues: PUBLIC_VALUES,
      key: await readFile(keys.verifierKey),
      strangers: await Promise.all([readFile(other.verifierKey), readFile(elsewhere.verifierKey)]),
      pin: await tauG2Of(await developmentPowers(3)),
      remove: () => rm(directory, { recursive: true }),
    }
  })
}

export interface Groth16World
  extends Pick<OneShotWorld, 'witnesses' | 'publicValues' | 'key' | 'strangers' | 'remove'> {
  readonly engine: Groth16Engine
}

/** The same circuit with a key that two people and a beacon have made. */
export async function ceremonyWorld(): Promise<CeremonyWorld> {
  return await inFolder(async (directory) => {
    const product = await smallCircuit(directory, 'product', PRODUCT)
    const other = await smallCircuit(directory, 'other', OTHER)
    const file = (name: string) => join(directory, `${name}.zkey`)
    await beginCeremony(product, file('first'))
    await contribute({ from: file('first'), to: file('one') }, 'Alice')
    const hash = await zKey.contribute(file('one'), file('two'), 'Bob', 'some entropy')
    await (await curves.getCurveFromName('bn128')).terminate()
    await applyBeacon({ from: file('two'), to: file('held') }, new Uint8Array(32).fill(5))
    const keys = await ensureGroth16Key(product, file('held'))
    const engine = await Groth16Engine.load(keys)
    return {
      ...{ engine, keys, other, file, hash, witnesses: WITNESSES, publicValues: PUBLIC_VALUES },
      remove: async () => {
        engine.close()
        await rm(directory, { recursive: true })
      },
    }
  })
}

export interface CeremonyWorld extends Pick<OneShotWorld, 'witnesses' | 'publicValues' | 'remove'> {
  readonly engine: Groth16Engine
  readonly keys: KeyDirectory
  /** Of another circuit. */
  readonly other: CompiledCircuit
  /** Keys on the way: first, one, two, held. */
  file(name: string): string
  /** Of the second contribution, by snarkjs. */
  readonly hash: Uint8Array
}

/** The same circuit with keys of Groth16. */
export async function groth16World(): Promise<Groth16World> {
  return await inFolder(async (directory) => {
    const product = await smallCircuit(directory, 'product', PRODUCT)
    const keys = await ensureGroth16Setup(product)
    const other = await ensureGroth16Setup(await smallCircuit(directory, 'other', OTHER))
    await expect(ensureGroth16Setup(product, { ptau: await otherPowers(directory, 3) })).rejects.toMatchObject({
      code: 'E_PTAU',
      message: expect.stringContaining('lacks sections 4, 5, 6, 12, 13, 14, 15'),
    })
    const contributed = join(directory, 'contributed.zkey')
    await zKey.contribute(join(keys.directory, 'proving.zkey'), contributed, 'somebody', 'some entropy')
    const curve = await curves.getCurveFromName('bn128')
    const key = keyOfText(await zKey.exportVerificationKey(contributed))
    await curve.terminate()
    const engine = await Groth16Engine.load(keys)
    return {
      engine,
      witnesses: WITNESSES,
      publicValues: PUBLIC_VALUES,
      key: await readFile(keys.verifierKey),
      strangers: [await readFile(other.verifierKey), key],
      remove: async () => {
        engine.close()
        await rm(directory, { recursive: true })
      },
    }
  })
}
