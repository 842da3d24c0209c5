import { describe, expect, it } from 'vitest'
import {
  contextFromHeaders,
  type Header,
  mainnet,
  type NetworkParams,
  regtest,
  signet,
  testnet4,
} from '../../src/bitcoin/index.ts'
import { better } from '../../src/bus/compare.ts'
import { encodeField } from '../../src/bus/field.ts'
import { decodeProofFile, type ProofFile } from '../../src/bus/proof-file.ts'
import { advance, anchorState, type ChainState } from '../../src/bus/state.ts'
import { packState } from '../../src/bus/state-vector.ts'
import { type VerifyOptions, verifyProof } from '../../src/bus/verify.ts'
import { provedJson, verifyJson } from '../../src/bus/verify-json.ts'
import type { SnarkVerifier } from '../../src/proving/index.ts'
import { rejectOf, wellOf } from '../support/results.ts'
import { headerFile, mineChain, regtestStart } from './chain-fixture.ts'
import { FakeEngine } from './fake-engine.ts'
import { fakeProof } from './fake-proof.ts'
import { poseidon } from './poseidon-reference.ts'

const NOW = 1_800_000_000
const start = regtestStart()
const chain = mineChain(12)
const verifier = new FakeEngine(start)
const other = mineChain(14, 3)

/** The file a prover would write that did `steps` steps to `end`. */
const proofOf = (end: ChainState, steps: number, from = start, changes: Partial<ProofFile> = {}) =>
  fakeProof(end, { steps, from, changes })

const options: VerifyOptions = { params: regtest, verifier, now: NOW }
const tip = (height: number, of = chain) => of.states[height - 1] as ChainState
const reasonOf = async (file: Uint8Array, changes: Partial<VerifyOptions> = {}) =>
  rejectOf(await verifyProof(file, { ...options, ...changes }))

function decoded(file: Uint8Array): ProofFile {
  const result = decodeProofFile(file)
  if (!result.ok) throw new Error(result.reject)
  return result.proof
}

function anchorAt(height: number) {
  const made = contextFromHeaders(regtest, headerFile(chain.headers), 0, height)
  if (!made.ok) throw new Error(made.reject)
  return made.next
}

describe('verifyProof', () => {
  it('says what the proved vector says', async () => {
    const result = await verifyProof(await proofOf(tip(12), 6), options)
    expect(verifyJson(result, regtest.name)).toEqual({
      valid: true,
      reason: null,
      detail: null,
      network: 'regtest',
      height: 12,
      tip: wellOf(result).chain.tip,
      bits: '207fffff',
      chainwork: (13 * 2).toString(16),
      accumulator: tip(12).history.commitment.toString(16).padStart(64, '0'),
      steps: 6,
      anchor: null,
      setup: 'insecure-dev',
      pow: 'weak',
      keyId: verifier.keyId,
    })
  })

  it('says in the same form why a proof is refused', async () => {
    const [valid, refused] = [await proofOf(tip(12), 6), await proofOf(tip(12), 5)]
    const json = verifyJson(await verifyProof(refused, options), regtest.name)
    const nothing = { height: null, tip: null, chainwork: null, anchor: null, setup: null, keyId: null }
    const detail = '5 steps for 12 headers'
    expect(json).toMatchObject({ valid: false, reason: 'bad-steps', detail, network: 'regtest', ...nothing })
    expect(Object.keys(json)).toEqual(Object.keys(verifyJson(await verifyProof(valid, options), regtest.name)))
  })

  it('checks the number of steps against the proved height', async () => {
    for (const [steps, reason] of [
      [5, 'bad-steps'],
      [6, null],
      [9, null],
      [12, null],
      [13, 'bad-steps'],
    ] as const) {
      expect(await reasonOf(await proofOf(tip(12), steps))).toBe(reason)
    }
    expect(await reasonOf(await proofOf(start, 1))).toBe('bad-steps')
  })

  it('refuses proofs of another network, start, key or setup', async () => {
    const file = await proofOf(tip(12), 6)
    expect(await reasonOf(file, { params: mainnet })).toBe('wrong-network')
    expect(await reasonOf(file, { params: signet })).toBe('wrong-network')
    expect(await reasonOf(file, { params: testnet4 })).toBe('network-not-provable')
    expect(await reasonOf(file, { params: { ...regtest, custom: true } })).toBe('wrong-network')
    expect(await reasonOf(file, { anchor: anchorAt(3) })).toBe('wrong-start')
    expect(await reasonOf(file, { verifier: new FakeEngine(start, 'another') })).toBe('wrong-key')
    const ceremony = Object.assign(new FakeEngine(start), { setup: 'ceremony' }) as unknown as SnarkVerifier
    expect(await reasonOf(file, { verifier: ceremony })).toBe('wrong-setup')
  })

  it('refuses all proofs under a key of another circuit, whatever else fits', async () => {
    const file = await proofOf(tip(12), 6)
    const foreign = Object.assign(new FakeEngine(start), { circuitId: 'ab'.repeat(32) }) as unknown as SnarkVerifier
    expect(await foreign.verify(decoded(file).snark, 6, encodeField(packState(start)))).toHaveLength(320)
    expect(await reasonOf(file, { verifier: foreign })).toBe('wrong-circuit')
    expect(await reasonOf(file, { verifier: foreign, allowInsecureSetup: true })).toBe('wrong-circuit')
  })

  it('takes nothing on the word of the file', async () => {
    // A file that claims what it is asked for still has to prove it from the verifier's own start vector.
    const custom: NetworkParams = { ...regtest, custom: true }
    const customStart = { ...start, params: custom }
    const lies = await proofOf(tip(12), 6, start, { params: packState(customStart)[0] as bigint })
    expect(await reasonOf(lies, { params: custom })).toBe('proof-invalid')
    const anchored = anchorState(regtest, anchorAt(3), poseidon)
    const asAnchored = await proofOf(tip(12), 6, start, { start: anchored.start })
    expect(await reasonOf(asAnchored, { anchor: anchorAt(3) })).toBe('proof-invalid')
    const stepsLie = await proofOf(tip(12), 6, start, { steps: 7 })
    expect(await reasonOf(stepsLie)).toBe('proof-invalid')
    expect(await reasonOf(await proofOf(tip(12), 6, start, { snark: new Uint8Array(999) }))).toBe('proof-malformed')
    // A verifier that returned another network's vector would be a bug; it is refused all the same.
    expect(await reasonOf(await proofOf({ ...tip(12), params: custom }, 6))).toBe('bad-state')
  })

  it('refuses the development setup where something is at stake', async () => {
    const params: NetworkParams = { ...regtest, name: 'mainnet' }
    const file = await proofOf(tip(12), 6)
    expect(await reasonOf(file, { params })).toBe('insecure-setup')
    expect(await reasonOf(file, { params, allowInsecureSetup: true })).toBeNull()
  })

  it('judges the greatest time by its clock and the work by its limit', async () => {
    const file = await proofOf(tip(12), 6)
    const { maxTime } = tip(12).context
    expect(await reasonOf(file, { now: maxTime - 7200 })).toBeNull()
    expect(await reasonOf(file, { now: maxTime - 7201 })).toBe('time-too-new')
    expect(await reasonOf(file, { minWork: 26n })).toBeNull()
    expect(await reasonOf(file, { minWork: 27n })).toBe('too-little-work')
  })

  it.each(['keyId', 'circuitId', 'setup', 'verify', 'poseidon'])(
    'takes no verifier for one whose %s is none',
    async (member) => {
      const file = await proofOf(tip(12), 6)
      for (const value of [undefined, 5, null]) {
        const given = Object.assign(new FakeEngine(start), { [member]: value }) as unknown as SnarkVerifier
        await expect(verifyProof(file, { ...options, verifier: given })).rejects.toMatchObject({ code: 'E_OPTIONS' })
      }
    },
  )

  it('refuses a proof that makes the verifier trap or panic', async () => {
    const verify = () => Promise.reject(Object.assign(new Error('the verifier trapped'), { code: 'E_INTERNAL' }))
    const trapping = Object.assign(new FakeEngine(start), { verify })
    const result = await verifyProof(await proofOf(tip(12), 6), { ...options, verifier: trapping })
    expect(result).toEqual({
      ok: false,
      reject: 'proof-malformed',
      detail: 'the SNARK made the verifier fail: the verifier trapped',
    })
    const broken = Object.assign(new FakeEngine(start), { verify: () => Promise.reject(new Error('no addon')) })
    await expect(verifyProof(await proofOf(tip(12), 6), { ...options, verifier: broken })).rejects.toThrow('no addon')
  })

  it('refuses any flipped byte', async () => {
    const file = await proofOf(tip(12), 6)
    for (let at = 0; at < file.length; at++) {
      expect(await reasonOf(file.with(at, (file[at] as number) ^ 0x10))).not.toBeNull()
    }
    expect(decodeProofFile(file).ok).toBe(true)
  })

  it('compares by work and refuses to compare what cannot be', async () => {
    const proved = async (end: ChainState, steps: number, changes: Partial<VerifyOptions> = {}) => {
      return wellOf(await verifyProof(await proofOf(end, steps), { ...options, ...changes })).chain
    }
    const shorter = await proved(tip(12), 6)
    const longer = await proved(tip(14, other), 7)
    const equal = await proved(tip(12, other), 6)
    expect(better(shorter, longer)).toEqual({ ok: true, better: longer })
    expect(better(longer, shorter)).toEqual({ ok: true, better: longer })
    expect(better(shorter, equal)).toEqual({ ok: true, better: shorter })
    expect(better(equal, shorter)).toEqual({ ok: true, better: equal })
    expect(better(shorter, { ...longer, params: 1n })).toMatchObject({ ok: false, reject: 'different-network' })
    expect(better(shorter, { ...longer, setup: 'ceremony' })).toMatchObject({ ok: false, reject: 'different-setup' })
    expect(better(shorter, { ...longer, keyId: 'another' })).toMatchObject({ ok: false, reject: 'different-key' })
  })

  it('tells two anchors at one header apart by all they carry', async () => {
    const anchor = anchorAt(3)
    const proved = async (from: typeof anchor) => {
      const state = anchorState(regtest, from, poseidon)
      const after = advance(state, chain.headers[3] as Header, poseidon)
      if (!after.ok) throw new Error(after.reject)
      return wellOf(await verifyProof(await proofOf(after.next, 1, state), { ...options, anchor: from })).chain
    }
    const one = await proved(anchor)
    const two = await proved({ ...anchor, maxTime: anchor.maxTime + 1 })
    expect(two.start).toBe(one.start)
    expect(better(one, two)).toMatchObject({ ok: false, reject: 'different-start' })
    expect(better(one, await proved(anchor)).ok).toBe(true)
    expect(provedJson(one)).not.toHaveProperty('startDigest')
  })

  it.each(['zz', 'b000', null, Number.NaN, 5, -1n])('takes %s for no least work', async (minWork) => {
    const asked = { ...options, minWork: minWork as bigint }
    await expect(verifyProof(await proofOf(tip(12), 6), asked)).rejects.toMatchObject({ code: 'E_MIN_WORK' })
  })

  it.each([Number.NaN, -1, Date.now(), 2 ** 33, Number.POSITIVE_INFINITY])('takes %d for no time', async (now) => {
    const file = await proofOf(tip(12), 6)
    await expect(verifyProof(file, { ...options, now })).rejects.toMatchObject({ code: 'E_NOW' })
  })
})
