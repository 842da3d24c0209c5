import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from '../../src/lib/index.ts'
import { MAX_REFUSAL_BYTES, readAnswerFrame, refusalFrame } from '../../src/p2p/answer-frame.ts'
import { encodeFrame, FrameDecoder } from '../../src/p2p/frames.ts'

function decode(bytes: Uint8Array, maxBytes = 1 << 20) {
  const decoder = new FrameDecoder(maxBytes)
  decoder.push(bytes)
  return decoder.next()
}

describe('frames', () => {
  it.each([
    [0, '00'],
    [1, '01'],
    [127, '7f'],
    [128, '8001'],
    [300, 'ac02'],
    [16_383, 'ff7f'],
    [16_384, '808001'],
    [262_144, '808010'],
  ])('has the length %i before it as %s', (length, prefix) => {
    const frame = encodeFrame(new Uint8Array(length).fill(7))
    expect(bytesToHex(frame.subarray(0, frame.length - length))).toBe(prefix)
    expect(decode(frame)).toMatchObject({ ok: true, frame: { length } })
  })

  it.each([
    ['8000', 'malformed'],
    ['ff00', 'malformed'],
    ['808000', 'malformed'],
    ['80808080', 'malformed'],
    ['ffffffff0f', 'malformed'],
    ['818008', 'oversized'],
    ['ffffff7f', 'oversized'],
  ])('refuses the length %s as %s', (prefix, reject) => {
    expect(decode(hexToBytes(prefix), 1 << 16)).toMatchObject({ ok: false, reject })
  })

  it('come out as they went in, in whatever pieces they arrive', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 8 })
    fc.assert(
      fc.property(bodies, fc.infiniteStream(fc.integer({ min: 1, max: 90 })), (frames, sizes) => {
        const bytes = Uint8Array.from(frames.flatMap((body) => [...encodeFrame(body)]))
        const decoder = new FrameDecoder(600)
        const found: Uint8Array[] = []
        for (let at = 0; at < bytes.length; ) {
          const size = sizes.next().value as number
          decoder.push(bytes.subarray(at, at + size))
          at += size
          for (;;) {
            const next = decoder.next()
            if (!next.ok) throw new Error(next.detail)
            if (next.frame === null) break
            found.push(next.frame)
          }
        }
        expect(found).toEqual(frames)
        expect(decoder.isAmidst).toBe(false)
      }),
    )
  })

  it('takes nothing more after a refusal, and tells when it is amidst a frame', () => {
    const decoder = new FrameDecoder(10)
    decoder.push(hexToBytes('05aabb'))
    expect(decoder.next()).toEqual({ ok: true, frame: null })
    expect(decoder.isAmidst).toBe(true)
    decoder.push(hexToBytes('ccddee0b'))
    expect(decoder.next()).toEqual({ ok: true, frame: hexToBytes('aabbccddee') })
    expect(decoder.next()).toMatchObject({ ok: false, reject: 'oversized' })
    decoder.push(hexToBytes('01aa'))
    expect(decoder.next()).toMatchObject({ ok: false, reject: 'oversized' })
  })

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(typeof decode(bytes, 32).ok).toBe('boolean')
        expect(typeof readAnswerFrame(bytes).ok).toBe('boolean')
      }),
    )
  })
})

describe('a refusal', () => {
  it('has one form', () => {
    const frame = refusalFrame('no-proof', 'none yet')
    expect(bytesToHex(frame)).toBe('01086e6f2d70726f6f666e6f6e6520796574')
    expect(readAnswerFrame(frame)).toEqual({
      ok: true,
      read: { kind: 'refusal', reason: 'no-proof', detail: 'none yet' },
    })
  })

  it('is cut between characters', () => {
    const frame = refusalFrame('busy', 'ü😀'.repeat(100))
    expect(frame.length).toBeLessThanOrEqual(MAX_REFUSAL_BYTES)
    expect(readAnswerFrame(frame)).toMatchObject({ read: { detail: expect.stringMatching(/^(ü😀)+ü?$/u) } })
  })

  it.each(['', '02', '0100', '01024e4f', '0105626164', '0101ff', `0104${'62757379'}ff`])('is not %s', (bytes) => {
    expect(readAnswerFrame(hexToBytes(bytes))).toMatchObject({ ok: false, reject: 'malformed' })
  })
})
