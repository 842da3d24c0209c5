import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { decodeCertificate, encodeCertificate } from '../../storage/certificate/binary.ts'
import { STEPS_PROOF_BYTES } from '../../storage/certificate/certificate.ts'
import { certificateJson } from '../../storage/certificate/certificate-json.ts'
import { refreshCertificate } from '../../storage/certificate/refresh.ts'
import { verifyCertificate } from '../../storage/certificate/verify.ts'
import { openCertificateVerifier } from '../../storage/io/index.ts'
import {
  blob,
  bothParts,
  carol,
  certificateOf,
  chainJson,
  expectFlipsRefused,
  keyPart,
  laterChain,
  options,
  PROOFS,
  partOfAlice,
  placeLater,
  proofOf,
  recordOf,
  storage,
  vectorFile,
  verdict,
} from './certificate-scene.ts'
import { wasmKernel } from './kernels.ts'
import { paramsOf } from './record-scene.ts'

const one = await certificateOf({ keys: [await partOfAlice()] })
const inOrder = await bothParts()
const two = await certificateOf({ keys: inOrder })

/** The verdict on a certificate of one key with this proof in alice's place. */
const ofAlice = async (name: keyof typeof PROOFS) =>
  verdict(await certificateOf({ keys: [await keyPart(101, proofOf(name), PROOFS.alice)] }))

describe('a certificate', () => {
  it('says what it shows, and no more', async () => {
    const result = await verifyCertificate(two, options)
    expect(certificateJson(result, regtest)).toMatchObject({
      valid: true,
      network: 'regtest',
      blob: { id: blob.id, height: 103, length: blob.length },
      challenge: { height: 120 },
      keys: { length: 2 },
      setup: 'insecure-dev',
      claim: {
        says: 'after block 120, each of 2 keys could produce enough to restore the blob, if it is rightly coded',
        error: { oneKey: expect.closeTo(1.6e-15, 16), chosen: expect.closeTo(8.5e-8, 9) },
        rawCopy: { units: 5 },
      },
      replication: 'not shown',
    })
    expect(JSON.stringify(certificateJson(result, regtest))).toContain('faking are free')
  })

  it('is the vector’s, and says what the vector says', async () => {
    expect(two).toEqual(new Uint8Array(readFileSync(vectorFile('two-keys.certificate'))))
    const json = JSON.parse(readFileSync(vectorFile('two-keys.json'), 'utf8'))
    expect(json).toEqual({
      chain: chainJson(),
      verified: certificateJson(await verifyCertificate(two, options), regtest),
    })
  })

  it('is brought to a later proof: it then verifies under that, and not under the one before', async () => {
    const withWins = await certificateOf({
      keys: [await keyPart(101, proofOf('alice'), PROOFS.alice, [await recordOf(122)])],
    })
    for (const bytes of [one, two, withWins]) {
      const read = decodeCertificate(bytes)
      if (!read.ok) throw new Error(read.detail)
      const refreshed = encodeCertificate(await refreshCertificate(read.certificate, placeLater))
      const before = await verifyCertificate(bytes, options)
      expect(await verifyCertificate(refreshed, { ...options, chain: laterChain })).toEqual(before)
      expect(await verdict(refreshed)).toMatch(/^challenge:/)
      expect(await verdict(bytes, { chain: laterChain })).toMatch(/^challenge:/)
    }
  })

  it('is small', () => {
    expect(one.length).toBeLessThan(18_000)
    expect(two.length - one.length).toBeLessThan(14_000)
  })

  it('is read as it is written, and in no other form', () => {
    const read = decodeCertificate(two)
    if (!read.ok) throw new Error(read.detail)
    expect(encodeCertificate(read.certificate)).toEqual(two)
    const form = (bytes: Uint8Array) => decodeCertificate(bytes)
    expect(form(new Uint8Array())).toMatchObject({ reject: 'not-a-certificate' })
    expect(form(new Uint8Array([...one, 0]))).toMatchObject({ reject: 'trailing-bytes' })
    expect(form(one.map((byte, i) => (i === 4 ? 2 : byte)))).toMatchObject({ reject: 'unsupported-version' })
    for (const length of [5, 40, 400, one.length - 1]) {
      expect(form(one.slice(0, length))).toMatchObject({ ok: false })
    }
  })

  it('refuses an altered byte anywhere', async () => {
    await expectFlipsRefused(one, Math.ceil(one.length / 150))
  })
})

it('by WebAssembly verdicts are the same', async () => {
  const by = { verifier: await openCertificateVerifier({ wasm: true }), kernel: await wasmKernel() }
  const judged = async (bytes: Uint8Array) =>
    certificateJson(await verifyCertificate(bytes, { ...options, ...by }), regtest)
  expect(await judged(two)).toEqual(certificateJson(await verifyCertificate(two, options), regtest))
  const few = await certificateOf({ keys: [await keyPart(101, proofOf('few-units'), PROOFS.alice)] })
  expect(await judged(few)).toMatchObject({ valid: false, reason: 'proof-invalid' })
})

describe('attacks on certificates', () => {
  it('19: wrong parity passes, which is known: parity is not shown', async () => {
    const part = await keyPart(101, proofOf('mis-coded'), PROOFS['mis-coded'])
    expect(await verdict(await certificateOf({ blob: 104, keys: [part] }))).toBeNull()
  })

  it('20: an element of more than 31 bytes passes, which is known: readers refuse such a unit', async () => {
    const part = await keyPart(101, proofOf('wide'), PROOFS.wide)
    expect(await verdict(await certificateOf({ blob: 105, keys: [part] }))).toBeNull()
  })

  it('22: a raw copy passes, and the output says what that takes', async () => {
    // So were these proofs made: encoded only once the block was known.
    const result = await verifyCertificate(one, options)
    expect(certificateJson(result, regtest)).toMatchObject({
      valid: true,
      claim: {
        rawCopy: { units: 5, coreSeconds: expect.closeTo(0.00495, 5), cardSeconds: expect.closeTo(0.00004, 5) },
        notShown: expect.arrayContaining([expect.stringContaining('one raw copy answers for all keys')]),
      },
    })
  })

  it('21: an altered proof that its provider signs', async () => {
    for (let at = 7; at < STEPS_PROOF_BYTES; at += 701) {
      const proof = proofOf('alice').map((byte, i) => (i === at ? byte ^ 1 : byte))
      const verdictOn = await verdict(await certificateOf({ keys: [await keyPart(101, proof, PROOFS.alice)] }))
      expect(verdictOn, `byte ${at}`).toMatch(/^proof-(invalid|malformed)$/)
    }
  })

  it('21: steps too few, too many, from the middle', async () => {
    expect(await ofAlice('alice')).toBeNull()
    for (const name of ['thirteen-steps', 'fifteen-steps', 'from-six'] as const) {
      expect(await ofAlice(name), name).toBe('proof-invalid')
    }
  })

  it('21: another key’s base, another blob’s root, another block’s samples, too few units', async () => {
    for (const name of ['bob', 'mis-coded', 'other-block', 'few-units'] as const) {
      expect(await ofAlice(name), name).toBe('proof-invalid')
    }
  })

  it('21: a signature of another key, for another blob, another block', async () => {
    const proof = proofOf('alice')
    for (const recipe of [PROOFS.bob, PROOFS['mis-coded'], PROOFS['other-block']]) {
      const keys = [await keyPart(101, proof, recipe)]
      expect(await verdict(await certificateOf({ keys }))).toBe('bad-signature')
    }
  })

  it('21: a key twice, keys in another order', async () => {
    const [first, second] = inOrder as [(typeof inOrder)[0], (typeof inOrder)[0]]
    expect(await verdict(two)).toBeNull()
    expect(await verdict(await certificateOf({ keys: [first, first] }))).toBe('key-twice')
    expect(await verdict(await certificateOf({ keys: [second, first] }))).toBe('keys-out-of-order')
  })

  it('a key too new, expired, taken back', async () => {
    const ofCarol = async (registered: 106 | 115) =>
      verdict(
        await certificateOf({
          keys: [await keyPart(registered, proofOf('alice'), { ...PROOFS.alice, wallet: carol })],
        }),
      )
    expect(await ofCarol(115)).toBe('key-too-new')
    expect(await ofCarol(106)).toBe('withdrawal')
    expect(await verdict(one, { storage: { ...storage, providerBlocks: 20 } })).toBeNull()
    expect(await verdict(one, { storage: { ...storage, providerBlocks: 19 } })).toBe('key-expired')
  })

  it('a block that may still give way to another', async () => {
    const keys = [await partOfAlice()]
    expect(await verdict(await certificateOf({ challenge: 121, keys }))).toBe('challenge-not-final')
  })

  it('a blob that is published after the block, unpaid, no blob', async () => {
    const keys = [await partOfAlice()]
    expect(await verdict(await certificateOf({ blob: 121, keys }))).toBe('blob-after-challenge')
    expect(await verdict(await certificateOf({ blob: 101, keys }))).toBe('blob:other-kind')
    expect(await verdict(one, { storage: paramsOf([{ from: 0, satoshis: 1n }]) })).toBe('blob:unpaid')
  })

  it('26: wins in a file show no replicas to who has no table, and only their author’s are taken', async () => {
    const withWin = async (height: 122 | 123 | 125) =>
      certificateOf({ keys: [await keyPart(101, proofOf('alice'), PROOFS.alice, [await recordOf(height)])] })
    const result = await verifyCertificate(await withWin(122), options)
    expect(certificateJson(result, regtest)).toMatchObject({ keys: [{ winRecords: 1 }], replication: 'not shown' })
    const one = await recordOf(122)
    const keys = [await keyPart(101, proofOf('alice'), PROOFS.alice, [one, one])]
    expect(await verdict(await certificateOf({ keys }))).toBe('win:twice')
    expect(await verdict(await withWin(123))).toBe('win:other-author')
    expect(await verdict(await withWin(125))).toBe('win:late')
  })

  it('another proof’s chain, another network', async () => {
    const { chain } = options
    expect(await verdict(one, { chain: { ...chain, height: chain.height + 1 } })).toBe('challenge:other-proof')
    expect(await verdict(one, { chain: { ...chain, accumulator: 1n } })).toMatch(/^challenge:/)
    expect(await verdict(one, { chain: { ...chain, params: 1n } })).toBe('other-network')
  })

  it('a verifying key of another circuit', async () => {
    const { verifier } = options
    const other = { ...verifierOf(verifier), circuitId: '00'.repeat(32) }
    expect(await verdict(one, { verifier: other })).toBe('wrong-circuit')
    expect(await verdict(one, { verifier: { ...verifierOf(verifier), keyId: '00'.repeat(32) } })).toBe('wrong-key')
  })
})

function verifierOf(verifier: typeof options.verifier): typeof options.verifier {
  const { keyId, circuitId, setup, arity } = verifier
  return {
    keyId,
    circuitId,
    setup,
    arity,
    verify: (...all) => verifier.verify(...all),
    poseidon: (...all) => verifier.poseidon(...all),
  }
}
