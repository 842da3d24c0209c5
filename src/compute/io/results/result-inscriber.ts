import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '../../../lib/index.ts'
import type { RecordSigner } from '../../../settlement/index.ts'
import type { InscriberService } from '../../../settlement/io/index.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import { resultIdentity } from '../../result/identity.ts'
import { decodeResult, encodeResult, type ProgramResult } from '../../result/result-file.ts'
import { resultDraft } from '../../results/result-record.ts'
import { recordEnvelope } from '../record-envelope.ts'
import type { ResultsService } from './results-service.ts'
import type { SpentOnResults } from './spent-on-results.ts'

export interface ResultInscriberComponents {
  /** Started, and by whoever made it. */
  readonly inscriber: Pick<InscriberService, 'quote' | 'inscribe' | 'standing' | 'resume'>
  /** As far as the node's tip. */
  readonly results: Pick<ResultsService, 'countedBy'>
  readonly wallet: RecordSigner & { readonly publicKey: Uint8Array }
  readonly spent: Pick<SpentOnResults, 'satoshis' | 'of' | 'add'>
  /** Satoshis that may be spent on the results of one program in all, over restarts too. @param program 64 hex digits */
  budget(program: string): bigint
}

/** What became of a result that was to be inscribed; `left` of its program's budget. */
export type Inscribed =
  | { readonly state: 'sent'; readonly cost: bigint; readonly left: bigint }
  /** It was charged before, and what was begun then has been gone on with. */
  | { readonly state: 'gone-on-with'; readonly left: bigint }
  /** It counts already, by this inscription. */
  | { readonly state: 'in-chain'; readonly id: string; readonly left: bigint }
  /** One of the same identity was charged before, and is not on its way from here: another proof of it is not paid for. */
  | { readonly state: 'charged-before'; readonly left: bigint }
  /** The budget has no room for it. */
  | { readonly state: 'no-budget'; readonly cost: bigint; readonly left: bigint }

/** A result that was verified, and the manifest of its program. */
export interface VerifiedResult {
  readonly result: ProgramResult
  readonly manifest: Manifest
}

/** Inscribes results that were verified, each identity once, for as long as the budget of its program lasts. */
export class ResultInscriber {
  readonly #components: ResultInscriberComponents

  constructor(components: ResultInscriberComponents) {
    this.#components = components
  }

  /** What it would cost, satoshis with what stays on the inscription's output; nothing is kept or sent. */
  async quote({ result }: VerifiedResult, feeRate?: number): Promise<bigint> {
    const { inscriber } = this.#components
    const { lastSeq } = await this.#standing(result)
    const { fees, postage } = await inscriber.quote([this.#envelope(result, (lastSeq ?? 0) + 1)], feeRate)
    return fees + postage
  }

  /** What is about to be spent is on the disk before: a failure may count what is not sent, and charges nothing twice. */
  async inscribe({ result, manifest }: VerifiedResult, feeRate?: number): Promise<Inscribed> {
    const { inscriber, results, spent } = this.#components
    const program = bytesToHex(result.program)
    const identity = bytesToHex(resultIdentity(manifest, result))
    const left = () => this.#left(program)
    const id = await results.countedBy(identity)
    if (id !== null) return { state: 'in-chain', id, left: left() }
    const { waiting, lastSeq } = await this.#standing(result)
    if (waiting.some(({ body }) => isOf(identity, manifest, body))) {
      await inscriber.resume()
      return { state: 'gone-on-with', left: left() }
    }
    const body = bytesToHex(sha256(encodeResult(result)))
    const before = spent.of(identity)
    if (before !== null) {
      if (before.body !== body) return { state: 'charged-before', left: left() }
      // The same record again is the same job: what was sent is not sent anew, and what was not is sent now.
      // At the rate that was charged, whatever the mempool asks by now: the budget has no more for it.
      await inscriber.inscribe([this.#envelope(result, before.seq)], before.feeRate ?? feeRate)
      return { state: 'gone-on-with', left: left() }
    }
    const seq = (lastSeq ?? 0) + 1
    const envelope = this.#envelope(result, seq)
    const quote = await inscriber.quote([envelope], feeRate)
    const cost = quote.fees + quote.postage
    if (cost > left()) return { state: 'no-budget', cost, left: left() }
    await spent.add({ identity, program, satoshis: cost.toString(), seq, body, feeRate: quote.feeRate })
    await inscriber.inscribe([envelope], quote.feeRate)
    return { state: 'sent', cost, left: left() }
  }

  #left(program: string): bigint {
    const left = this.#components.budget(program) - this.#components.spent.satoshis(program)
    return left > 0n ? left : 0n
  }

  async #standing({ program }: ProgramResult) {
    const { inscriber, wallet } = this.#components
    return await inscriber.standing({ author: bytesToHex(wallet.publicKey), program: bytesToHex(program) })
  }

  #envelope(result: ProgramResult, seq: number): Uint8Array {
    return recordEnvelope(resultDraft(result, encodeResult(result), seq), this.#components.wallet)
  }
}

/** Whether a body is a result of this identity, of the same program. */
function isOf(identity: string, manifest: Manifest, body: Uint8Array): boolean {
  const read = decodeResult(body)
  return read.ok && bytesToHex(resultIdentity(manifest, read.result)) === identity
}
