import type { BlockHash } from '../../../src/bitcoin/index.ts'
import type { Answered, Asker, PeerTransport } from '../../../src/bus/index.ts'
import { bytesToHex, equalBytes, rejection } from '../../../src/lib/index.ts'
import { FINAL_AFTER, type SignedSteps } from '../../certificate/certificate.ts'
import { startOf } from '../../certificate/statement.ts'
import type { StorageParams } from '../../params.ts'
import { type CertificateAnswer, type CertificateQuestion, certificateKind } from '../../peers/certificate-kind.ts'
import type { KeptUnits } from '../kept-unit.ts'
import type { TableService } from '../table-service.ts'
import type { Certifier, OnParts } from './certifier.ts'
import { readDrawnUnits } from './drawn-units.ts'

/** Blocks below the newest final one of which certificates are still made: a bus proof may be some blocks old. */
const SLACK = 18
/** That are being made or wait. */
const MOST_AT_ONCE = 4

export interface AnsweringComponents {
  readonly table: TableService
  readonly transport: PeerTransport
  readonly params: StorageParams
  /** The provider's x-only key, 32 bytes. */
  readonly key: Uint8Array
  readonly certifier: Certifier
  /** Id of the key under which it proves, 64 hex digits. */
  readonly verifyingKey: string
  /** The replica that is certified. */
  readonly from: KeptUnits
  /** Of the active chain; null above its tip. */
  hashAt(height: number): Promise<BlockHash | null>
}

/** Answers peers that ask for certificates; what comes back ends that. */
export async function answerCertificates(components: AnsweringComponents): Promise<() => Promise<void>> {
  return await components.transport.answer(certificateKind, (question, asker) =>
    onQuestion(components, question, asker),
  )
}

async function onQuestion(
  { table, params, key, certifier, verifyingKey, from, hashAt }: AnsweringComponents,
  { id, height, blockHash, verifyingKey: wanted }: CertificateQuestion,
  { signal }: Asker,
): Promise<Answered<CertificateAnswer>> {
  // Of another set-up: what is made here would be no lie, and yet not verify there.
  if (bytesToHex(wanted) !== verifyingKey) return rejection('other-key', `proofs are made under ${verifyingKey} here`)
  const tip = table.tip?.height ?? 0
  if (height > tip - FINAL_AFTER) return rejection('not-final', `block ${height} is not ${FINAL_AFTER} blocks deep`)
  // Each block draws other units: were any of a year's asked for, there would be no end of proving.
  if (height < tip - FINAL_AFTER - SLACK) return rejection('too-old', `block ${height} is too far below the tip ${tip}`)
  const entry = table.table.blobs.entry(bytesToHex(id))
  if (entry === null || entry.height > height) return rejection('no-such-blob', `none counts at ${height}`)
  if (!table.table.providers.counts(bytesToHex(key), height)) return rejection('not-counted', `not at ${height}`)
  const own = await hashAt(height)
  if (own === null || !equalBytes(own, blockHash)) return rejection('other-block', `block ${height} is another here`)
  if (certifier.underWay >= MOST_AT_ONCE) return rejection('busy', 'others are being made')
  const drawing = { network: params.network, blob: entry, blockHash, key }
  const units = await readDrawnUnits(from, drawing, startOf(from.kernel, drawing))
  if (units === null) return rejection('not-encoded', 'units that are drawn are not here, or not encoded yet')
  return { ok: true, frames: framesOf((onParts) => certifier.certify(drawing, units, signal, onParts)) }
}

/** Progress as it comes, and the result. */
async function* framesOf(certify: (onParts: OnParts) => Promise<SignedSteps>): AsyncGenerator<CertificateAnswer, void> {
  let told: CertificateAnswer | null = null
  let isMade = false
  let news = Promise.withResolvers<void>()
  const made = certify((done, total) => {
    told = { kind: 'progress', done, total }
    news.resolve()
  })
  const end = () => {
    isMade = true
    news.resolve()
  }
  made.then(end, end)
  while (!isMade) {
    await news.promise
    news = Promise.withResolvers()
    const next: CertificateAnswer | null = told
    told = null
    if (next !== null) yield next
  }
  yield { kind: 'signed', ...(await made) }
}
