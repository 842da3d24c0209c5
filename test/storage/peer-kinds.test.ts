import { describe, expect, it } from 'vitest'
import type { Codec } from '../../src/bus/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { holdersKind } from '../../storage/peers/holders-kind.ts'
import { type Encoding, holdingsKind } from '../../storage/peers/holdings-kind.ts'
import { offerKind } from '../../storage/peers/offer-kind.ts'
import { chunkKind, unitKind } from '../../storage/peers/piece-kinds.ts'
import type { LastScrubs } from '../../storage/replica/scrub-levels.ts'

const id = new Uint8Array(32).fill(0xab)

/** Written and read back. */
function same<Value>(codec: Codec<Value>, value: Value, hex: string) {
  const bytes = codec.encode(value)
  expect(bytesToHex(bytes)).toBe(hex)
  expect(codec.decode(bytes)).toEqual({ ok: true, value })
  for (const other of [bytes.slice(1), new Uint8Array([...bytes, 0]), new Uint8Array()]) {
    expect(codec.decode(other)).toMatchObject({ ok: false, reject: 'malformed' })
  }
}

describe('what peers of storage ask each other', () => {
  it('has these bytes and no others', () => {
    same(chunkKind.question, { id, index: 3071 }, `${'ab'.repeat(32)}ff0b0000`)
    same(unitKind.question, { id, index: 49_151 }, `${'ab'.repeat(32)}ffbf0000`)
    same(offerKind.question, { root: id, length: 7937, coding: 1, partition: 7 }, `${'ab'.repeat(32)}011f000007000000`)
    same(offerKind.answer, { state: 'fetching', held: 2 }, '0102000000')
    same(holdingsKind.question, 5, '05000000')
    const scrubs = {
      recent: { height: 7, chunks: 3, broken: 1 },
      cheap: null,
      full: { height: 1, chunks: 4, broken: 0 },
    }
    same(
      holdingsKind.answer,
      { height: 9, used: 8, held: 4, encoded: 3, holes: 2, encoding: { perHour: 200, secondsLeft: 60 }, scrubs },
      `0900000008000000040000000300000002000000c80000003c000000${'070000000300000001000000'}${'ffffffff0000000000000000'}${'010000000400000000000000'}`,
    )
    same(holdersKind.question, 5, '05000000')
    const seen = holdersKind.answer.encode({ peer: '12D3KooW', height: 258 })
    expect(bytesToHex(seen)).toBe(`02010000${bytesToHex(new TextEncoder().encode('12D3KooW'))}`)
    expect(holdersKind.answer.decode(seen)).toEqual({ ok: true, value: { peer: '12D3KooW', height: 258 } })
  })

  it('gives pieces with paths of exactly their lengths', () => {
    for (const [{ answer, maxAnswerBytes }, path] of [
      [chunkKind, 1_440],
      [unitKind, 1_920],
    ] as const) {
      const read = answer.decode(new Uint8Array(maxAnswerBytes).fill(1))
      expect(read).toMatchObject({ ok: true, value: { path: { length: path } } })
      for (const length of [0, maxAnswerBytes - 1, maxAnswerBytes + 1]) {
        expect(answer.decode(new Uint8Array(length))).toMatchObject({ ok: false, reject: 'malformed' })
      }
    }
  })

  it('refuses lengths that no blob has, states that are none, more chunks than positions', () => {
    expect(offerKind.question.decode(new Uint8Array(40))).toMatchObject({ ok: false })
    expect(offerKind.question.decode(new Uint8Array(40).fill(0xff))).toMatchObject({ ok: false })
    expect(offerKind.answer.decode(Uint8Array.of(4, 0, 0, 0, 0))).toMatchObject({ ok: false })
    expect(offerKind.answer.decode(Uint8Array.of(0, 1, 12, 0, 0))).toMatchObject({ ok: false })
    const none = { recent: null, cheap: null, full: null }
    const holdings = (held: number, scrubs: LastScrubs, encoded = 0, encoding: Encoding | null = null) =>
      holdingsKind.answer.decode(
        holdingsKind.answer.encode({ height: 1, used: 2, held, encoded, holes: 1, encoding, scrubs }),
      )
    expect(holdings(0, none)).toMatchObject({ ok: true })
    expect(holdings(1, none, 1, { perHour: 1, secondsLeft: 0 })).toMatchObject({ ok: true })
    expect(holdings(2, none)).toMatchObject({ ok: false })
    expect(holdings(0, none, 1)).toMatchObject({ ok: false })
    expect(holdings(0, none, 0, { perHour: 0, secondsLeft: 1 })).toMatchObject({ ok: false })
    expect(holdings(0, { ...none, full: { height: 1, chunks: 1, broken: 2 } })).toMatchObject({ ok: false })
    expect(holdings(0, { ...none, cheap: { height: 0xffff_ffff, chunks: 1, broken: 0 } })).toMatchObject({ ok: false })
  })

  it('refuses names of peers that are none, and those that would move a terminal', () => {
    const name = (text: string) =>
      holdersKind.answer.decode(new Uint8Array([1, 0, 0, 0, ...new TextEncoder().encode(text)]))
    expect(name('a'.repeat(128))).toMatchObject({ ok: true })
    for (const text of ['', 'a'.repeat(129), '\u001b[2J', 'a b', 'é']) expect(name(text)).toMatchObject({ ok: false })
    expect(holdersKind.answer.decode(Uint8Array.of(1, 0, 0, 0, 0xff))).toMatchObject({ ok: false })
    expect(holdersKind.answer.decode(Uint8Array.of(1, 0))).toMatchObject({ ok: false })
  })
})
