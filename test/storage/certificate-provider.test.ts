import { describe, expect, it } from 'vitest'
import type { Answerer, PeerTransport, RequestKind } from '../../src/bus/index.ts'
import { encodeField } from '../../src/bus/index.ts'
import { bytesToHex, hexToBytes } from '../../src/lib/index.ts'
import { openMask } from '../../src/proving/io/index.ts'
import { SAMPLES } from '../../storage/certificate/certificate.ts'
import { drawnUnits, startOf } from '../../storage/certificate/statement.ts'
import { UNIT_BYTES } from '../../storage/index.ts'
import { answerCertificates } from '../../storage/io/certificate/answer-certificates.ts'
import type { Certifier } from '../../storage/io/certificate/certifier.ts'
import { readDrawnUnits } from '../../storage/io/certificate/drawn-units.ts'
import type { CertificateAnswer, CertificateQuestion } from '../../storage/peers/certificate-kind.ts'
import type { EncodedUnits } from '../../storage/replica/encoded-units.ts'
import { blob, challengeHash, drawingOf, PROOFS, proofOf, storage, UNITS } from './certificate-scene.ts'
import { kernel } from './kernels.ts'
import { alice } from './record-scene.ts'

const mask = openMask()
const drawing = drawingOf(PROOFS.alice)
const start = startOf(kernel, drawing)

/** What a provider would have that keeps the blob under this base, but for what is gone or altered. */
function replica({
  base = start.base,
  gone = () => false,
  alter = (encoded) => encoded,
}: {
  base?: bigint
  gone?: (unit: number) => boolean
  alter?: (encoded: Uint8Array) => Uint8Array
} = {}): Pick<EncodedUnits, 'provedEncodedUnit'> {
  return {
    async provedEncodedUnit(_key, id, unit) {
      if (id !== blob.id || gone(unit)) return null
      const raw = blob.bytes.slice(unit * UNIT_BYTES, (unit + 1) * UNIT_BYTES)
      const encoded = await mask.maskUnits(encodeField([base]), Uint32Array.of(unit), raw, false)
      return { encoded: alter(encoded), path: blob.tree.unitPath(unit) }
    },
  }
}
const read = (units: ReturnType<typeof replica>) => readDrawnUnits({ kernel, mask, units }, drawing, start)

describe('what a provider proves', () => {
  it('is every unit that is drawn', async () => {
    const samples = await read(replica())
    expect(samples).toHaveLength(SAMPLES)
    expect(samples?.map(({ unit }) => unit)).toEqual(drawnUnits(kernel, start))
    expect(samples?.[0]?.unitRoots).toEqual(blob.unitRoots.slice(0, 512))
    expect(samples?.[0]?.chunkPath).toEqual(blob.tree.chunkPath(0))
  })

  it('22: is nothing where 40 % of the units are gone', async () => {
    const gone = new Set(Array.from({ length: Math.ceil(0.4 * UNITS) }, (_, i) => i))
    expect(await read(replica({ gone: (unit) => gone.has(unit) }))).toBeNull()
  })

  it('is nothing where the elements are another provider’s, or altered', async () => {
    const other = startOf(kernel, drawingOf(PROOFS.bob)).base
    expect(await read(replica({ base: other }))).toBeNull()
    const alter = (encoded: Uint8Array) => encoded.map((byte, i) => (i === 8_000 ? byte ^ 1 : byte))
    expect(await read(replica({ alter }))).toBeNull()
  })
})

type Ask = Answerer<CertificateQuestion, CertificateAnswer>

/** A provider's answer to a question, by a table that knows the blob. */
async function answering(parts: Partial<Parameters<typeof answerCertificates>[0]> = {}): Promise<Ask> {
  let asked: Ask | undefined
  const transport = {
    async answer<Question, Answer>(_: RequestKind<Question, Answer>, answerer: Answerer<Question, Answer>) {
      asked = answerer as unknown as Ask
      return async () => undefined
    },
  } as PeerTransport
  const table = {
    tip: { height: 126 },
    table: {
      blobs: { entry: (id: string) => (id === blob.id ? { ...blob, height: 103 } : null) },
      providers: {
        counts: (author: string, height: number) => author === bytesToHex(alice.publicKey) && height >= 107,
      },
    },
  } as never
  const certifier = {
    underWay: 0,
    async certify(_drawing, _units, _signal, onParts) {
      onParts?.(0, 15)
      await Promise.resolve()
      onParts?.(15, 15)
      return { proof: proofOf('alice'), signature: new Uint8Array(64) }
    },
  } as Pick<Certifier, 'underWay' | 'certify'> as Certifier
  await answerCertificates({
    ...{ table, transport, params: storage, key: alice.publicKey, certifier, verifyingKey: 'ee'.repeat(32) },
    from: { kernel, mask, units: replica() },
    hashAt: async (height) => (height <= 126 ? challengeHash(height) : null),
    ...parts,
  })
  return asked as Ask
}

const question: CertificateQuestion = {
  id: hexToBytes(blob.id),
  height: 120,
  blockHash: challengeHash(),
  verifyingKey: new Uint8Array(32).fill(0xee),
}
const asker = { peer: 'somebody', signal: new AbortController().signal }

describe('a provider that is asked for a certificate', () => {
  it('tells how far it is, and gives it at last', async () => {
    const answered = await (await answering())(question, asker)
    if (!answered.ok) throw new Error(answered.detail)
    const frames: CertificateAnswer[] = []
    for await (const frame of answered.frames) frames.push(frame)
    expect(frames[0]?.kind).toBe('progress')
    expect(frames.at(-1)).toMatchObject({ kind: 'signed', proof: proofOf('alice') })
  })

  it('refuses blocks that are not final or another’s, blobs and keys that do not count, more than it can do', async () => {
    const ask = await answering()
    const refused = async (changed: Partial<CertificateQuestion>, by = ask) => {
      const answered = await by({ ...question, ...changed }, asker)
      return answered.ok ? null : answered.reject
    }
    expect(await refused({ height: 121, blockHash: challengeHash(121) })).toBe('not-final')
    expect(await refused({ height: 101 })).toBe('too-old')
    expect(await refused({ blockHash: challengeHash(119) })).toBe('other-block')
    expect(await refused({ id: new Uint8Array(32) })).toBe('no-such-blob')
    expect(await refused({ height: 102, blockHash: challengeHash(102) })).toBe('no-such-blob')
    expect(await refused({ height: 106, blockHash: challengeHash(106) })).toBe('not-counted')
    expect(await refused({ verifyingKey: new Uint8Array(32) })).toBe('other-key')
    const units = replica({ gone: () => true })
    expect(await refused({}, await answering({ from: { kernel, mask, units } }))).toBe('not-encoded')
    const busy = { underWay: 4 } as Certifier
    expect(await refused({}, await answering({ certifier: busy }))).toBe('busy')
  })
})
