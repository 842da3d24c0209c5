import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { curves, powersOfTau } from 'snarkjs'
import { afterAll, describe, expect, it } from 'vitest'
import { readContributions } from '../../src/proving/groth16/contributions.ts'
import { withContainer } from '../../src/proving/io/iden3-container.ts'
import {
  beginCeremony,
  checkKey,
  contribute,
  contributionsOf,
  ensureGroth16Key,
  noteSetup,
} from '../../src/proving/io/index.ts'
import { tauG2Of } from '../folding/tau-g2.ts'
import { changed, readPtau, writePtau } from '../support/ptau-file.ts'
import { type CeremonyWorld, ceremonyWorld } from './contract/one-shot-scene.ts'
import { proofEngineContract } from './contract/proof-engine.ts'

/** Section of powers with α. */
const ALPHA_G1 = 4

let made: Promise<CeremonyWorld> | undefined
const world = () => (made ??= ceremonyWorld())
afterAll(async () => (await made)?.remove())

proofEngineContract('groth16, by a key of a ceremony', world)

describe('a key that many have made', { timeout: 300_000 }, () => {
  it('says who, in what order, and what of it snarkjs hashes', async () => {
    const { file, hash } = await world()
    const read = await contributionsOf(file('held'))
    expect(read).toMatchObject({
      ok: true,
      contributions: [
        { name: 'Alice', beacon: null },
        { name: 'Bob', beacon: null, hash },
        { name: '', beacon: { bytes: new Uint8Array(32).fill(5), rounds: 10 } },
      ],
    })
    expect(await contributionsOf(file('first'))).toEqual({ ok: true, contributions: [] })
  })

  it('is held against circuit, powers and each contribution', async () => {
    const { keys, file, other } = await world()
    expect(await checkKey(keys)).toMatchObject({ ok: true, powers: 'insecure-dev', contributions: { length: 3 } })
    // Of a circuit with as many wires.
    const foreign = await ensureGroth16Key(other, file('held'))
    expect(await checkKey(foreign)).toMatchObject({ ok: false, reject: 'key-invalid' })
  })

  it('is refused with any of its points altered, and with a contribution taken out', async () => {
    const { keys, file } = await world()
    const sound = await readFile(file('held'))
    const altered = join(keys.directory, 'proving.zkey')
    const sections = await withContainer(file('held'), 'zkey', async (container) => container!.sections)
    for (const section of [3, 7, 8, 9, 10]) {
      const { at, length } = sections.get(section)![0]!
      // The last byte that is of a point: behind it section 10 has what is said of a contribution.
      const byte = section === 10 ? at + 64 + 4 + 100 : at + length - 1
      await writeFile(altered, sound.with(byte, sound[byte]! ^ 1))
      expect([section, await checkKey(keys)]).toMatchObject([section, { ok: false, reject: 'key-invalid' }])
    }
    await writeFile(altered, sound.subarray(0, sound.length - 100))
    expect(await checkKey(keys)).toMatchObject({ ok: false, reject: 'key-invalid' })
    await writeFile(altered, sound)
    expect(await checkKey(keys)).toMatchObject({ ok: true })
  })

  it('counts as one for development until it was noted that it is none', async () => {
    const { keys, file } = await world()
    expect(keys.setup).toBe('insecure-dev')
    const other = await ensureGroth16Key(keys.circuit, file('two'))
    await noteSetup(other, 'ceremony')
    expect((await ensureGroth16Key(keys.circuit, file('two'))).setup).toBe('ceremony')
    await noteSetup(other, 'insecure-dev')
    expect((await ensureGroth16Key(keys.circuit, file('two'))).setup).toBe('insecure-dev')
  })

  it('rests on the public ceremony where the powers are its own, as the built-in point and their transcript say', async () => {
    const { keys, file } = await world()
    const curve = await curves.getCurveFromName('bn128')
    const [empty, added, ptau] = ['empty', 'added', 'prepared'].map((name) => file(name)) as [string, string, string]
    await powersOfTau.newAccumulator(curve, 4, empty)
    await powersOfTau.contribute(empty, added, 'somebody', 'some entropy')
    await powersOfTau.preparePhase2(added, ptau)
    await curve.terminate()
    await beginCeremony(keys.circuit, file('begun'), { ptau })
    await contribute({ from: file('begun'), to: file('added-to') }, 'Alice')
    const made = await ensureGroth16Key(keys.circuit, file('added-to'))
    const pin = await tauG2Of(ptau)
    expect(await checkKey(made, { ptau, ceremonyTauG2: pin })).toMatchObject({ ok: true, powers: 'ceremony' })
    expect(await checkKey(made, { ptau })).toMatchObject({ ok: true, powers: 'insecure-dev' })
    expect(await checkKey(made)).toMatchObject({ ok: false, reject: 'key-invalid' })
    // The same τ, and an α of somebody's own: its transcript does not say so.
    const sections = readPtau(await readFile(ptau))
    const other = changed(sections, ALPHA_G1, (body) => body.with(64, body[64]! ^ 1))
    await writeFile(ptau, writePtau(other))
    expect(await checkKey(made, { ptau, ceremonyTauG2: pin })).not.toMatchObject({ ok: true, powers: 'ceremony' })
  })

  it('reads contributions whole or refuses them', async () => {
    const { file } = await world()
    const section = await withContainer(file('held'), 'zkey', async (container) => {
      return (await container!.content(container!.sections.get(10)![0]!))!
    })
    expect(readContributions(section).ok).toBe(true)
    for (let length = 0; length < section.length; length++) {
      expect(readContributions(section.subarray(0, length))).toMatchObject({ reject: 'not-a-key' })
    }
    expect(readContributions(Uint8Array.of(...section, 0))).toMatchObject({ reject: 'not-a-key' })
    // As many as there cannot be.
    expect(readContributions(section.with(67, 0xff))).toMatchObject({ reject: 'not-a-key' })
    expect(await contributionsOf(new URL(import.meta.url).pathname)).toMatchObject({ reject: 'not-a-key' })
    await expect(contributionsOf(file('nothing'))).rejects.toMatchObject({ code: 'E_SETUP' })
  })
})
