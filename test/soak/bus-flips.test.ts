import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { flip, headLength, type RealProof, realProof, reseal } from '../support/bus-proof.ts'

/** Every byte of the SNARK, one bit of it flipped, under a checksum that fits: the verifier itself must notice. */
let dir: string
let proof: RealProof
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-flips-'))
  proof = await realProof(dir)
})
afterAll(() => rm(dir, { recursive: true, force: true }))

it('no byte of a SNARK may be another', async () => {
  const { bytes, reasonOf } = proof
  const counts = new Map<string | null, number>()
  for (let at = headLength(bytes); at < bytes.length - 32; at++) {
    const reason = await reasonOf(reseal(flip(bytes, at, 1 << ((at * 5) % 8))))
    expect(reason, `byte ${at}`).toMatch(/^proof-(malformed|invalid)$/)
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  console.log('flipped bytes refused:', Object.fromEntries(counts))
})
