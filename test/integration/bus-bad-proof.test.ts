import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packParams, regtest, startContext } from '../../src/bitcoin/index.ts'
import { MAX_PROOF_BYTES, poseidonOf } from '../../src/bus/index.ts'
import { encodeProofFile } from '../../src/bus/proof-file.ts'
import { startState } from '../../src/bus/state.ts'
import { packState } from '../../src/bus/state-vector.ts'
import { mineChain } from '../bus/chain-fixture.ts'
import { BusPlace } from '../support/bus-place.ts'
import { flip, headLength, type RealProof, realProof, reseal } from '../support/bus-proof.ts'
import { otherCircuit } from '../support/other-circuit.ts'

/** Proof files that are not, or not quite, what they should be; every flipped byte is in test/soak. */
let place: BusPlace
let proof: RealProof
beforeAll(async () => {
  place = await BusPlace.make()
  proof = await realProof(place.dir)
})
afterAll(() => place.remove())

const judge = async (name: string, bytes: Uint8Array, ...more: string[]) => {
  await place.put(name, bytes)
  return await place.verify(name, '--network', 'regtest', ...more)
}

describe('wsc bus verify, exit 1 and the reason for', () => {
  it.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['truncated', (bytes) => bytes.slice(0, -1)],
    ['truncated', (bytes) => bytes.slice(0, 5000)],
    ['truncated', (bytes) => bytes.slice(0, 8)],
    ['truncated', () => new Uint8Array()],
    ['oversized', (bytes) => Uint8Array.from([...bytes, 0])],
    ['oversized', (bytes) => Uint8Array.from([...bytes, ...bytes])],
    ['oversized', (bytes) => Uint8Array.from([...bytes, ...new Uint8Array(MAX_PROOF_BYTES)])],
    ['not-a-proof', () => new TextEncoder().encode('<!doctype html>'.repeat(1000))],
    ['unsupported-version', (bytes) => bytes.with(8, 2)],
    ['damaged', (bytes) => flip(bytes, bytes.length - 40)],
    ['damaged', (bytes) => flip(bytes, bytes.length - 1)],
  ])('%s', async (reason, change) => {
    expect(await judge('changed.proof', change(proof.bytes))).toMatchObject({ exit: 1, valid: false, reason })
  })

  it('nothing of it in a text of its own: the detail goes to stderr', async () => {
    await place.put('cut.proof', proof.bytes.slice(0, 4000))
    const run = await place.run('bus', 'verify', place.file('cut.proof'), '--network', 'regtest')
    expect(run).toMatchObject({ exit: 1, stdout: '', stderr: expect.stringContaining('invalid: truncated') })
  })

  it('a proof that was never made for this circuit', async () => {
    const circuit = await otherCircuit(place.dir)
    const poseidon = poseidonOf(proof.verifier)
    const start = packState(startState(regtest, poseidon))
    // By the forger's circuit: genesis, then whatever he likes.
    const wish = packState(mineChain(2).states[1]!)
    const { snark, keyId } = await circuit.prove(start, wish)
    const { hash } = startContext(regtest)
    const common = { setup: 'insecure-dev', params: packParams(regtest), steps: 1, snark } as const
    const forged = { ...common, start: { kind: 'genesis', height: 0, hash } } as const
    const honest = await judge('other.proof', encodeProofFile({ ...forged, keyId }))
    expect(honest).toMatchObject({ exit: 1, reason: 'wrong-key' })
    const lying = await judge('lying.proof', encodeProofFile({ ...forged, keyId: proof.verifier.keyId }))
    expect(lying).toMatchObject({ exit: 1, reason: expect.stringMatching(/^proof-(malformed|invalid)$/) })
    // And the true proof under the other circuit's key.
    const other = await judge('true.proof', proof.bytes, '--key', circuit.keys.verifierKey)
    expect(other).toMatchObject({ exit: 1, reason: 'wrong-circuit' })
    // Nor the forger's own, which that key does verify.
    const own = await judge('own.proof', encodeProofFile({ ...forged, keyId }), '--key', circuit.keys.verifierKey)
    expect(own).toMatchObject({ exit: 1, valid: false, reason: 'wrong-circuit' })
    expect(await readFile(proof.file)).toEqual(Buffer.from(proof.bytes))
  })

  it('exit 2 where nothing can be judged', async () => {
    const file = await place.put('true.proof', proof.bytes)
    const garbage = await place.put('garbage.key', new Uint8Array(1000))
    const verify = (...more: string[]) => place.run('bus', 'verify', ...more)
    expect(await verify(place.file('none'))).toMatchObject({ exit: 2, stdout: '' })
    expect(await verify(file, '--key', place.file('none'))).toMatchObject({ exit: 2, stdout: '' })
    const key = await verify(file, '--key', garbage)
    expect([key.exit, key.stderr]).toEqual([2, expect.stringContaining('E_KEY')])
    expect(await verify(file, '--network', 'liquid')).toMatchObject({ exit: 2, stdout: '' })
    expect(await verify(file, '--anchor', garbage, '--network', 'regtest')).toMatchObject({ exit: 2, stdout: '' })
    expect(await verify(file, '--min-work', 'much')).toMatchObject({ exit: 2, stdout: '' })
  })
})

describe('a flipped byte', () => {
  it('is noticed anywhere in the file', async () => {
    const { bytes, reasonOf } = proof
    expect(await reasonOf(bytes)).toBeNull()
    for (let at = 0; at < bytes.length; at++) {
      const reason = await reasonOf(flip(bytes, at, 1 << (at % 8)))
      expect(reason, `byte ${at}`).toMatch(/^(damaged|not-a-proof|unsupported-version|truncated|oversized)$/)
    }
  })

  it('in the head, under a checksum made to fit', async () => {
    const { bytes, reasonOf } = proof
    for (let at = 0; at < headLength(bytes); at++) {
      const reason = await reasonOf(reseal(flip(bytes, at, 1 << (at % 8))))
      expect(reason, `byte ${at}`).not.toBeNull()
      // The start height of a genesis start, its hash, parameters, steps, key id: each is compared or proved.
      if (at >= 80 && at < 84) expect(reason, `steps, byte ${at}`).toMatch(/^(proof-invalid|bad-steps)$/)
    }
  })

  it('in the SNARK, under a checksum made to fit (a sample)', async () => {
    const { bytes, reasonOf } = proof
    const head = headLength(bytes)
    const end = bytes.length - 32
    for (let i = 0; i < 48; i++) {
      const at = head + Math.floor(((end - head - 1) * i) / 47)
      const reason = await reasonOf(reseal(flip(bytes, at, 1 << (i % 8))))
      expect(reason, `byte ${at}`).toMatch(/^proof-(malformed|invalid)$/)
    }
  })
})
