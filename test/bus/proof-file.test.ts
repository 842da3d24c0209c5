import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeProofFile, encodeProofFile, MAX_PROOF_BYTES, type ProofFile } from '../../src/bus/proof-file.ts'
import { concatBytes } from '../../src/lib/index.ts'

const example: ProofFile = {
  keyId: 'ab'.repeat(32),
  setup: 'insecure-dev',
  params: 0x1234n,
  start: { kind: 'anchor', height: 700_000, hash: new Uint8Array(32).fill(7) },
  steps: 12,
  snark: Uint8Array.from({ length: 11_320 }, (_, i) => (i * 31) & 255),
}
const bytes = encodeProofFile(example)
const rejectOf = (file: Uint8Array) => {
  const result = decodeProofFile(file)
  return result.ok ? null : result.reject
}
const resealed = (change: (body: Uint8Array) => void) => {
  const body = bytes.slice(0, -32)
  change(body)
  return concatBytes(body, sha256(body))
}

describe('proof file', () => {
  it('round trips and stays within its size', () => {
    expect(decodeProofFile(bytes)).toEqual({ ok: true, proof: example })
    expect(encodeProofFile({ ...example, snark: new Uint8Array(11_500) }).length).toBeLessThanOrEqual(12_500)
  })

  it('refuses every single flipped bit', () => {
    for (let at = 0; at < bytes.length; at++) {
      const file = bytes.slice()
      file[at] = (file[at] as number) ^ (1 << (at % 8))
      const reject = rejectOf(file)
      expect(reject).not.toBeNull()
      if (at < 8) expect(reject).toBe('not-a-proof')
      else if (at >= bytes.length - 32 - example.snark.length) expect(reject).toBe('damaged')
    }
  })

  it('refuses every truncation and anything after the end', () => {
    for (let length = 0; length < bytes.length; length += length < 200 ? 1 : 101) {
      expect(rejectOf(bytes.slice(0, length))).toBe('truncated')
    }
    expect(rejectOf(concatBytes(bytes, Uint8Array.of(0)))).toBe('oversized')
    expect(rejectOf(concatBytes(bytes, new Uint8Array(MAX_PROOF_BYTES)))).toBe('oversized')
  })

  it('refuses well-sealed nonsense', () => {
    expect(rejectOf(resealed((body) => body.set([2], 8)))).toBe('unsupported-version')
    expect(rejectOf(resealed((body) => body.set([9], 9)))).toBe('unsupported-version')
    expect(rejectOf(resealed((body) => body.set([2], 10)))).toBe('malformed')
    expect(rejectOf(resealed((body) => body.set([2], 11)))).toBe('malformed')
    expect(rejectOf(resealed((body) => body.set([0], 11)))).toBe('malformed') // genesis at height 700,000
    expect(rejectOf(resealed((body) => body.fill(255, 48, 80)))).toBe('malformed') // not canonical
    expect(rejectOf(resealed((body) => body.set([0x20], 90)))).toBe('malformed') // key id with a space
    expect(rejectOf(resealed((body) => body.fill(255, 149, 153)))).toBe('malformed') // absurd SNARK length
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (noise, prefixed) => {
        expect(decodeProofFile(prefixed ? concatBytes(bytes.slice(0, 10), noise) : noise).ok).toBe(false)
      }),
    )
  })
})
