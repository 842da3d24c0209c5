import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { headerHash, mainnet, toDisplay } from '../../src/bitcoin/index.ts'
import { type Attestation, encodeField, poseidonOf } from '../../src/bus/index.ts'
import { attestedCommitment, bytesCommitment } from '../../src/compute/circuit/bytes-commitment.ts'
import { verifyCircuit } from '../../src/compute/circuit/verify-circuit.ts'
import type { InputEvidence } from '../../src/compute/input/attested-input.ts'
import { attestedInscription } from '../../src/compute/input/attested-inscription.ts'
import type { CircuitProgram } from '../../src/compute/manifest/circuit-program.ts'
import type { Manifest } from '../../src/compute/manifest/manifest.ts'
import { readManifest } from '../../src/compute/manifest/read-manifest.ts'
import { type CircuitResult, decodeResult, encodeResult } from '../../src/compute/result/result-file.ts'
import { concatBytes, equalBytes, rejection } from '../../src/lib/index.ts'
import type { ProofVerifier } from '../../src/proving/index.ts'
import { inscriptionAt, onSynthetic, txAt } from '../bus/attestation-scene.ts'
import { kernel } from '../storage/kernels.ts'
import { commitmentOf } from './digits.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

/** A program that reads five bytes: the circuit's own rules are another test's. */
const manifest = ((): Manifest<CircuitProgram> => {
  const read = readManifest(readFileSync(new URL('../../graphs/digits/graph.yaml', import.meta.url)))
  if (!read.ok || read.manifest.program.kind !== 'circuit') throw new Error('no circuit')
  const { program } = read.manifest
  const small = { ...program, input: { signal: 'pixel', commitment: 'image', bytes: 5 }, outputs: ['digit', 'image'] }
  return { ...read.manifest, program: small }
})()

const chain = { ...onSynthetic.chain, tip: toDisplay(headerHash(onSynthetic.headers.at(-1)!)) }
const attestation = inscriptionAt(onSynthetic, 3, 0)
const values = [7n, bytesCommitment(kernel, bytes('first'))]
const program = new Uint8Array(32).fill(7)
const honest: CircuitResult = {
  ...{ kind: 'circuit', program, height: 170_000, values, proof: Uint8Array.of(1) },
  blockHash: headerHash(onSynthetic.headers[0]!),
}

/** Of the proof `1` alone, and of these values: the proof system has a test of its own. */
const verifier: ProofVerifier = {
  info: { scheme: 'spartan', keyId: '', setup: 'insecure-dev', publicValues: 2 },
  verify: async (proof, given) => {
    if (proof.length !== 1) return rejection('proof-malformed', 'another length')
    return equalBytes(given, encodeField(values)) ? { ok: true } : rejection('proof-invalid', 'other values')
  },
}

const verify = (change: Partial<CircuitResult> = {}, under: { attestation?: Attestation; chain?: typeof chain } = {}) =>
  verifyCircuit(
    { ...honest, ...change },
    {
      program,
      manifest,
      verifier,
      params: mainnet,
      chain: under.chain ?? chain,
      kernel,
      evidence: [{ attestations: [under.attestation ?? attestation] }],
    },
  )

function checked<T>(result: T): Extract<T, { readonly ok: true }> {
  if ((result as { readonly ok: boolean }).ok) return result as Extract<T, { readonly ok: true }>
  throw new Error(JSON.stringify(result))
}

describe('the commitment to bytes', () => {
  test.each([0, 1, 5, 31, 32, 403, 404, 784, 4_000])('of %d bytes is that of the circuit’s reference', (length) => {
    const some = Uint8Array.from({ length }, (_, i) => (37 * i + 11) % 256)
    expect(bytesCommitment(kernel, some)).toBe(commitmentOf(some))
  })
})

describe('a circuit’s result', () => {
  test('is verified by the inscription that it read', async () => {
    expect(await verify()).toMatchObject({
      ok: true,
      verified: { height: 170_000, confirmations: 7, outputs: { digit: 7n, image: values[1] } },
    })
    const refused = async (...given: Parameters<typeof verify>) => {
      const result = await verify(...given)
      return result.ok ? 'valid' : result.reject
    }
    expect(await refused({ program: new Uint8Array(32) })).toBe('wrong-program')
    expect(await refused({ height: 169_999 })).toBe('wrong-block')
    expect(await refused({ blockHash: headerHash(onSynthetic.headers[1]!) })).toBe('wrong-block')
    expect(await refused({ values: [7n] })).toBe('bad-outputs')
    expect(await refused({ values: [7n, 8n] })).toBe('wrong-input')
    expect(await refused({ values: [8n, values[1]!] })).toBe('proof-invalid')
    expect(await refused({ proof: Uint8Array.of(1, 2) })).toBe('proof-malformed')
    // Another inscription, one of another length, a transaction, another chain.
    expect(await refused({}, { attestation: inscriptionAt(onSynthetic, 3, 2) })).toBe('wrong-input')
    expect(await refused({}, { attestation: inscriptionAt(onSynthetic, 3, 1) })).toBe('wrong-length')
    expect(await refused({}, { attestation: txAt(onSynthetic, 3) })).toBe('not-an-inscription')
    expect(await refused({}, { chain: { ...chain, height: chain.height + 1 } })).toBe('attestation:other-proof')
    expect(await refused({}, { chain: { ...chain, accumulator: 1n } })).toMatch(/^attestation:/)
  })

  test('of two sources is of the bytes of both, in their order', async () => {
    const inscription = { kind: 'inscription', bytes: 5 } as const
    const own = { ...manifest, dataSources: [inscription, inscription] }
    own.program = { ...manifest.program, input: { ...manifest.program.input!, bytes: 10 } }
    const other = inscriptionAt(onSynthetic, 3, 2)
    const read = checked(attestedInscription(other, chain, poseidonOf(kernel))).inscription.envelope.body!
    expect(read).toHaveLength(5)
    const both = bytesCommitment(kernel, concatBytes(bytes('first'), read))
    const of = async (evidence: readonly Attestation[], commitment = both) => {
      const result = { ...honest, values: [7n, commitment] }
      const any: ProofVerifier = { ...verifier, verify: async () => ({ ok: true }) }
      const found = await verifyCircuit(result, {
        ...{ program, manifest: own, verifier: any, params: mainnet, chain, kernel },
        evidence: evidence.map((one) => ({ attestations: [one] })),
      })
      return found.ok ? found.verified.inputs.length : found.reject
    }
    expect(await of([attestation, other])).toBe(2)
    expect(await of([other, attestation])).toBe('wrong-input')
    expect(await of([attestation, attestation])).toBe('wrong-input')
    expect(await of([attestation])).toBe('no-attestation')
    expect(await of([])).toBe('no-attestation')
    expect(await of([attestation, other, other])).toBe('too-much-evidence')
  })

  test('over a salted commitment is of the one that is attested, and of no bytes', async () => {
    const input = { salt: 'salt', commitment: 'image', bytes: 5 }
    const salted = { ...manifest, program: { ...manifest.program, input } }
    const of = async (commitment: bigint) => {
      const any: ProofVerifier = { ...verifier, verify: async () => ({ ok: true }) }
      const found = await verifyCircuit(
        { ...honest, values: [7n, commitment] },
        {
          ...{ program, manifest: salted, verifier: any, params: mainnet, chain, kernel },
          evidence: [{ attestations: [attestation] }],
        },
      )
      return found.ok ? found.verified.outputs : found.reject
    }
    // The scene's inscriptions have no body of 32 bytes: none of theirs is a commitment.
    expect(await of(values[1]!)).toBe('wrong-input')
    const element = encodeField([5n ** 90n])
    expect(attestedCommitment(kernel, input, element)).toBe(5n ** 90n)
    expect(attestedCommitment(kernel, input, new Uint8Array(32).fill(255))).toBeNull()
    expect(attestedCommitment(kernel, { salt: undefined }, element)).toBe(bytesCommitment(kernel, element))
  })

  test('takes no evidence that belongs to no source, and no content but of a blob', async () => {
    const under = { program, verifier, params: mainnet, chain, kernel }
    const padded = { attestations: [attestation], content: new Uint8Array(150_000) }
    const reasonOf = async (evidence: readonly InputEvidence[], own = manifest) => {
      const found = await verifyCircuit(honest, { ...under, manifest: own, evidence })
      return found.ok ? 'ok' : found.reject
    }
    expect(await reasonOf([{ attestations: [attestation] }])).toBe('ok')
    expect(await reasonOf([padded])).toBe('too-much-evidence')
    const { input: _, ...reads } = manifest.program
    expect(await reasonOf([padded], { ...manifest, program: reads })).toBe('too-much-evidence')
  })

  test('is read as it is written, and in no other form', () => {
    const file = encodeResult(honest)
    expect(decodeResult(file)).toEqual({ ok: true, result: honest })
    for (let length = 0; length < file.length; length++) expect(decodeResult(file.subarray(0, length)).ok).toBe(false)
    expect(decodeResult(Uint8Array.of(...file, 0))).toMatchObject({ reject: 'trailing-bytes' })
    expect(decodeResult(file.with(5, 5))).toMatchObject({ reject: 'malformed' })
    // Of another kind, its bytes are another thing or nothing.
    for (const kind of [1, 3, 4]) expect(decodeResult(file.with(5, kind)).ok).toBe(false)
  })
})

describe('the manifest of a circuit', () => {
  const text = readFileSync(new URL('../../graphs/digits/graph.yaml', import.meta.url), 'utf8')
  test.each([
    ['reads headers', ['kind: inscription', 'kind: headers'], /a circuit with an input reads an inscription/],
    [
      'reads a source that has other bytes',
      ['kind: inscription', 'kind: inscription\n    bytes: 5'],
      /5 bytes, the program reads 784/,
    ],
    [
      'reads two sources whose bytes are not said',
      ['- kind: inscription', '- kind: inscription\n    bytes: 700\n  - kind: storage'],
      /of several sources each has its bytes/,
    ],
    [
      'reads headers beside its input',
      ['- kind: inscription', '- kind: inscription\n    bytes: 784\n  - kind: headers'],
      /a circuit with an input reads an inscription/,
    ],
    ['runs by itself', ['onRequest: true', 'everyBlocks: 1'], /a circuit runs onRequest/],
    ['runs at two times', ['onRequest: true', 'onRequest: true\n  everyBlocks: 1'], /one of them/],
    ['commits by no output', ['commitment: image', 'commitment: other'], /one of the outputs/],
    ['reads nothing', ['bytes: 784', 'bytes: 0'], /bytes/],
    ['says nothing', [/outputs: .*/, 'outputs: []'], /outputs/],
    ['says one thing twice', ['[digit, image', '[digit, digit, image'], /two outputs have one name/],
    ['is proved otherwise', ['kind: circuit', 'kind: circuit\n  proofSystem: fold'], /proofSystem/],
  ] as const)('that %s is refused', (_what, [from, to], detail) => {
    const changed = text.replace(from as string, to)
    expect(changed).not.toBe(text)
    expect(readManifest(bytes(changed))).toMatchObject({
      reject: 'bad-manifest',
      detail: expect.stringMatching(detail),
    })
  })
})
