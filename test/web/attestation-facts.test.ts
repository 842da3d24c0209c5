import { describe, expect, it } from 'vitest'
import { encodeEnvelope, parseEnvelopes } from '../../src/bitcoin/index.ts'
import {
  type Attestation,
  attestationResultJson,
  type VerifiedAttestation,
  verifyAttestation,
} from '../../src/bus/index.ts'
import { attestedFacts, bodyText, notShown } from '../../src/web/attestation-facts.ts'
import { inscriptionAt, onSynthetic, txAt } from '../bus/attestation-scene.ts'
import { poseidon } from '../bus/poseidon-reference.ts'
import { wellOf } from '../support/results.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

function checked(attestation: Attestation): VerifiedAttestation {
  return wellOf(verifyAttestation(attestation, onSynthetic.chain, poseidon)).verified
}
const inscription = checked(inscriptionAt(onSynthetic, 3, 0))
const timing = { verifyMs: 4, attestationBytes: 1234 }
const factsOf = (verified: VerifiedAttestation) => {
  const json = attestationResultJson({ ok: true, verified }, verified.payload.kind)
  return Object.fromEntries(attestedFacts(verified, json, timing).map(({ label, value }) => [label, value]))
}

/** The same, had it revealed this. */
function revealing(content: Parameters<typeof encodeEnvelope>[0]): VerifiedAttestation {
  const [envelope] = parseEnvelopes({ inputs: [{ witness: [encodeEnvelope(content), new Uint8Array(33)] }] })
  return { ...inscription, payload: { ...inscription.payload, envelope } as never }
}

describe('what the page says of an attestation', () => {
  it('gives a transaction’s outputs with value and script', () => {
    expect(factsOf(checked(txAt(onSynthetic, 4)))).toMatchObject({
      Attested: 'Transaction',
      'In block': 'height 170,000',
      Confirmations: '7',
      'Place in block': 'number 4',
      'Output 0': '0.00001003 BTC',
      'Script 0': '03'.repeat(22),
      'Output 1': '0.00000546 BTC',
      'Attestation size': '1,234 bytes',
    })
    expect(notShown({ kind: 'tx' } as never)).toContain('That an output is unspent.')
  })

  it('gives an inscription’s id, type, length and hash', () => {
    const facts = factsOf(inscription)
    expect(facts).toMatchObject({ 'Content type': 'text/plain', Body: '5 bytes' })
    expect(facts.Inscription).toMatch(/^[0-9a-f]{64}i0$/)
    expect(facts['SHA-256 of body']).toBe('a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e')
    expect(bodyText(inscription)).toBe('first')
  })

  it('shows a body as text only where it says so, is short and is text', () => {
    const body = utf8('<script>alert(1)</script>')
    const shown = (type: string | undefined, bytes: Uint8Array) =>
      bodyText(revealing({ ...(type === undefined ? {} : { contentType: utf8(type) }), body: bytes }))
    expect(shown('text/html;charset=utf-8', body)).toBe('<script>alert(1)</script>')
    expect(shown('application/json', utf8('{}'))).toBe('{}')
    for (const [type, bytes] of [
      ['image/svg+xml', body],
      [undefined, body],
      ['text/plain', new Uint8Array(8193).fill(0x61)],
      ['text/plain', Uint8Array.of(0xff)],
      ['text/plain', Uint8Array.of(0x1b, 0x5b)],
      ['text/plain', new Uint8Array()],
    ] as const) {
      expect(shown(type, bytes)).toBe(null)
    }
    expect(bodyText(revealing({ contentType: utf8('text/plain'), contentEncoding: utf8('br'), body }))).toBe(null)
  })

  it('shows a content type that is no text in hexadecimal, and none as none', () => {
    expect(factsOf(revealing({ contentType: Uint8Array.of(0xff, 0), body: utf8('x') }))['Content type']).toBe('ff00')
    expect(factsOf(revealing({}))).toMatchObject({ 'Content type': 'none', Body: 'none' })
  })
})
