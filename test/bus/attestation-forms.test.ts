import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { supplementToJson } from '../../src/bus/attestation/supplement.ts'
import {
  attestationFromJson,
  attestationToJson,
  decodeAttestation,
  encodeAttestation,
  readAttestation,
  refreshAttestation,
  supplementFromJson,
} from '../../src/bus/index.ts'
import { HEIGHT, inscriptionAt, onReal, onSynthetic, placed, real, reasonOf, txAt } from './attestation-scene.ts'

describe('forms', () => {
  it('refuse what is cut off, goes on, or is something else', () => {
    const bytes = encodeAttestation(inscriptionAt(onSynthetic, 3, 0))
    const rejectOf = (raw: Uint8Array) => {
      const result = decodeAttestation(raw)
      return result.ok ? null : result.reject
    }
    for (let length = 0; length < bytes.length; length++) expect(rejectOf(bytes.subarray(0, length))).not.toBeNull()
    expect(rejectOf(Uint8Array.of(...bytes, 0))).toBe('trailing-bytes')
    expect(rejectOf(bytes.with(0, 0))).toBe('not-an-attestation')
    expect(rejectOf(bytes.with(4, 3))).toBe('unsupported-version')
    expect(decodeAttestation(bytes.with(4, 1))).toMatchObject({
      reject: 'unsupported-version',
      detail: expect.stringContaining('refresh'),
    })
    expect(decodeAttestation(bytes.with(4, 3), 'any')).toMatchObject({ reject: 'unsupported-version' })
    expect(rejectOf(bytes.with(5, 5))).toBe('malformed')
    expect(rejectOf(new Uint8Array(4_200_001))).toBe('oversize')
  })

  it('of any changed byte: refused as a form, or by the check, or another true statement', () => {
    const all = [txAt(onReal, 5), txAt(onSynthetic, 0), inscriptionAt(onSynthetic, 3, 1)]
    for (const attestation of all) {
      const { chain } = attestation.kind === 'tx' && attestation.index === 5 ? onReal : onSynthetic
      const bytes = encodeAttestation(attestation)
      for (let at = 0; at < bytes.length; at++) {
        const result = decodeAttestation(bytes.with(at, (bytes[at] as number) ^ 4))
        if (result.ok) expect(reasonOf(result.attestation, chain), `byte ${at}`).not.toBeNull()
      }
    }
  }, 120_000)

  it('in JSON', () => {
    const json = attestationToJson(txAt(onReal, 5))
    const rejectOf = (value: unknown) => {
      const result = attestationFromJson(typeof value === 'string' ? value : JSON.stringify(value))
      return result.ok ? null : result.reject
    }
    expect(rejectOf(json)).toBeNull()
    for (const name of Object.keys(json)) {
      expect(rejectOf({ ...json, [name]: undefined })).not.toBeNull()
      expect(rejectOf({ ...json, [name]: {} })).not.toBeNull()
    }
    expect(rejectOf({ ...json, more: 1 })).toBe('malformed')
    for (const version of ['1', '3', '02', '2 ', ''])
      expect(rejectOf({ ...json, format: `wsc-attestation-${version}` })).toBe('unsupported-version')
    expect(rejectOf({ ...json, index: 8 })).toBe('malformed')
    expect(rejectOf({ ...json, transaction: null })).toBe('malformed')
    expect(rejectOf({ ...json, path: ['f'.repeat(64)] })).toBe('malformed')
    expect(rejectOf('{')).toBe('not-an-attestation')
    expect(rejectOf('null')).toBe('not-an-attestation')
  })

  it('in JSON with as many digits as there is room for', () => {
    const json = attestationToJson(inscriptionAt(onSynthetic, 3, 0))
    for (const digits of [
      'ab'.repeat(4_195_000),
      `${'ab'.repeat(4_195_000)}a`,
      'ag'.repeat(4_195_000),
      'a'.repeat(83),
    ]) {
      const result = attestationFromJson(JSON.stringify({ ...json, transaction: digits }))
      if (digits.length % 2 === 0 && !digits.includes('g')) expect(result).toMatchObject({ ok: true })
      else expect(result).toMatchObject({ ok: false, reject: 'malformed' })
    }
  })

  it('have no number of more than 32 bits, and read again what they wrote', () => {
    const output = { ...txAt(onReal, 5), kind: 'output', output: 0 } as const
    const inscription = { ...inscriptionAt(onSynthetic, 3, 0), input: 0, envelope: 0 }
    const nine = (value: bigint) => {
      const bytes = new Uint8Array(9).fill(255)
      new DataView(bytes.buffer).setBigUint64(1, value, true)
      return bytes
    }
    const end = (bytes: Uint8Array, cut: number, ...then: number[]) =>
      Uint8Array.of(...bytes.subarray(0, -cut), ...then)
    for (const value of [2n ** 32n, 2n ** 33n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 64n - 1n]) {
      for (const bytes of [
        end(encodeAttestation(output), 1, ...nine(value)),
        end(encodeAttestation(inscription), 1, ...nine(value)),
        end(encodeAttestation(inscription), 2, ...nine(value), 0),
      ]) {
        expect(decodeAttestation(bytes)).toMatchObject({ ok: false, reject: 'malformed' })
      }
      const json = { ...attestationToJson(output), output: Number(value) }
      expect(attestationFromJson(JSON.stringify(json))).toMatchObject({ ok: false, reject: 'malformed' })
      expect(() => encodeAttestation({ ...output, output: Number(value) })).toThrow(RangeError)
    }
    const most = 0xffff_ffff
    for (const attestation of [
      { ...output, output: most },
      { ...inscription, input: most, envelope: most },
    ]) {
      const bytes = encodeAttestation(attestation)
      const read = decodeAttestation(bytes)
      expect(read).toEqual({ ok: true, attestation })
      expect(read.ok && encodeAttestation(read.attestation)).toEqual(bytes)
      expect(attestationFromJson(JSON.stringify(attestationToJson(attestation)))).toEqual(read)
    }
  })

  it('answer any bytes by a value', () => {
    const head = Uint8Array.of(0x57, 0x53, 0x43, 0x41, 1)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (raw, headed) => {
        const result = decodeAttestation(headed ? Uint8Array.of(...head, ...raw) : raw)
        expect(result.ok || result.detail.length > 0).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('refreshing', () => {
  it('brings an attestation to a later proof, by a path through JSON', async () => {
    const later = await placed(real, 13)
    const attestation = txAt(onReal, 5)
    expect(reasonOf(attestation, later.chain)).toBe('other-proof')
    const read = supplementFromJson(JSON.stringify(supplementToJson(later.place)))
    if (!read.ok) throw new Error(read.detail)
    const refreshed = refreshAttestation(attestation, read.supplement)
    if (!refreshed.ok) throw new Error(refreshed.detail)
    expect(reasonOf(refreshed.attestation, later.chain)).toBeNull()
    const elsewhere = { ...read.supplement, height: HEIGHT + 1 }
    expect(refreshAttestation(attestation, elsewhere)).toMatchObject({ reject: 'other-block' })
  })

  it('brings version 1 along, in both forms: all but the path holds as it is', async () => {
    const attestation = inscriptionAt(onSynthetic, 3, 0)
    const stale = { ...attestation, path: [1n, 2n] }
    const json = { ...attestationToJson(stale), format: 'wsc-attestation-1' }
    for (const bytes of [encodeAttestation(stale).with(4, 1), new TextEncoder().encode(JSON.stringify(json))]) {
      expect(readAttestation(bytes)).toMatchObject({ ok: false, reject: 'unsupported-version' })
      const read = readAttestation(bytes, 'any')
      if (!read.ok) throw new Error(read.detail)
      expect(reasonOf(read.attestation, onSynthetic.chain)).toBe('wrong-path-length')
      const refreshed = refreshAttestation(read.attestation, onSynthetic.place)
      if (!refreshed.ok) throw new Error(refreshed.detail)
      expect(encodeAttestation(refreshed.attestation)).toEqual(encodeAttestation(attestation))
    }
  })

  it('does not bring one whose header left the chain', () => {
    const refreshed = refreshAttestation(txAt(onReal, 5), onSynthetic.place)
    if (!refreshed.ok) throw new Error(refreshed.detail)
    expect(reasonOf(refreshed.attestation, onSynthetic.chain)).toBe('not-in-chain')
  })

  it('takes no malformed path', () => {
    const json = supplementToJson(onReal.place)
    for (const bad of [
      '',
      '{',
      JSON.stringify({ ...json, path: ['0'] }),
      JSON.stringify({ ...json, format: 'x' }),
      ' '.repeat(20_000),
    ]) {
      expect(supplementFromJson(bad)).toMatchObject({ reject: 'malformed-path' })
    }
  })
})
