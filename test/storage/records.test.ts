import { schnorr } from '@noble/curves/secp256k1.js'
import { describe, expect, it } from 'vitest'
import { signet } from '../../src/bitcoin/index.ts'
import { FIELD_MODULUS } from '../../src/bus/index.ts'
import { concatBytes, hexToBytes } from '../../src/lib/index.ts'
import { encodeCbor } from '../../src/settlement/index.ts'
import { decodeBody, MAX_BLOB_BYTES, storageParams } from '../../storage/index.ts'
import { encodeBody } from '../../storage/records/bodies.ts'
import { BURN_SCRIPT } from '../../storage/records/burn.ts'
import { blobDraft, nameDraft } from '../../storage/records/drafts.ts'
import {
  alice,
  blobOf,
  blobReveal,
  bob,
  burns,
  context,
  envelopeOf,
  judge,
  nameReveal,
  paramsOf,
  peers,
  providerReveal,
  rejects,
  reveal,
  revealOf,
  withdrawalReveal,
} from './record-scene.ts'

const free = paramsOf()
const priced = paramsOf([
  { from: 0, satoshis: 10n },
  { from: 100, satoshis: 25n },
])

describe('bodies', () => {
  it('are deterministic CBOR, maps of exactly their keys', () => {
    const root = new Uint8Array(32).fill(1)
    const body = encodeBody('blob', { root, coding: 1, length: 1000 })
    const hex = `a364726f6f745820${'01'.repeat(32)}66636f64696e6701666c656e6774681903e8`
    expect(Buffer.from(body).toString('hex')).toBe(hex)
    expect(decodeBody('blob', body)).toEqual({ ok: true, body: { root, coding: 1, length: 1000 } })
    const reject = (bytes: Uint8Array) => {
      const result = decodeBody('blob', bytes)
      return result.ok ? 'taken' : result.reject
    }
    expect(reject(concatBytes(body, Uint8Array.of(0)))).toMatch(/^not-/)
    expect(reject(body.subarray(0, -1))).toMatch(/^not-/)
    // length in a longer form than needed
    const long = hexToBytes(`a364726f6f745820${'01'.repeat(32)}66636f64696e6701666c656e6774681a000003e8`)
    expect(reject(long)).toBe('not-deterministic')
    expect(reject(encodeCbor({ root, coding: 1 }))).toBe('bad-body')
    expect(reject(encodeCbor({ root, coding: 1, length: 1, more: 1 }))).toBe('bad-body')
    expect(reject(encodeCbor({ root, coding: 1, length: -1 }))).toBe('bad-body')
    expect(reject(encodeCbor({ root: root.subarray(1), coding: 1, length: 1 }))).toBe('bad-body')
    expect(reject(encodeCbor({ root, coding: 1, length: '1' }))).toBe('bad-body')
    expect(reject(encodeCbor([root, 1, 1]))).toBe('bad-body')
    expect(reject(new Uint8Array(513))).toBe('bad-body')
  })

  it('hold names of a-z, 0-9, point and hyphen', () => {
    const reads = (name: unknown) => decodeBody('name', encodeCbor({ id: new Uint8Array(32), name })).ok
    for (const name of ['a', 'a-b.c', '0', 'x'.repeat(63)]) expect(reads(name)).toBe(true)
    for (const name of ['', 'A', 'a/b', 'a b', 'ä', 'а', 'x'.repeat(64), 'a\n', 'a\0', 5])
      expect(reads(name)).toBe(false)
  })
})

describe('burning (attack 14)', () => {
  // 3 chunks
  const blob = blobOf(5n, 3 * 16 * 5000)
  it('counts to the satoshi, split or not', () => {
    expect(rejects(priced, 1, blobReveal(blob, burns(30n)))).toEqual([null])
    expect(rejects(priced, 1, blobReveal(blob, burns(29n)))).toEqual(['unpaid'])
    expect(rejects(priced, 1, blobReveal(blob, burns(10n, 19n, 1n)))).toEqual([null])
    expect(rejects(priced, 1, blobReveal(blob, burns(10n, 19n)))).toEqual(['unpaid'])
    expect(rejects(priced, 1, blobReveal(blob))).toEqual(['unpaid'])
  })

  it('takes no script but that one', () => {
    for (const script of [
      concatBytes(BURN_SCRIPT, Uint8Array.of(0)),
      BURN_SCRIPT.subarray(0, 5),
      hexToBytes('6a0477736361'),
      hexToBytes('6a4c0477736362'),
      alice.script,
    ]) {
      expect(rejects(priced, 1, blobReveal(blob, [[script, 30n]]))).toEqual(['unpaid'])
    }
  })

  it('pays for one record a transaction', () => {
    const [one, other] = [blob, blobOf(6n)].map((of) => envelopeOf(blobDraft(of, context))) as [Uint8Array, Uint8Array]
    for (const inputs of [[[one, other]], [[one], [other]]]) {
      const found = judge(priced, 1, revealOf(inputs, burns(1000n)))
      expect(found).toMatchObject([{ ok: true, says: { chunks: 3 } }])
    }
    expect(judge(priced, 1, revealOf([[], [other]], burns(1000n)))).toEqual([])
  })

  it('follows the step of its block', () => {
    expect(rejects(priced, 99, blobReveal(blob, burns(30n)))).toEqual([null])
    expect(rejects(priced, 100, blobReveal(blob, burns(30n)))).toEqual(['unpaid'])
    expect(rejects(priced, 100, blobReveal(blob, burns(75n)))).toEqual([null])
    expect(rejects(free, 100, blobReveal(blob))).toEqual([null])
  })
})

describe('blobs (attack 15)', () => {
  const draftOf = (body: Parameters<typeof encodeBody<'blob'>>[1], program: Uint8Array) => {
    const like = blobDraft(blobOf(1n), context)
    const metadata = new Map(like.metadata as Map<string, never>)
    metadata.set('program', Buffer.from(program).toString('hex') as never)
    return { ...like, body: encodeBody('blob', body), metadata }
  }
  it('are their ids and nothing else', () => {
    const blob = blobOf(5n)
    const { root, coding, length, id } = blob
    const wrong = (body: Partial<typeof blob>, program = id) =>
      rejects(free, 1, reveal(draftOf({ root, coding, length, ...body }, program)))
    expect(wrong({})).toEqual([null])
    expect(wrong({ length: length + 1 })).toEqual(['wrong-program'])
    expect(wrong({}, new Uint8Array(32))).toEqual(['wrong-program'])
    expect(wrong({}, blobOf(6n).id)).toEqual(['wrong-program'])
    expect(wrong({ coding: 0 })).toEqual(['bad-coding'])
    expect(wrong({ coding: 2 })).toEqual(['bad-coding'])
    expect(wrong({ length: 0 })).toEqual(['bad-length'])
    expect(wrong({ length: MAX_BLOB_BYTES + 1 })).toEqual(['bad-length'])
    expect(wrong({ root: new Uint8Array(32) })).toEqual(['bad-root'])
    const modulus = new Uint8Array(32)
    for (let i = 0; i < 32; i++) modulus[i] = Number((FIELD_MODULUS >> BigInt(8 * i)) & 0xffn)
    expect(wrong({ root: modulus })).toEqual(['bad-root'])
    expect(wrong({ root: new Uint8Array(32).fill(255) })).toEqual(['bad-root'])
  })

  it('take no more chunks than a partition has positions (attack 16)', () => {
    expect(rejects(free, 1, blobReveal(blobOf(5n, MAX_BLOB_BYTES)))).toEqual(['too-many-chunks'])
    // 1024 chunks are 16,384 units: 10,922 of data and 5,461 of parity.
    expect(judge(free, 1, blobReveal(blobOf(5n, 10_922 * 7_936)))).toMatchObject([{ says: { chunks: 1024 } }])
    expect(rejects(free, 1, blobReveal(blobOf(5n, 10_922 * 7_936 + 1)))).toEqual(['too-many-chunks'])
    const mainnetLike = { ...free, partitionBits: 19 }
    expect(judge(mainnetLike, 1, blobReveal(blobOf(5n, MAX_BLOB_BYTES)))).toMatchObject([{ says: { chunks: 3072 } }])
  })

  it('say what is kept of them', () => {
    const blob = blobOf(5n)
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
    const says = {
      kind: 'blob',
      author: hex(alice.publicKey),
      id: hex(blob.id),
      root: hex(blob.root),
      length: 1000,
      chunks: 1,
    }
    expect(judge(free, 1, blobReveal(blob))).toEqual([{ ok: true, says }])
  })
})

describe('providers', () => {
  it('are agreed on by their peer', () => {
    const peer = Buffer.from(peers[0]!.key).toString('hex')
    expect(judge(free, 1, providerReveal(free, 3))).toMatchObject([
      { ok: true, says: { kind: 'provider', seq: 3, peer } },
    ])
    expect(judge(free, 1, withdrawalReveal(4))).toMatchObject([{ ok: true, says: { peer: null, seq: 4 } }])
  })

  it('are refused where the peer signed something else', () => {
    const forged = { key: peers[1]!.key, secretKey: peers[0]!.secretKey }
    expect(rejects(free, 1, providerReveal(free, 3, forged))).toEqual(['bad-provider-signature'])
    // signed for another network
    const other = storageParams(signet)
    expect(rejects(free, 1, providerReveal(other, 3))).toEqual(['bad-provider-signature'])
    // for another author, another height
    const zeros = { key: new Uint8Array(32), secretKey: peers[0]!.secretKey }
    expect(rejects(free, 1, providerReveal(free, 3, zeros))).toEqual(['bad-provider-signature'])
  })
})

describe('names', () => {
  it('are their program', () => {
    expect(judge(free, 1, nameReveal('site', blobOf(5n).id, 1))).toMatchObject([
      { says: { kind: 'name', name: 'site', seq: 1 } },
    ])
    expect(judge(free, 1, nameReveal('site', null, 2))).toMatchObject([{ says: { name: 'site', id: null } }])
    const like = nameDraft('site', null, context)
    const other = { ...like, metadata: nameDraft('sitf', null, context).metadata }
    expect(rejects(free, 1, reveal(other))).toEqual(['wrong-program'])
    const tagged = schnorr.utils.taggedHash('wsc/name', new TextEncoder().encode('site'))
    expect((like.metadata as Map<string, unknown>).get('program')).toBe(Buffer.from(tagged).toString('hex'))
  })

  it('of one author are not another’s to sign', () => {
    const [mine, theirs] = judge(free, 1, nameReveal('site', null, 1), nameReveal('site', null, 1, bob))
    expect(mine).toMatchObject({ says: { author: Buffer.from(alice.publicKey).toString('hex') } })
    expect(theirs).toMatchObject({ says: { author: Buffer.from(bob.publicKey).toString('hex') } })
  })

  it('stand beside records of other kinds, which are not looked at', () => {
    const like = nameDraft('site', null, context)
    const metadata = new Map(like.metadata as Map<string, never>)
    metadata.set('kind', 'result' as never)
    expect(judge(free, 1, reveal({ ...like, metadata }))).toEqual([])
  })
})
