import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mainnet, packParams, startContext } from '../../src/bitcoin/index.ts'
import { decodeProofFile, encodeField, poseidonOf, verifyProof } from '../../src/bus/index.ts'
import { encodeProofFile } from '../../src/bus/proof-file.ts'
import { advance, startState } from '../../src/bus/state.ts'
import { packState } from '../../src/bus/state-vector.ts'
import { loadVerifier } from '../../src/index.ts'
import { openWasmVerifier } from '../../src/proving/index.ts'
import { ensureSetup, NativeVerifier } from '../../src/proving/io/index.ts'
import { developmentPowers } from '../../src/proving/io/setup.ts'
import { setUp } from '../support/bus-json.ts'
import { BusPlace } from '../support/bus-place.ts'
import { builtInKey } from '../support/bus-proof.ts'
import { excerpt } from '../support/excerpts.ts'
import { OTHER_POWER, type OtherCircuit, otherCircuit } from '../support/other-circuit.ts'
import { changed, type PtauSection, readPtau, SECTION, swapPoints, tauG2, writePtau } from '../support/ptau-file.ts'

/**
 * The ceremony's path, with powers of our own: which τ·G2 counts as the ceremony's is given by the test alone. Its
 * circuit is small, for the sake of time, and lets any state follow any other.
 */
let place: BusPlace
let sections: PtauSection[]
let pin: Uint8Array
let circuit: OtherCircuit
/** Whole and sound powers, but neither the ceremony's nor enough of them for the bus. */
let small: string
/** Enough, and still not the ceremony's. */
let large: string
const cache = process.env.XDG_CACHE_HOME
beforeAll(async () => {
  place = await BusPlace.make()
  small = await developmentPowers(OTHER_POWER)
  large = await developmentPowers(17)
  sections = readPtau(await readFile(small))
  pin = tauG2(sections)
  // The keys made here are of no use to anybody else.
  process.env.XDG_CACHE_HOME = place.file('cache')
  circuit = await otherCircuit(place.dir, pin, small)
})
afterAll(async () => {
  if (cache === undefined) delete process.env.XDG_CACHE_HOME
  else process.env.XDG_CACHE_HOME = cache
  await place.remove()
})

const keysOf = (ptau: string) => ensureSetup(circuit.keys.circuit, { ptau, ceremonyTauG2: pin })

describe('a ceremony file', () => {
  it('gives keys of the ceremony under its pin, and of no ceremony under the true one', async () => {
    const key = await readFile(circuit.keys.verifierKey)
    expect(new NativeVerifier(key, pin).setup).toBe('ceremony')
    expect(new NativeVerifier(key).setup).toBe('insecure-dev')
  })

  it('gives the same key when it is pruned to the powers themselves', async () => {
    const kept = sections.filter(({ type }) => type <= SECTION.tauG2)
    const { verifierKey } = await keysOf(await place.put('pruned.ptau', writePtau(kept)))
    const keyId = async (file: string) => new NativeVerifier(await readFile(file), pin).keyId
    expect(await keyId(verifierKey)).toBe(await keyId(circuit.keys.verifierKey))
  })

  const pruneTo = (points: number) =>
    changed(
      changed(
        sections.filter(({ type }) => type <= SECTION.tauG2),
        SECTION.tauG1,
        (body) => body.subarray(0, points * 64),
      ),
      SECTION.header,
      (body) => body,
    )
  it.each<[string, () => Uint8Array]>([
    ['is no powers-of-tau file', () => new TextEncoder().encode('<html>404</html>'.repeat(20))],
    ['is empty', () => new Uint8Array()],
    ['is cut short in its points', () => writePtau(sections).slice(0, 500_000)],
    ['is cut short in its header', () => writePtau(sections).slice(0, 50)],
    ['is not prepared for phase 2', () => writePtau(sections.filter(({ type }) => type < SECTION.firstLagrange))],
    ['is pruned of points that are needed', () => writePtau(pruneTo(1000))],
    [
      'is of another curve',
      () => writePtau(changed(sections, SECTION.header, (body) => body.with(5, (body[5] ?? 0) ^ 1))),
    ],
    ['says another power than it has', () => writePtau(changed(sections, SECTION.header, (body) => body.with(36, 10)))],
    [
      'holds a point off the curve',
      () => writePtau(changed(sections, SECTION.tauG1, (body) => body.with(64 * 77, (body[64 * 77] ?? 0) ^ 1))),
    ],
    [
      'holds points that are no powers',
      () => writePtau(changed(sections, SECTION.tauG1, (body) => swapPoints(body, 5, 900))),
    ],
    [
      'holds another τ in G2 than in G1',
      () =>
        writePtau(
          changed(sections, SECTION.tauG2, (body) => {
            // 2·G2-like: the generator itself, so τ = 1 there.
            body.copyWithin(128, 0, 128)
            return body
          }),
        ),
    ],
  ])('is refused when it %s', async (name, bytes) => {
    const file = await place.put(`${name.replaceAll(' ', '-')}.ptau`, bytes())
    await expect(keysOf(file)).rejects.toMatchObject({ code: 'E_PTAU' })
  })

  it('is refused by the command with exit 2, and leaves no key behind', async () => {
    const cut = await place.put('cut.ptau', writePtau(sections).slice(0, 500_000))
    for (const [file, said] of [
      [cut, 'E_PTAU'],
      // Whole, but for far fewer constraints than the bus has.
      [small, 'E_PTAU'],
      [place.file('none.ptau'), 'cannot be read'],
    ] as const) {
      const run = await place.run('setup', '--ptau', file, '--json')
      expect([run.exit, run.stdout, run.stderr]).toEqual([2, '', expect.stringContaining(said)])
    }
  })

  it('is not needed for the development keys, which `wsc setup` finds or makes', async () => {
    const run = await place.run('setup', '--json')
    expect(run.exit).toBe(0)
    const made = setUp.parse(JSON.parse(run.stdout))
    expect(made.setup).toBe('insecure-dev')
    expect(new NativeVerifier(await readFile(made.key)).keyId).toBe(made.keyId)
  })

  it('of another τ does not pass for the ceremony’s', async () => {
    const out = place.file('m.proof')
    const headers = await place.put('h.bin', excerpt('mainnet-start').bytes)
    const run = await place.run('bus', 'prove', '--headers', headers, '--to', '2', '--ptau', large, '--out', out)
    expect(run).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining('public ceremony') })
    expect(existsSync(out)).toBe(false)
  })
})

describe('a proof of the ceremony’s setup', () => {
  /** A true proof of mainnet's first headers; its powers count as the ceremony's under the pin. */
  let file: Uint8Array
  let key: Uint8Array

  beforeAll(async () => {
    key = await builtInKey()
    const made = decodeProofFile(await readFile(new URL('../vectors/mainnet-height-10.proof', import.meta.url)))
    if (!made.ok) throw new Error(made.reject)
    file = encodeProofFile({ ...made.proof, setup: 'ceremony' })
    await place.put('ceremony.proof', file)
    await place.put('ceremony.key', key)
  })
  const verify = (verifier: NativeVerifier) => verifyProof(file, { params: mainnet, verifier, now: 1_800_000_000 })

  it('is valid on mainnet without any flag, under the pin', async () => {
    expect(await verify(new NativeVerifier(key, pin))).toMatchObject({
      ok: true,
      chain: { height: 10, setup: 'ceremony' },
    })
  })

  it('is refused where the key is not the ceremony’s, whatever the file says', async () => {
    expect(await verify(new NativeVerifier(key))).toMatchObject({ ok: false, reject: 'wrong-setup' })
    const run = await place.run('bus', 'verify', place.file('ceremony.proof'))
    expect(run).toMatchObject({ exit: 1, stdout: '', stderr: expect.stringContaining('wrong-setup') })
    expect(run.stderr).toContain('wsc setup --ptau')
    const given = await place.verify('ceremony.proof', '--key', place.file('ceremony.key'), '--insecure-dev-setup')
    expect(given).toMatchObject({ exit: 1, reason: 'wrong-setup' })
  })
})

describe('a key of the ceremony’s powers for another circuit', () => {
  it('verifies what its circuit proves, and is refused all the same', async () => {
    const key = await readFile(circuit.keys.verifierKey)
    const verifier = new NativeVerifier(key, pin)
    const poseidon = poseidonOf(verifier)
    const start = startState(mainnet, poseidon)
    const first = advance(start, excerpt('mainnet-start').headers[1]!, poseidon)
    if (!first.ok) throw new Error(first.reject)
    const { snark, keyId } = await circuit.prove(packState(start), packState(first.next))
    expect(await verifier.verify(snark, 1, encodeField(packState(start)))).toEqual(encodeField(packState(first.next)))
    const { hash } = startContext(mainnet)
    const common = { setup: 'ceremony', params: packParams(mainnet), steps: 1, snark, keyId } as const
    const file = encodeProofFile({ ...common, start: { kind: 'genesis', height: 0, hash } })
    const options = { params: mainnet, now: 1_800_000_000 }
    expect(await verifyProof(file, { ...options, verifier })).toMatchObject({ ok: false, reject: 'wrong-circuit' })
    const wasm = await readFile(new URL('../../src/bus/verifier/wsc-folding.wasm', import.meta.url))
    const byWasm = await openWasmVerifier(wasm, key, { ceremonyTauG2: pin })
    expect(await verifyProof(file, { ...options, verifier: byWasm })).toMatchObject({ reject: 'wrong-circuit' })
    await place.put('forged.proof', file)
    const run = await place.verify('forged.proof', '--key', await place.put('forged.key', key))
    expect(run).toMatchObject({ exit: 1, valid: false, reason: 'wrong-circuit' })
    const library = await loadVerifier({ key })
    expect(await verifyProof(file, { ...options, verifier: library })).toMatchObject({ reject: 'wrong-circuit' })
  })
})
