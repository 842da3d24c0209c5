import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Prover, SetupInfo } from '../../folding/index.d.ts'
import { addonFile, loadAddon } from '../../src/proving/io/addon.ts'
import { elements, FIELD, type State, smallCircuit, step } from './small-circuit.ts'

const addon = loadAddon()
const start: State = [3n, 4n]
const z0 = elements(...start)

/** The literal code that a promise or a call fails with. */
async function code(work: () => unknown): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    expect(error).toBeInstanceOf(Error)
    return (error as { code?: unknown }).code
  }
  return 'no error'
}

describe('folding addon', () => {
  let dir: string
  let r1cs: string
  let ptau: string
  let info: SetupInfo
  let prover: Prover
  let key: Uint8Array
  const stages: string[] = []

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'wsc-folding-'))
    r1cs = join(dir, 'small.r1cs')
    ptau = join(dir, 'dev.ptau')
    await writeFile(r1cs, smallCircuit())
    await addon.makeDevPtau(ptau, 15)
    info = await addon.setup({ r1cs, ptau, outDir: dir }, (stage) => stages.push(stage))
    prover = await addon.Prover.load(dir, r1cs)
    key = await readFile(join(dir, 'verifier.key'))
  }, 120_000)
  afterAll(() => rm(dir, { recursive: true, force: true }))

  it('exports what its declarations say', async () => {
    const declared = await readFile(new URL('../../folding/index.d.ts', import.meta.url), 'utf8')
    const names = [...declared.matchAll(/^export (?:const|function|class) (\w+)/gm)].map((match) => match[1])
    expect(Object.keys(addon).sort()).toEqual(names.sort())
  })

  it('tells about the setup', () => {
    expect(info).toMatchObject({ setup: 'insecure-dev', arity: 2, wires: 7 })
    expect(info.keyId).toMatch(/^[0-9a-f]{64}$/)
    expect(prover.info).toEqual(info)
    expect(stages).toEqual(expect.arrayContaining(['circuit', 'parameters', 'keys', 'write']))
  })

  it('folds, keeps, compresses and verifies', async () => {
    const fold = prover.begin(z0)
    expect([fold.steps, fold.state()]).toEqual([0, z0])
    let state = start
    for (const x of [5n, 0n, FIELD - 1n]) {
      const { witness, next } = step(state, x)
      await fold.fold(witness)
      state = next
      expect(fold.state()).toEqual(elements(...state))
    }
    const again = await prover.restore(await fold.save(), z0)
    expect([again.steps, again.state()]).toEqual([3, fold.state()])
    const proof = await again.compress()
    const verifier = new addon.Verifier(key)
    expect([verifier.keyId, verifier.setup, verifier.arity]).toEqual([info.keyId, 'insecure-dev', 2])
    expect(await verifier.verify(proof, 3, z0)).toEqual(elements(...state))

    const flipped = (at: number) => proof.map((byte, i) => (i === at ? byte ^ 1 : byte))
    for (const at of [0, 40, 700, proof.length - 1]) {
      expect(await code(() => verifier.verify(flipped(at), 3, z0))).toMatch(/^E_PROOF_(INVALID|MALFORMED)$/)
    }
    for (const bad of [new Uint8Array(), proof.subarray(1), Uint8Array.of(...proof, 0), proof.map(() => 255)]) {
      expect(await code(() => verifier.verify(bad, 3, z0))).toBe('E_PROOF_MALFORMED')
    }
    for (const steps of [0, -1, 2, 4, 2.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 1e300]) {
      expect(await code(() => verifier.verify(proof, steps, z0)), String(steps)).toBe('E_PROOF_INVALID')
    }
    for (const from of [elements(3n, 5n), elements(3n), new Uint8Array(64).fill(255), new Uint8Array()]) {
      expect(await code(() => verifier.verify(proof, 3, from))).toBe('E_PROOF_INVALID')
    }
  }, 120_000)

  it('takes the caller’s τ·G2 for the ceremony’s, in a test', async () => {
    const { tauG2Of } = await import('./tau-g2.ts')
    const outDir = join(dir, 'ceremony')
    await mkdir(outDir)
    const ceremonyTauG2 = await tauG2Of(ptau)
    expect(await addon.setup({ r1cs, ptau, outDir, ceremonyTauG2 })).toEqual({ ...info, setup: 'ceremony' })
    expect(new addon.Verifier(key, ceremonyTauG2).setup).toBe('ceremony')
    expect(await code(() => new addon.Verifier(key, ceremonyTauG2.subarray(1)))).toBe('E_KEY')
  }, 60_000)

  it('refuses bad files, each by its code', async () => {
    const missing = join(dir, 'missing')
    const otherPrime = join(dir, 'prime.r1cs')
    const small = join(dir, 'small.ptau')
    await writeFile(otherPrime, smallCircuit(FIELD - 2n))
    await addon.makeDevPtau(small, 4)
    const setup = (options: object) => code(() => addon.setup({ r1cs, ptau, outDir: dir, ...options }))
    expect(await setup({ r1cs: missing })).toBe('E_IO')
    expect(await setup({ r1cs: ptau })).toBe('E_R1CS')
    expect(await setup({ r1cs: otherPrime })).toBe('E_R1CS')
    expect(await setup({ ptau: missing })).toBe('E_IO')
    expect(await setup({ ptau: r1cs })).toBe('E_PTAU')
    expect(await setup({ ptau: small })).toBe('E_PTAU')
    expect(await setup({ outDir: missing })).toBe('E_IO')
    expect(await code(() => addon.makeDevPtau(join(missing, 'x'), 4))).toBe('E_IO')
    for (const power of [0, -1, 2.5, 40, Number.NaN]) {
      expect(await code(() => addon.makeDevPtau(small, power))).toBe('E_PTAU')
    }
    expect(await code(() => addon.Prover.load(missing, r1cs))).toBe('E_IO')
    const spoilt = join(dir, 'spoilt')
    await mkdir(spoilt)
    const params = await readFile(join(dir, 'params.bin'))
    for (const bad of [
      params.subarray(0, 1000),
      params.map((byte, i) => (i === 5000 ? byte ^ 1 : byte)),
      Buffer.of(),
    ]) {
      await writeFile(join(spoilt, 'params.bin'), bad)
      expect(await code(() => addon.Prover.load(spoilt, r1cs))).toBe('E_KEY')
    }
    for (const bad of [
      new Uint8Array(),
      key.subarray(1),
      key.subarray(0, 5000),
      key.map((b, i) => (i === 3 ? b ^ 1 : b)),
    ]) {
      expect(await code(() => new addon.Verifier(bad))).toBe('E_KEY')
    }
  }, 60_000)

  it('refuses bad witnesses, states and accumulators, and goes on', async () => {
    const fold = prover.begin(z0)
    const { witness } = step(start, 7n)
    const broken = witness.slice()
    broken[6 * 32] = (broken[6 * 32] ?? 0) ^ 1
    for (const bad of [broken, step([9n, 4n], 7n).witness, witness.subarray(32), new Uint8Array(witness.length)]) {
      expect(await code(() => fold.fold(bad))).toBe('E_WITNESS')
    }
    expect(fold.steps).toBe(0)
    expect(await code(() => prover.begin(z0.subarray(1)))).toBe('E_WITNESS')
    expect(await code(() => fold.compress())).toBe('E_ACCUMULATOR')
    await fold.fold(witness)
    const saved = await fold.save()
    for (const at of [0, 8, 25, 70, 5000, saved.length - 1]) {
      const bad = saved.map((byte, i) => (i === at ? byte ^ 1 : byte))
      expect(await code(() => prover.restore(bad, z0)), String(at)).toBe('E_ACCUMULATOR')
    }
    expect(await code(() => prover.restore(saved.subarray(0, 100), z0))).toBe('E_ACCUMULATOR')
    expect(await code(() => prover.restore(saved, elements(3n, 5n)))).toBe('E_ACCUMULATOR')
    expect(await code(() => addon.poseidon(1, new Uint8Array(95)))).toBe('E_WITNESS')
    expect(await code(() => addon.poseidon(0.5, new Uint8Array(96)))).toBe('E_WITNESS')
    expect(await code(() => addon.poseidon(1, new Uint8Array(96).fill(255)))).toBe('E_WITNESS')
  }, 60_000)

  it('stops when asked to', async () => {
    const abort = new addon.Abort()
    const outDir = join(dir, 'aborted')
    await mkdir(outDir)
    const work = addon.setup({ r1cs, ptau, outDir }, (stage) => stage === 'parameters' && abort.abort(), abort)
    expect(await code(() => work)).toBe('E_ABORTED')
    expect(await code(() => readFile(join(outDir, 'params.bin')))).toBe('ENOENT')
    const fold = prover.begin(z0)
    await fold.fold(step(start, 1n).witness)
    expect(await code(() => fold.compress(undefined, abort))).toBe('E_ABORTED')
    expect(await fold.compress()).toHaveLength(7264)
  }, 60_000)

  it('leaves the event loop, stdout and uncaughtException alone', async () => {
    const outDir = join(dir, 'child')
    await mkdir(outDir)
    const script = `
      const addon = require(${JSON.stringify(addonFile())})
      let ticks = 0
      const timer = setInterval(() => ticks++, 5)
      const options = ${JSON.stringify({ r1cs, ptau, outDir })}
      const boom = () => { throw new Error('from a progress callback') }
      addon.setup(options, boom).then(async () => {
        const prover = await addon.Prover.load(options.outDir, options.r1cs)
        new addon.Verifier(require('node:fs').readFileSync(options.outDir + '/verifier.key'))
        clearInterval(timer)
        process.stderr.write(String(ticks))
      })`
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', script])
    expect(stdout).toBe('')
    expect(Number(stderr)).toBeGreaterThan(20)
  }, 60_000)
})
