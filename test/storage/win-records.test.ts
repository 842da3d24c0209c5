import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { bytesToHex, hexToBytes } from '../../src/lib/index.ts'
import { encodeCbor } from '../../src/settlement/index.ts'
import { readWinMessage, winGossip } from '../../storage/peers/win-kind.ts'
import { decodeBody, encodeBody } from '../../storage/records/bodies.ts'
import { winDraft } from '../../storage/records/drafts.ts'
import { winProgram } from '../../storage/records/programs.ts'
import { verifyInscribedWin, verifyWin, winClaim, winStatement } from '../../storage/sampling/judge-win.ts'
import { type WinStatement, winPublicValues } from '../../storage/sampling/win-statement.ts'
import {
  composed,
  groundOf,
  hashOf,
  hashProofs,
  proofOf,
  tableOf,
  type WinSketch,
  winEnvelope,
  winMessage,
} from './judged-wins.ts'
import { bob, wallets } from './record-scene.ts'

/** The rule that a win breaks; null where none. */
async function rejectOf(message: ReturnType<typeof winMessage>, ground = groundOf(50)): Promise<string | null> {
  const verified = await verifyWin(ground, hashProofs, message.signed)
  return verified.ok ? null : verified.reject
}

/** A win whose proof is of something else than what it says. */
function changed(sketch: WinSketch, change: (statement: WinStatement) => WinStatement) {
  const honest = winStatement(groundOf(50), winMessage(sketch).claim)
  if (!honest.ok) throw new Error(honest.reject)
  return winMessage({ ...sketch, proof: () => proofOf(winPublicValues(change(honest.statement))) })
}

describe('the body of a win', () => {
  const body = { try: 70, proof: Uint8Array.of(1, 2), partition: 3 }
  const bytes = 'a3637472791846'.concat('6570726f6f66420102', '69706172746974696f6e03')

  it('has one form', () => {
    expect(bytesToHex(encodeBody('win', body))).toBe(bytes)
    expect(decodeBody('win', hexToBytes(bytes))).toEqual({ ok: true, body })
  })

  it.each([
    ['another key', { ...body, more: 1 }],
    ['none of the proof', { try: 70, partition: 3 }],
    ['a proof of too many bytes', { ...body, proof: new Uint8Array(6_145) }],
    ['a proof that is text', { ...body, proof: 'proof' }],
    ['a negative try', { ...body, try: -1 }],
    ['a partition beyond 32 bits', { ...body, partition: 2 ** 32 }],
  ])('is none with %s', (_, other) => {
    expect(decodeBody('win', encodeCbor(other))).toMatchObject({ ok: false, reject: 'bad-body' })
  })

  it('is none in another order or form', () => {
    const turned = 'a369706172746974696f6e036374727918466570726f6f66420102'
    expect(decodeBody('win', hexToBytes(turned))).toMatchObject({ reject: 'not-deterministic' })
    expect(decodeBody('win', hexToBytes('ff'))).toMatchObject({ reject: 'not-cbor' })
    expect(decodeBody('win', new Uint8Array(10_000))).toMatchObject({ reject: 'bad-body' })
  })
})

describe('a win', () => {
  it('is what it says, by the judge’s own chain and table', async () => {
    const message = winMessage({ height: 20, number: 4 })
    const ground = groundOf(21)
    expect(await rejectOf(message, ground)).toBeNull()
    const found = winStatement(ground, message.claim)
    // Two blobs count six blocks before: of five chunks, and of three.
    expect(found).toMatchObject({ ok: true, statement: { number: 4, challenge: { first: 0, fill: 8 } } })
    expect(found.ok && winPublicValues(found.statement)).toHaveLength(320)
  })

  it('is over the table of six blocks before, and no other (attack 8)', async () => {
    // The second blob counts from height 12 on: 18 is the first challenge that it is in.
    const over = (root: Uint8Array) => changed({ height: 18 }, (statement) => ({ ...statement, tableRoot: root }))
    const table = tableOf()
    const fork = tableOf()
    while (fork.height !== 2) fork.undo()
    fork.apply(12, [{ kind: 'blob', author: 'aa'.repeat(32), id: '07'.repeat(32), root: '00', length: 9, chunks: 3 }])
    expect(await rejectOf(over(table.blobs.rootAt(12)))).toBeNull()
    for (const root of [table.blobs.rootAt(11), table.blobs.rootAt(22), fork.blobs.rootAt(12)]) {
      expect(await rejectOf(over(root))).toBe('proof-invalid')
    }
  })

  it('is over the threshold, fill and first position that are there (attack 9)', async () => {
    const of = async (change: (statement: WinStatement) => WinStatement) =>
      await rejectOf(changed({ height: 20 }, change))
    const challenge = (part: Partial<WinStatement['challenge']>) => (statement: WinStatement) => {
      return { ...statement, challenge: { ...statement.challenge, ...part } }
    }
    expect(await of((statement) => statement)).toBeNull()
    expect(await of((statement) => ({ ...statement, threshold: statement.threshold + 1n }))).toBe('proof-invalid')
    expect(await of((statement) => ({ ...statement, number: 1 }))).toBe('proof-invalid')
    expect(await of(challenge({ fill: 9 }))).toBe('proof-invalid')
    expect(await of(challenge({ first: 64 }))).toBe('proof-invalid')
    expect(await of(challenge({ networkHash: new Uint8Array(32) }))).toBe('proof-invalid')
  })

  it('has a try of as many as there are positions', async () => {
    expect(await rejectOf(winMessage({ height: 20, number: 7 }))).toBeNull()
    expect(await rejectOf(winMessage({ height: 20, number: 8 }))).toBe('no-such-try')
  })

  it('is of a partition that had something in it', async () => {
    expect(await rejectOf(winMessage({ height: 20, partition: 1 }))).toBe('empty-partition')
    expect(await rejectOf(winMessage({ height: 28, partition: 1 }))).toBeNull()
    // The same table one block earlier has nothing there yet.
    expect(await rejectOf(winMessage({ height: 27, partition: 1 }))).toBe('empty-partition')
    expect(await rejectOf(winMessage({ height: 20, partition: 0xffff_ffff }))).toBe('empty-partition')
    expect(await rejectOf(winMessage({ height: 7, partition: 0 }))).toBe('empty-partition')
  })

  it('is of a key that counts at its block: not before, not after, and withdrawn or not', async () => {
    const table = tableOf()
    const fresh = wallets[2]!
    const record = { kind: 'provider', author: bytesToHex(fresh.publicKey), seq: 1, peer: '22'.repeat(32) } as const
    table.apply(40, [record])
    table.apply(41, [{ ...record, seq: 2, peer: null }])
    const of = (height: number) => rejectOf(winMessage({ height, wallet: fresh }, table), groundOf(60_000, table))
    expect(await Promise.all([45, 46, 47, 52_599, 52_600].map(of))).toEqual([
      'key-does-not-count',
      null,
      null,
      null,
      'key-does-not-count',
    ])
  })

  it('is of a block of the active chain', async () => {
    const message = winMessage({ height: 20 })
    expect(await rejectOf(message, groundOf(19))).toBe('unknown-challenge')
    expect(
      await rejectOf(
        message,
        groundOf(30, tableOf(), (height) => (height >= 20 ? 'fork' : '')),
      ),
    ).toBe('other-chain')
    expect(
      await rejectOf(
        message,
        groundOf(30, tableOf(), (height) => (height > 20 ? 'fork' : '')),
      ),
    ).toBeNull()
  })

  it('is its author’s alone', async () => {
    const message = winMessage({ height: 20 })
    // The same proof under another's signature.
    const copied = winMessage({ height: 20, wallet: bob, proof: () => bodyProof(message) })
    expect(await rejectOf(copied)).toBe('proof-invalid')
    // Signed by one, said to be another's: its signature does not hold.
    const forged = envelopeWith(message.bytes, message.claim.key, bob.publicKey)
    const unsigned = envelopeWith(message.bytes, message.signed.record.sig, new Uint8Array(64))
    for (const bytes of [forged, unsigned]) {
      const read = readWinMessage(regtest, bytes)
      expect(read).toMatchObject({ reject: 'malformed', detail: expect.stringContaining('bad-signature') })
    }
  })

  it('is under the program of its partition and block', () => {
    const { signed } = winMessage({ height: 20 })
    const program = new Uint8Array(winProgram(1, hashOf(20)))
    const other = { ...signed, record: { ...signed.record, program } }
    expect(winClaim(other)).toMatchObject({ reject: 'wrong-program' })
    expect(winClaim({ ...signed, record: { ...signed.record, kind: 'name' } })).toMatchObject({ reject: 'other-kind' })
  })

  it('counts in the three blocks after its own', async () => {
    const { signed } = winMessage({ height: 20 })
    const at = async (height: number) => {
      const found = await verifyInscribedWin(groundOf(50), hashProofs, signed, height)
      return found.ok ? null : found.reject
    }
    expect(await Promise.all([19, 20, 21, 22, 23, 24].map(at))).toEqual(['late', 'late', null, null, null, 'late'])
  })
})

describe('the message of a win', () => {
  const gossip = winGossip(regtest, '00'.repeat(32))

  it('is the envelope that would be inscribed, in one form', () => {
    const bytes = winEnvelope({ height: 20 })
    const read = gossip.message.decode(bytes)
    expect(read).toMatchObject({ ok: true, value: { claim: { height: 20, partition: 0, number: 0 } } })
    expect(read.ok && gossip.message.encode(read.value)).toEqual(bytes)
    // As it comes from a socket.
    expect(winGossip(regtest, '00'.repeat(32)).message.decode(Buffer.from(bytes))).toEqual(read)
  })

  it.each([
    ['nothing', () => new Uint8Array()],
    ['noise', () => new Uint8Array(5_000).fill(0x63)],
    ['what is cut short', () => winEnvelope({ height: 20 }).slice(0, -1)],
    ['more behind it', () => Uint8Array.of(...winEnvelope({ height: 20 }), 0x51)],
    ['two of them', () => Uint8Array.of(...winEnvelope({ height: 20 }), ...winEnvelope({ height: 21 }))],
    ['too many bytes', () => new Uint8Array(8_193)],
    ['an inscription without a record', () => composed({ body: new Uint8Array(3) })],
  ])('is not %s', (_, bytes) => {
    expect(gossip.message.decode(bytes())).toMatchObject({ ok: false, reject: 'malformed' })
  })

  it('is not a record of another kind', () => {
    const draft = winDraft({ try: 0, proof: new Uint8Array(), partition: 0 }, { height: 1, blockHash: hashOf(1) })
    const metadata = new Map(draft.metadata as ReadonlyMap<string, never>).set('kind', 'name' as never)
    const read = gossip.message.decode(composed({ ...draft, metadata }))
    expect(read).toMatchObject({ detail: expect.stringContaining('other-kind') })
  })

  it('is named by its bytes, and says which win it is of by key, partition and block', () => {
    const of = (sketch: Parameters<typeof winMessage>[0]) => winMessage(sketch).id
    const one = of({ height: 20 })
    expect(of({ height: 20, number: 5 })).toBe(one)
    expect(of({ height: 20, proof: () => new Uint8Array(4) })).toBe(one)
    expect(of({ height: 20, contentType: 'text/plain' })).toBe(one)
    const others = [
      ...[of({ height: 21 }), of({ height: 20, partition: 1 })],
      ...[of({ height: 20, wallet: bob }), of({ height: 20, blockHash: hashOf(20, 'fork') })],
    ]
    expect(new Set([one, ...others]).size).toBe(5)
    const bytes = winEnvelope({ height: 20 })
    expect(gossip.id(bytes)).toEqual(sha256(bytes))
  })
})

const bodyProof = ({ signed }: ReturnType<typeof winMessage>): Uint8Array => {
  const read = decodeBody('win', signed.body)
  if (!read.ok) throw new Error(read.reject)
  return read.body.proof
}

/** With some bytes in place of others, which are there once. */
function envelopeWith(envelope: Uint8Array, before: Uint8Array, after: Uint8Array): Uint8Array {
  const text = bytesToHex(envelope)
  return hexToBytes(text.replace(bytesToHex(before), bytesToHex(after)))
}
