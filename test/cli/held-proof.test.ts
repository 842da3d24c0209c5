import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DisplayHash, regtest } from '../../src/bitcoin/index.ts'
import { type ProvedChain, verifyProof } from '../../src/bus/index.ts'
import { heldProof, stays, writeNewer } from '../../src/cli/held-proof.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { mineChain, regtestStart } from '../bus/chain-fixture.ts'
import { FakeEngine } from '../bus/fake-engine.ts'
import { fakeOptions, fakeProof } from '../bus/fake-proof.ts'
import { wellOf } from '../support/results.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-held-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const proved = (work: bigint, tip: string, changes: Partial<ProvedChain> = {}): ProvedChain => ({
  network: 'regtest',
  height: 5,
  tip: tip.repeat(32) as DisplayHash,
  bits: 0x207fffff,
  work,
  accumulator: 1n,
  steps: 3,
  anchor: null,
  setup: 'insecure-dev',
  pow: 'weak',
  keyId: 'ab',
  maxTime: 1,
  start: '00'.repeat(32) as DisplayHash,
  startDigest: '11'.repeat(32),
  params: 1n,
  ...changes,
})

describe('the proof that lies where follow writes', () => {
  it('stays while the new one has no more work', () => {
    const held = proved(12n, 'aa')
    expect(stays(held, proved(10n, 'bb'))).toBe(true)
    expect(stays(held, proved(12n, 'bb'))).toBe(true)
    expect(stays(held, proved(14n, 'bb'))).toBe(false)
    // The same state again: a run that was started anew tells it.
    expect(stays(held, proved(12n, 'aa'))).toBe(false)
    // What cannot be compared is no better.
    expect(stays(held, proved(10n, 'bb', { startDigest: '22'.repeat(32) }))).toBe(false)
    expect(stays(held, proved(10n, 'bb', { setup: 'ceremony' }))).toBe(false)
    expect(stays(held, proved(10n, 'bb', { keyId: 'cd' }))).toBe(false)
  })

  it('is none where there is no file or no valid proof, and an error where it cannot be read', async () => {
    let notes = ''
    const terminal = openTerminal({ write: () => true }, { write: (text) => (notes += text) })
    const options = { params: regtest, verifier: new FakeEngine(regtestStart()), now: 1_800_000_000 }
    expect(await heldProof(join(dir, 'none'), options, terminal)).toBeNull()
    expect(notes).toBe('')
    await writeFile(join(dir, 'old'), 'text')
    expect(await heldProof(join(dir, 'old'), options, terminal)).toBeNull()
    expect(notes).toContain('old will be replaced: it holds no valid proof of this chain (not-a-proof)')
    await mkdir(join(dir, 'folder'))
    await expect(heldProof(join(dir, 'folder'), options, terminal)).rejects.toMatchObject({ code: 'E_USAGE' })
  })
})

describe('the proof that lies where fetch writes', () => {
  it('stays where a better one came there after it was asked for', async () => {
    const file = join(dir, 'chain.proof')
    const terminal = openTerminal({ write: () => true }, { write: () => true })
    const { states } = mineChain(5)
    const [low, middle, high] = await Promise.all(
      [2, 3, 5].map(async (height) => {
        const bytes = await fakeProof(states[height - 1]!)
        return { bytes, chain: wellOf(await verifyProof(bytes, fakeOptions)).chain }
      }),
    )
    const write = async (there: Uint8Array | null) => {
      await rm(file, { force: true })
      if (there !== null) await writeFile(file, there)
      const result = await writeNewer(file, { ok: true, ...middle!, newer: true }, low!, fakeOptions, terminal)
      return [result, new Uint8Array(await readFile(file))]
    }
    for (const there of [
      low!.bytes,
      null,
      new TextEncoder().encode('damaged'),
      (await fakeProof(states[0]!)).slice(),
    ]) {
      expect(await write(there)).toMatchObject([{ ok: true, newer: true }, middle!.bytes])
    }
    expect(await write(high!.bytes)).toMatchObject([{ ok: true, newer: false, chain: { height: 5 } }, high!.bytes])
  })
})
