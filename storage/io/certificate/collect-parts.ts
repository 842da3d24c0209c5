import type { HeaderAttestation, InscriptionAttestation, PeerTransport } from '../../../src/bus/index.ts'
import { hexToBytes } from '../../../src/lib/index.ts'
import { encodeCertificate } from '../../certificate/binary.ts'
import type { Certificate, CertifiedKey, SignedSteps } from '../../certificate/certificate.ts'
import { bareKeyRoom } from '../../certificate/room.ts'
import { certificateSigned } from '../../certificate/signature.ts'
import type { Drawing } from '../../certificate/statement.ts'
import { type CertificateReject, type VerifyCertificateOptions, verifyCertificate } from '../../certificate/verify.ts'
import { type CertificateAnswer, type CertificateQuestion, certificateKind } from '../../peers/certificate-kind.ts'
import type { Registration } from '../../table/registry.ts'
import { type AttestRecordComponents, attestRecord } from './attest-record.ts'
import type { Candidate } from './candidates.ts'
import { cureOfNotTaken, type NotTaken, type NotTakenReason } from './not-taken.ts'

/** What a provider's own part may be refused for. */
const OF_ITS_PART: ReadonlySet<CertificateReject> = new Set<CertificateReject>([
  'bad-signature',
  'proof-malformed',
  'proof-invalid',
  'wrong-end',
])

/** Blob and block of a certificate, and what is shown of them. */
export interface AttestedDrawing {
  readonly of: Omit<Drawing, 'key'>
  readonly height: number
  readonly blob: InscriptionAttestation
  readonly challenge: HeaderAttestation
}

export interface CollectComponents extends Omit<AttestRecordComponents, 'under'> {
  readonly transport: Pick<PeerTransport, 'ask' | 'blame'>
  /** The standard that the certificate is to meet, what the proof shows among it. */
  readonly standard: VerifyCertificateOptions
  /** How far a provider is. */
  onProgress?(key: string, part: Extract<CertificateAnswer, { kind: 'progress' }>): void
}

/** Of how many keys, and the bytes that each may take without its wins. */
export interface CollectOptions {
  readonly wanted: number
  readonly room: number
}

/** Asks providers in the order given until so many have shown their part; each is verified before it is taken. */
export class PartCollector {
  readonly #components: CollectComponents
  readonly #drawing: AttestedDrawing
  readonly #options: CollectOptions
  readonly #parts = new Map<string, CertifiedKey>()
  readonly #notTaken: NotTaken[] = []

  constructor(components: CollectComponents, drawing: AttestedDrawing, options: CollectOptions) {
    this.#components = components
    this.#drawing = drawing
    this.#options = options
  }

  /** Those that were asked, or were to be, and have no part. */
  get notTaken(): readonly NotTaken[] {
    return this.#notTaken
  }

  /** By key. So many are asked at a time as are wanted yet: to prove takes a provider its cores. */
  async collect(candidates: readonly Candidate[], signal: AbortSignal): Promise<ReadonlyMap<string, CertifiedKey>> {
    const left = [...candidates]
    const seekOne = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        if (!this.#parts.has(next.key) && (await this.#hasShown(next, candidates, signal))) return
      }
    }
    await Promise.all(Array.from({ length: Math.min(this.#options.wanted, candidates.length) }, seekOne))
    return this.#parts
  }

  /** Whether one part more is there now. */
  async #hasShown(asked: Candidate, candidates: readonly Candidate[], signal: AbortSignal): Promise<boolean> {
    const provider = await this.#attested(asked, signal)
    const signed = provider === null ? null : await this.#ask(asked, signal)
    if (signed === null) return false
    // A peer answers by the key of its wallet, whichever of its keys it is asked for.
    const signer = candidates.find((one) => one.peer === asked.peer && this.#isSignedBy(one, signed)) ?? asked
    const shown = signer === asked ? provider : await this.#attested(signer, signal)
    const part = shown === null ? null : { provider: shown, ...signed, wins: [] }
    if (part === null || !(await this.#holds(signer, part))) return false
    if (!this.#parts.has(signer.key)) {
      this.#parts.set(signer.key, part)
      return true
    }
    this.#refuse(asked, 'signs-by-other', `its peer signs by ${signer.key}, another of its keys`)
    return false
  }

  #isSignedBy({ key }: Candidate, { proof, signature }: SignedSteps): boolean {
    return certificateSigned({ ...this.#drawing.of, key: hexToBytes(key) }, proof, signature)
  }

  async #holds(candidate: Candidate, part: CertifiedKey): Promise<boolean> {
    const { standard, transport } = this.#components
    const judged = await verifyCertificate(encodeCertificate(certificateOf(this.#drawing, standard, [part])), standard)
    if (judged.ok) return true
    // The rest is ours: the proof that was chosen, the key that is verified by.
    if (OF_ITS_PART.has(judged.reject))
      transport.blame(candidate.peer, 'lie', `${certificateKind.name}: ${judged.reject}`)
    this.#refuse(candidate, judged.reject, judged.detail)
    return false
  }

  /** Its record, where that is in the proved chain and leaves room for the others. */
  async #attested(candidate: Candidate, signal: AbortSignal): Promise<InscriptionAttestation | null> {
    const { room } = this.#options
    const { key, registration } = candidate
    const provider = await attestProvider(this.#components, key, registration, signal)
    if (provider === null) {
      this.#refuse(candidate, 'not-attested', `its record in block ${registration.height} is not in the proved chain`)
      return null
    }
    const bytes = bareKeyRoom({ provider })
    if (bytes <= room) return provider
    this.#refuse(candidate, 'record-too-large', `its record takes ${bytes} bytes, there is room for ${room}`)
    return null
  }

  async #ask(candidate: Candidate, signal: AbortSignal): Promise<SignedSteps | null> {
    const { transport, onProgress } = this.#components
    const { key, peer } = candidate
    let signed: SignedSteps | null = null
    const asked = await transport.ask(peer, certificateKind, this.#question, {
      signal,
      take(frame) {
        if (frame.kind === 'progress') onProgress?.(key, frame)
        else signed = { proof: frame.proof, signature: frame.signature }
      },
    })
    if (asked.ok && signed !== null) return signed
    if (asked.ok) this.#refuse(candidate, 'malformed', 'no proof came')
    else this.#refuse(candidate, asked.reject, asked.detail, asked.reject === 'refused' ? asked.reason : undefined)
    return null
  }

  get #question(): CertificateQuestion {
    const { of, height } = this.#drawing
    const verifyingKey = hexToBytes(this.#components.standard.verifier.keyId)
    return { id: hexToBytes(of.blob.id), height, blockHash: of.blockHash, verifyingKey }
  }

  #refuse({ key, peer }: Candidate, reason: NotTakenReason, detail: string, refusal?: string): void {
    this.#notTaken.push({ key, peer, reason, detail, cure: cureOfNotTaken(reason, refusal) })
  }
}

export function certificateOf(
  { blob, challenge }: AttestedDrawing,
  { verifier }: VerifyCertificateOptions,
  keys: readonly CertifiedKey[],
): Certificate {
  return { verifyingKey: hexToBytes(verifier.keyId), blob, challenge, keys }
}

async function attestProvider(
  { index, attestor, standard }: CollectComponents,
  author: string,
  { height, seq, peer }: Registration,
  signal: AbortSignal,
): Promise<InscriptionAttestation | null> {
  const is = (says: Pick<Registration, 'seq'> & { readonly peer: string | null }) => {
    return says.seq === seq && says.peer === peer
  }
  const components = { index, attestor, under: standard }
  return await attestRecord(components, { kind: 'provider', author, height, is }, signal)
}
