import { describe, expect, it } from 'vitest'
import { type EnvelopeContent, encodeEnvelope, parseEnvelopes, regtest, signet } from '../../src/bitcoin/index.ts'
import { type VerifiedAttestation, verifyAttestation } from '../../src/bus/index.ts'
import { checkedLines } from '../../src/cli/commands/check.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { attestedJson, recordContent, requireAuthor } from '../../src/settlement/index.ts'
import { attestedFacts } from '../../src/web/attestation-facts.ts'
import { inscriptionAt, onSynthetic, txAt } from '../bus/attestation-scene.ts'
import { poseidon } from '../bus/poseidon-reference.ts'
import { wellOf } from '../support/results.ts'
import { BODY, CONTENT_TYPE, signed } from './record-fixture.ts'

const record = signed()
const content = recordContent(record, CONTENT_TYPE, BODY)
const plain = wellOf(verifyAttestation(inscriptionAt(onSynthetic, 3, 0), onSynthetic.chain, poseidon)).verified

/** A valid attestation of an inscription that holds this. */
function holding(inscribed: EnvelopeContent): VerifiedAttestation {
  const [envelope] = parseEnvelopes({ inputs: [{ witness: [encodeEnvelope(inscribed), new Uint8Array(33)] }] })
  return { ...plain, payload: { ...plain.payload, envelope } as never }
}
const flipped = (bytes: Uint8Array | undefined, at: number) => bytes!.map((byte, i) => (i === at ? byte ^ 1 : byte))
const at = (name: 'author' | 'sig' | 'program') => bytesToHex(content.metadata!).indexOf(bytesToHex(record[name])) / 2
const rejectOf = (inscribed: EnvelopeContent, author = record.author, params = regtest) => {
  const result = requireAuthor(holding(inscribed), params, author)
  return result.ok ? null : result.reject
}

describe('an attested record', () => {
  it('tells its author and all it says, but not whether it counts', () => {
    const json = attestedJson(holding(content), 'inscription', regtest)
    expect(json.payload).toMatchObject({
      metaprotocol: 'wsc',
      record: { kind: record.kind, seq: record.seq, author: bytesToHex(record.author), counts: null },
      recordReject: null,
    })
    const lines = checkedLines(json, 1).join('\n')
    expect(lines).toContain(`author         ${bytesToHex(record.author)}`)
    expect(lines).toContain('not known from one inscription')
    const facts = attestedFacts(holding(content), json, { verifyMs: 1, attestationBytes: 1 })
    expect(facts.find(({ label }) => label === 'Author')?.value).toBe(bytesToHex(record.author))
    expect(facts.find(({ label }) => label === 'Sequence')?.note).toContain('not known from one inscription')
  })

  it('is none where the inscription is not meant as one', () => {
    expect(attestedJson(plain, 'inscription', regtest).payload).toMatchObject({ record: null, recordReject: null })
    const tx = wellOf(verifyAttestation(txAt(onSynthetic, 4), onSynthetic.chain, poseidon)).verified
    expect(attestedJson(tx, 'tx', regtest).payload).not.toHaveProperty('record')
    expect(requireAuthor(tx, regtest, record.author)).toMatchObject({ reject: 'record:no-inscription' })
  })

  it.each<[string, EnvelopeContent, string | null]>([
    ['nothing', content, null],
    ['the metadata', { ...content, metadata: flipped(content.metadata, at('program')) }, 'record:bad-signature'],
    ['the metadata’s form', { ...content, metadata: flipped(content.metadata, 1) }, 'record:not-cbor'],
    ['the body', { ...content, body: flipped(content.body, 0) }, 'record:bad-signature'],
    ['the signature', { ...content, metadata: flipped(content.metadata, at('sig')) }, 'record:bad-signature'],
    ['the author', { ...content, metadata: flipped(content.metadata, at('author')) }, 'record:bad-signature'],
    ['the metaprotocol', { ...content, metaprotocol: Uint8Array.of(1) }, 'record:not-wsc'],
    ['a field more', { ...content, note: Uint8Array.of(1) }, 'record:extra-field'],
  ])('is refused by name where %s was altered', (_, altered, reject) => {
    expect(rejectOf(altered)).toBe(reject)
    if (reject === null) return
    const json = attestedJson(holding(altered), 'inscription', regtest)
    const name = reject === 'record:not-wsc' ? null : reject.slice('record:'.length)
    expect(json.payload).toMatchObject({ record: null, recordReject: name })
    const facts = attestedFacts(holding(altered), json, { verifyMs: 1, attestationBytes: 1 })
    expect(facts.find(({ label }) => label === 'Record')?.value).toBe(name ?? undefined)
    expect(checkedLines(json, 1).join('\n').includes(`none: ${name}`)).toBe(name !== null)
  })

  it('is refused where another signed it, or for another network', () => {
    expect(rejectOf(content, flipped(record.author, 3))).toBe('record:other-author')
    expect(rejectOf(content, record.author, signet)).toBe('record:bad-signature')
  })
})
