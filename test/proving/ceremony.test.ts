import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readContributions } from '../../src/proving/groth16/contributions.ts'
import { withContainer } from '../../src/proving/io/iden3-container.ts'
import { checkKey, contributionsOf, ensureGroth16Key, noteSetup } from '../../src/proving/io/index.ts'
import { type CeremonyWorld, ceremonyWorld } from './contract/one-shot-scene.ts'
import { proofEngineContract } from './contract/proof-engine.ts'

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
    for (const section of [3, 5, 6, 7, 8, 9, 10]) {
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
