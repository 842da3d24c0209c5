import { bytesToHex } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readInstruction } from '../../src/bitcoin/envelope/instructions.ts'
import { decodePointer } from '../../src/bitcoin/envelope/write-envelope.ts'
import { type EnvelopeContent, encodeEnvelope, parseEnvelopes } from '../../src/bitcoin/index.ts'
import { contents, scripts } from './envelope-cases.ts'
import { referenceEnvelopes } from './reference.ts'
import { spends } from './script-of.ts'

export interface Runs {
  /** Envelopes written and read again. */
  readonly contents: number
  /** Fuzzed scripts. */
  readonly scripts: number
}

export function envelopeProperties(runs: Runs): void {
  describe(`envelopes: ${runs.contents} written, ${runs.scripts} fuzzed`, () => {
    it('what is written is read again', () => {
      const property = fc.property(contents, (content) => {
        const script = encodeEnvelope(content)
        const found = parseEnvelopes(spends(script))
        expect(found).toHaveLength(1)
        const { error: _error, errors, fields, input, offset, index, unbound, pointer, ...rest } = found[0]!
        expect({ input, offset, index, unbound }).toEqual({ input: 0, offset: 0, index: 0, unbound: false })
        // Whatever is inscribed, only these can be said of it; and what one push holds is no duplicate.
        for (const error of errors) expect(['duplicate_field', 'pointer']).toContain(error)
        expect(errors.includes('duplicate_field')).toBe(hasDuplicate(content))
        const { note, pointer: sat, ...wanted } = content
        const absent = { contentType: null, contentEncoding: null, metaprotocol: null, parents: [], delegate: null }
        const absent2 = { metadata: null, rune: null, properties: null, propertyEncoding: null, body: null }
        expect(rest).toEqual({ ...absent, ...absent2, ...wanted })
        expect(pointer === null ? undefined : decodePointer(pointer)).toBe(sat)
        expect(fields.find(({ tag }) => tag[0] === 15)?.value).toEqual(note)
        pushesAreMinimal(script)
      })
      fc.assert(property, { numRuns: runs.contents })
    })

    it('whatever the script, two readings of the rules agree', () => {
      let found = 0
      const property = fc.property(scripts, (script) => {
        const expected = referenceEnvelopes(script)
        const envelopes = parseEnvelopes(spends(script))
        found += envelopes.length
        expect(envelopes.length).toBe(expected.length)
        for (const [i, { offset, pushes, pushnum, stutter }] of expected.entries()) {
          const { errors, fields, body } = envelopes[i]!
          expect([offset, errors.includes('pushnum'), errors.includes('stutter')]).toEqual([i, pushnum, stutter])
          const begin = pushes.findIndex((push, k) => k % 2 === 0 && push === '')
          expect(body === null ? null : bytesToHex(body)).toBe(begin < 0 ? null : pushes.slice(begin + 1).join(''))
          const flat = fields.flatMap(({ tag, value }) => [bytesToHex(tag), bytesToHex(value)])
          expect(flat).toEqual(pushes.slice(0, begin < 0 ? pushes.length - (pushes.length % 2) : begin))
        }
      })
      fc.assert(property, { numRuns: runs.scripts })
      // Most would be noise if the pieces were badly chosen.
      expect(found).toBeGreaterThan(runs.scripts / 100)
    })
  })
}

function hasDuplicate({ metadata, properties, parents }: EnvelopeContent): boolean {
  return (metadata?.length ?? 0) > 520 || (properties?.length ?? 0) > 520 || (parents?.length ?? 0) > 1
}

/** Length opcodes are the shortest; no push is longer than 520 bytes; no number opcode stands for a byte. */
function pushesAreMinimal(script: Uint8Array): void {
  let at = 0
  for (;;) {
    const instruction = readInstruction(script, at)
    if (instruction === undefined) return
    const { op, push, next } = instruction!
    at = next
    if (push === null) expect([0x63, 0x68]).toContain(op)
    else expect([push.length <= 520, op]).toEqual([true, push.length < 76 ? push.length : push.length < 256 ? 76 : 77])
  }
}
