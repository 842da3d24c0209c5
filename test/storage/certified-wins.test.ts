import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AttestRequest, InscriptionAttestation } from '../../src/bus/index.ts'
import { decodeCertificate, encodeCertificate } from '../../storage/certificate/binary.ts'
import { MAX_CERTIFICATE_BYTES, MAX_KEYS, MAX_WINS, STEPS_PROOF_BYTES } from '../../storage/certificate/certificate.ts'
import { attestationRoom, bareKeyRoom, roomOfKey } from '../../storage/certificate/room.ts'
import { attestWins } from '../../storage/io/certificate/attest-wins.ts'
import { winDraft } from '../../storage/records/drafts.ts'
import { headerOf, recordOf } from './certificate-scene.ts'
import { ProvedRecords } from './proved-records.ts'
import { alice, bob, reveal } from './record-scene.ts'

/** The block that draws. */
const DRAWS = 120
const WINS_AT = Array.from({ length: 10 }, (_, i) => 108 + i)
/** Its reveal has a thousand outputs. */
const LARGE = 114

let scene: ProvedRecords
beforeAll(async () => {
  const win = (at: number, hash: Uint8Array, { wallet = alice, partition = 0, number = 0 } = {}) =>
    reveal(
      winDraft({ try: number, partition, proof: new Uint8Array(3) }, { height: at, blockHash: hash as never }),
      at === LARGE ? Array.from({ length: 1_000 }, () => [wallet.script, 330n] as const) : [],
      wallet,
    )
  const held = WINS_AT.map((at) => [at + 1, (hashAt: (height: number) => Uint8Array) => [win(at, hashAt(at))]] as const)
  scene = await ProvedRecords.make(126, {
    ...Object.fromEntries(held),
    119: (hashAt) => [
      // Of the same block another, and those of another partition and author.
      win(117, hashAt(117), { number: 1 }),
      win(118, hashAt(118), { partition: 1 }),
      win(118, hashAt(118), { wallet: bob }),
    ],
    // Told of four blocks after it: too late.
    123: (hashAt) => [win(119, hashAt(119))],
    // After the block that draws.
    122: (hashAt) => [win(121, hashAt(121))],
  })
})
afterAll(() => scene?.remove())

/** Heights of what is attested, and of all that the attestor was asked for. */
async function attested(room: number) {
  const asked: number[] = []
  const attestor = scene.attestor()
  const wins = await attestWins(
    {
      index: scene.index,
      under: scene.under,
      attestor: {
        attest: (request: AttestRequest, signal) => {
          asked.push(request.height ?? 0)
          return attestor.attest(request, signal)
        },
      },
    },
    { key: Buffer.from(alice.publicKey).toString('hex'), partition: 0, height: DRAWS, room },
    new AbortController().signal,
  )
  return { wins, heights: wins.map(({ height }) => height - 1), asked }
}

describe('wins of a key in a certificate', () => {
  it('are those of its partition and week that are told of in time, the first of each block: nothing else is attested', async () => {
    const { heights, asked } = await attested(1_000_000)
    expect(heights).toEqual(WINS_AT)
    expect(asked).toEqual(WINS_AT.map((at) => at + 1).reverse())
  })

  it('are the newest where there is no room for all; one that is too large leaves its room to older ones', async () => {
    const { wins } = await attested(1_000_000)
    const roomOf = (at: number) => attestationRoom(wins[WINS_AT.indexOf(at)] as InscriptionAttestation)
    const three = roomOf(117) + roomOf(116) + roomOf(115)
    expect((await attested(three)).heights).toEqual([115, 116, 117])
    expect((await attested(three - 1)).heights).toEqual([116, 117])
    expect(roomOf(LARGE)).toBeGreaterThan(4 * roomOf(113))
    expect((await attested(three + 2 * roomOf(113))).heights).toEqual([112, 113, 115, 116, 117])
    expect((await attested(three + roomOf(LARGE))).heights).toEqual([114, 115, 116, 117])
  })

  it('are attested no further than there is room for their bodies', async () => {
    expect((await attested(0)).asked).toEqual([])
  })
})

describe('a certificate’s room', () => {
  it('is enough for the greatest number of keys, each with as many wins as it has room for, under a far later proof', async () => {
    const parts = { blob: await recordOf(103), challenge: await headerOf(120) }
    const provider = await recordOf(101)
    const far = <Kind extends InscriptionAttestation | typeof parts.challenge>(attestation: Kind): Kind => ({
      ...attestation,
      tipHeight: 0xffff_ffff,
      path: new Array(96).fill(1n),
    })
    const win = { ...(await recordOf(122)), transaction: new Uint8Array(4_000) }
    for (const keys of [1, 4, MAX_KEYS]) {
      const room = roomOfKey(parts, keys) - bareKeyRoom({ provider })
      const wins = Math.min(MAX_WINS, Math.floor(room / attestationRoom(win)))
      expect(wins).toBeGreaterThan(25)
      const part = {
        provider: far(provider),
        proof: new Uint8Array(STEPS_PROOF_BYTES),
        signature: new Uint8Array(64),
        wins: new Array<InscriptionAttestation>(wins).fill(far(win)),
      }
      const bytes = encodeCertificate({
        verifyingKey: new Uint8Array(32),
        ...{ blob: far(parts.blob), challenge: far(parts.challenge) },
        keys: new Array(keys).fill(part),
      })
      if (keys === MAX_KEYS) expect(bytes.length).toBeGreaterThan(0.95 * MAX_CERTIFICATE_BYTES)
      expect(decodeCertificate(bytes)).toMatchObject({ ok: true })
    }
  })

  it('is told to be too small where it is', async () => {
    const win = { ...(await recordOf(122)), transaction: new Uint8Array(4_000_000) }
    const provider = await recordOf(101)
    const key = { provider, proof: new Uint8Array(STEPS_PROOF_BYTES), signature: new Uint8Array(64), wins: [win, win] }
    const parts = { verifyingKey: new Uint8Array(32), blob: provider, challenge: await headerOf(120), keys: [key] }
    expect(() => encodeCertificate(parts)).toThrow(
      expect.objectContaining({ code: 'E_CERTIFICATE_SIZE', cure: { act: 'certify-anew' } }),
    )
  })
})
