import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockHash, regtest } from '../../../src/bitcoin/index.ts'
import { readManifest } from '../../../src/compute/manifest/read-manifest.ts'
import { announcementGossip } from '../../../src/compute/peers/announcement-kind.ts'
import { recordDraft } from '../../../src/compute/record-draft.ts'
import { ANNOUNCED_BLOCKS, Announced } from '../../../src/compute/scheduling/announced.ts'
import { announce, announcementHolds } from '../../../src/compute/scheduling/announcement.ts'
import { dueHeight, isDue, paceOf } from '../../../src/compute/scheduling/pace.ts'
import { proverOrder } from '../../../src/compute/scheduling/prover-order.ts'
import { Registered } from '../../../src/compute/scheduling/registered.ts'
import { proverProgram, proverRecord, readProverRecord } from '../../../src/compute/scheduling/registration.ts'
import { ORDERED_SLOTS, turnMs } from '../../../src/compute/scheduling/turns.ts'
import { bytesToHex } from '../../../src/lib/index.ts'
import { storageParams } from '../../../storage/index.ts'

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const peers = fc.uniqueArray(bytes32.map(bytesToHex), { minLength: 1, maxLength: 20 })
const election = fc.record({ blockHash: bytes32.map((bytes) => blockHash(bytes)), program: bytes32.map(bytesToHex) })

describe('the order of provers', () => {
  it('is the same however the candidates are given, and of all of them once', () => {
    fc.assert(
      fc.property(election, peers, (at, some) => {
        const order = proverOrder(at, some)
        expect([...order].sort()).toEqual([...some].sort())
        expect(proverOrder(at, [...some].reverse().concat(some))).toEqual(order)
        // Who leaves changes nothing about the others.
        expect(proverOrder(at, some.slice(1))).toEqual(order.filter((peer) => peer !== some[0]))
      }),
    )
  })

  it('is another at another block and for another program, and everybody is first about equally often', () => {
    const three = [1, 2, 3].map((n) => n.toString(16).padStart(64, '0'))
    const firsts = new Map<string, number>()
    for (let n = 0; n < 900; n++) {
      const hash = blockHash(Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? n & 255 : i === 1 ? n >> 8 : 0)))
      const [first] = proverOrder({ blockHash: hash, program: 'cd'.repeat(32) }, three)
      firsts.set(first as string, (firsts.get(first as string) ?? 0) + 1)
    }
    for (const peer of three) expect(firsts.get(peer)).toBeGreaterThan(240)
  })

  it('gives each a slot of its own, and after four slots anybody', () => {
    fc.assert(
      fc.property(election, peers, fc.integer({ min: 1, max: 100_000 }), (at, some, slotMs) => {
        const order = proverOrder(at, some)
        const turns = order.map((peer) => turnMs(order, peer, slotMs))
        expect(turns).toEqual(order.map((_, i) => slotMs * Math.min(i, ORDERED_SLOTS)))
        expect(turnMs(order, 'a stranger', slotMs)).toBe(slotMs * ORDERED_SLOTS)
      }),
    )
  })

  it('is drawn at the last height at which a program is due', () => {
    const heights = (rest: number) => [1, 4, 5, 6, 11, 12, 13].map((tip) => dueHeight({ every: 6, rest }, tip))
    expect(heights(0)).toEqual([null, null, null, 6, 6, 12, 12])
    expect(heights(5)).toEqual([null, null, 5, 5, 11, 11, 11])
    const pace = fc
      .integer({ min: 1, max: 5000 })
      .chain((every) => fc.record({ every: fc.constant(every), rest: fc.integer({ min: 0, max: every - 1 }) }))
    fc.assert(
      fc.property(pace, fc.integer({ min: 1, max: 1_000_000 }), (of, tip) => {
        const due = dueHeight(of, tip)
        expect(due === null ? tip < of.every : isDue(of, due) && due <= tip && tip - due < of.every).toBe(true)
        expect(isDue(of, tip)).toBe(due === tip)
      }),
    )
  })

  it('is of multiples of its blocks, or of the last block of a period, or of none', () => {
    const of = (name: string) => {
      const read = readManifest(readFileSync(new URL(`../../../graphs/${name}/graph.yaml`, import.meta.url)))
      return read.ok ? paceOf(read.manifest) : undefined
    }
    expect(of('chain-stats')).toEqual({ every: 2016, rest: 0 })
    expect(of('difficulty-falls')).toEqual({ every: 2016, rest: 2015 })
    expect([of('digits'), of('payments')]).toEqual([null, null])
  })
})

describe('registration', () => {
  const rules = storageParams(regtest)
  const [a, b] = ['aa'.repeat(32), 'bb'.repeat(32)]
  const at = (height: number, author: string, peer: string | null, seq = 1) => ({ height, author, peer, seq })

  it('counts from so many blocks after its record on, which is on regtest 6 and on mainnet 144', () => {
    const registered = new Registered(rules, [at(10, a, a)])
    expect([15, 16].map((height) => registered.peersAt(height))).toEqual([[], [a]])
    expect(rules.providerDelay).toBe(6)
    expect(registered.peersAt(10 + rules.providerBlocks)).toEqual([])
  })

  it('gives an author one place, by the record with the greatest number that counts', () => {
    const registered = new Registered(rules, [at(10, a, a), at(20, a, b, 2)])
    expect([25, 26].map((height) => registered.peersAt(height))).toEqual([[a], [b]])
    // Two authors that name one peer give it one place too.
    expect(new Registered(rules, [at(10, a, a), at(10, b, a)]).peersAt(30)).toEqual([a])
  })

  it('is read from a record as it was drafted, and from no other', () => {
    const metadata = recordDraft(proverRecord(new Uint8Array(32).fill(0xaa)), {
      height: 7,
      blockHash: blockHash(new Uint8Array(32)),
      seq: 3,
    }).metadata as Map<string, unknown>
    const record = {
      kind: 'prover',
      program: bytesToHex(proverProgram()),
      output: metadata.get('output') as string,
      author: b,
      seq: 3,
    }
    expect(readProverRecord(record)).toEqual({ author: b, seq: 3, peer: a })
    expect(readProverRecord({ ...record, output: '' })).toEqual({ author: b, seq: 3, peer: null })
    for (const other of [{ kind: 'provider' }, { program: a }, { output: 'aa' }]) {
      expect(readProverRecord({ ...record, ...other })).toBeNull()
    }
  })
})

describe('an announcement', () => {
  const secretKey = new Uint8Array(32).fill(7)
  const one = announce(regtest, secretKey, { height: 9, programs: ['bb'.repeat(32), 'aa'.repeat(32)] })

  it('is read as it was written, in one form alone, and holds by its signature', () => {
    const { encode, decode } = announcementGossip.message
    expect(decode(encode(one))).toEqual({ ok: true, value: one })
    expect(announcementHolds(regtest, one)).toBe(true)
    expect(announcementHolds(regtest, { ...one, height: 10 })).toBe(false)
    expect(announcementHolds(regtest, { ...one, peer: 'ff'.repeat(32) })).toBe(false)
    expect(announcementHolds(regtest, { ...one, programs: one.programs.slice(1) })).toBe(false)
    const swapped = encode({ ...one, programs: [...one.programs].reverse() })
    for (const bytes of [encode(one).subarray(1), swapped, new Uint8Array(), new Uint8Array(100_000)]) {
      expect(decode(bytes)).toMatchObject({ ok: false, reject: 'malformed' })
    }
  })

  it('gives way to a later one of its peer, and holds for some blocks', () => {
    const announced = new Announced()
    announced.take(one)
    expect(announced.isNews(one)).toBe(false)
    expect(announced.serving('aa'.repeat(32), 9 + ANNOUNCED_BLOCKS)).toEqual([one.peer])
    expect(announced.serving('aa'.repeat(32), 10 + ANNOUNCED_BLOCKS)).toEqual([])
    announced.take(announce(regtest, secretKey, { height: 10, programs: [] }))
    expect(announced.serving('aa'.repeat(32), 10)).toEqual([])
    announced.forget(30)
    expect(announced.at(10)).toEqual([])
  })
})
