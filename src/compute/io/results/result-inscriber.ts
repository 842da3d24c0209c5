import { resolve } from 'node:path'
import { toDisplay } from '../../../bitcoin/index.ts'
import { bytesToHex, errorCode, Turns } from '../../../lib/index.ts'
import { type RecordSigner, recordEnvelope } from '../../../settlement/index.ts'
import type { InscriberService, SupersededRecord, TicketCoin, TicketFollower } from '../../../settlement/io/index.ts'
import { computeError } from '../../errors.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { Asked } from '../../requests/asker.ts'
import { resultIdentity } from '../../result/identity.ts'
import { decodeResult, encodeResult, type ProgramResult } from '../../result/result-file.ts'
import type { Charge, LogCharge } from '../../results/charges.ts'
import { resultDraft } from '../../results/result-record.ts'
import type { Storing } from './log-storage.ts'
import { type NoBudget, ownPurse, type Purse, type RequestUnpaid, requestsPurse } from './purses.ts'
import { bodyHash, isAllCharged, releaseSuperseded } from './release-superseded.ts'
import type { ResultsService } from './results-service.ts'
import type { Spendings } from './spendings.ts'

export interface ResultInscriberComponents {
  /** Started, and by whoever made it. */
  readonly inscriber: Pick<InscriberService, 'quote' | 'inscribe' | 'goOn' | 'jobOf' | 'knows' | 'standing'>
  /** Folder of the inscriber's state: what was charged by one of another folder is not sent from here. */
  readonly state: string
  /** What others have inscribed; not looked at unless given. */
  readonly others?: OthersRecords | undefined
  readonly wallet: RecordSigner & { readonly publicKey: Uint8Array }
  readonly spendings: Pick<Spendings, 'left' | 'of' | 'charge' | 'chargeAsked' | 'releaseRecord'>
  /** Satoshis that may be spent on the results of each program in all, by whatever shares the spendings. */
  readonly budget: bigint
  /** The same for results that others ask for, which nothing of the other is spent on; none unless given. */
  readonly requestBudget?: bigint | undefined
}

/** By which two do not inscribe one result. */
export interface OthersRecords {
  /** As far as the node's tip. */
  readonly results: Pick<ResultsService, 'countedBy' | 'tip'>
  /** The group's, of programs for which it has one. */
  readonly tickets?: readonly Pick<TicketFollower, 'ticket' | 'coin'>[] | undefined
}

/** What became of a result that was to be inscribed; `left` of its program's budget. */
export type Inscribed =
  /** By this inscription. */
  | { readonly state: 'sent'; readonly id: string; readonly cost: bigint; readonly left: bigint }
  /** It was charged before, and what was begun then, this inscription, has been gone on with. */
  | { readonly state: 'gone-on-with'; readonly id: string; readonly left: bigint }
  /** It counts already, by this inscription. */
  | { readonly state: 'in-chain'; readonly id: string; readonly left: bigint }
  /** One of the same identity was charged before, for another proof or author or by one of another folder, and this one is not paid for. */
  | { readonly state: 'charged-before'; readonly left: bigint }
  | NoBudget

/** A result that was verified, and the manifest of its program. */
export interface VerifiedResult {
  readonly result: ProgramResult
  readonly manifest: Manifest
  /** What stores the log that the result names: it is paid for with the record, out of one budget, and begun before that is sent. */
  readonly storing?: Pick<Storing, 'cost' | 'feeRate' | 'begin'> | undefined
}

/** Inscribes results that were verified, each identity once, for as long as the budget of its program lasts. */
export class ResultInscriber {
  readonly #components: ResultInscriberComponents
  readonly #author: string
  /** While something is between its charge and its sending, no charge is taken back. */
  readonly #turns = new Turns()

  constructor(components: ResultInscriberComponents) {
    this.#components = { ...components, state: resolve(components.state) }
    this.#author = bytesToHex(components.wallet.publicKey)
  }

  /** What it would cost, satoshis with what stays on the inscription's output; nothing is kept or sent. */
  async quote({ result, storing }: VerifiedResult, feeRate?: number): Promise<bigint> {
    const { inscriber } = this.#components
    const { lastSeq } = await this.#standing(result)
    const group = this.#follower(bytesToHex(result.program))?.ticket
    // Wherever the ticket is by now, its coin is as large.
    const ticket = group === undefined ? undefined : { wallet: group.wallet, coin: group.genesis }
    const envelope = this.#envelope(result, (lastSeq ?? 0) + 1)
    const { fees, postage } = await inscriber.quote([envelope], feeRate, [], ticket)
    return fees + postage + (storing?.cost ?? 0n)
  }

  /**
   * What is about to be spent is on the disk before: a failure may count what is not sent, and charges nothing twice. Throws E_TICKET
   * or E_MOVED where another of the group may be inscribing it: it is tried again at the next block.
   */
  async inscribe(verified: VerifiedResult, feeRate?: number): Promise<Inscribed> {
    const { spendings, budget } = this.#components
    return await this.#turns.take(() => this.#inscribe(verified, ownPurse(spendings, budget), feeRate))
  }

  /** The same out of the budget for what others ask for, within the bounds of one of those who do. */
  async inscribeAsked(
    verified: VerifiedResult,
    asked: Asked,
    feeRate?: number,
  ): Promise<Exclude<Inscribed, NoBudget> | RequestUnpaid> {
    const { spendings, requestBudget = 0n } = this.#components
    const purse = requestsPurse(spendings, requestBudget, asked)
    return await this.#turns.take(() => this.#inscribe(verified, purse, feeRate))
  }

  /**
   * Takes back what was charged for results whose job was dropped, and which are not on their way again. Throws E_DISK_FULL, E_LOCKED
   * or E_IO, and what `again` throws: they stay charged then.
   *
   * @param again told of each before, so that whoever is to inscribe it anew knows it after a kill too
   */
  async release(
    records: readonly SupersededRecord[],
    again: (result: ProgramResult) => Promise<void> = async () => undefined,
  ): Promise<void> {
    await this.#turns.take(async () => {
      for (const { body } of records) {
        const read = decodeResult(body)
        if (read.ok) await again(read.result)
      }
      await releaseSuperseded(this.#components, records)
    })
  }

  async #inscribe<Unpaid extends object>(
    { result, manifest, storing }: VerifiedResult,
    purse: Purse<Unpaid>,
    feeRate?: number,
  ): Promise<Exclude<Inscribed, NoBudget> | Unpaid> {
    const { inscriber, others, spendings, state } = this.#components
    const program = bytesToHex(result.program)
    const identity = bytesToHex(resultIdentity(manifest, result))
    const left = () => purse.left(program)
    const counted = (await others?.results.countedBy(identity)) ?? null
    if (counted !== null) {
      await this.#releaseUnsent(identity, result)
      return { state: 'in-chain', id: counted, left: await left() }
    }
    const { waiting, lastSeq } = await this.#standing(result)
    for (const { job, inscription, body, seq } of waiting) {
      const begun = resultOf(identity, manifest, body)
      if (begun === null) continue
      await storing?.begin(await this.#logCharge(identity))
      const view = await inscriber.goOn(job)
      const sent = view === null || view.status === 'superseded' ? undefined : view.inscriptions[inscription]
      if (sent !== undefined) return { state: 'gone-on-with', id: sent.id, left: await left() }
      // It was dropped, now or meanwhile.
      await this.#release(begun, { seq, body: bodyHash(begun) })
    }
    const ticket = await this.#ticket(program)
    // Before the ticket's coin was there, another of the group may have inscribed it.
    const meanwhile = ticket === undefined ? null : ((await others?.results.countedBy(identity)) ?? null)
    if (meanwhile !== null) {
      await this.#releaseUnsent(identity, result)
      return { state: 'in-chain', id: meanwhile, left: await left() }
    }
    const body = bodyHash(result)
    const before = await spendings.of(identity)
    if (before !== null && !(await this.#takeBack(before, result))) {
      return await this.#goOn(before, { result, body, feeRate, ticket, left: await left(), storing })
    }
    const seq = (lastSeq ?? 0) + 1
    const envelope = this.#envelope(result, seq)
    const quote = await inscriber.quote([envelope], feeRate, [], ticket)
    const cost = quote.fees + quote.postage + (storing?.cost ?? 0n)
    const log = storing === undefined ? undefined : { cost: `${storing.cost}`, feeRate: storing.feeRate }
    const sends = { author: this.#author, job: inscriber.jobOf([envelope]), feeRate: quote.feeRate, state }
    const charged = await purse.charge({ identity, program, satoshis: cost.toString(), seq, body, ...sends, log })
    if (charged.not === 'before') return { state: 'charged-before', left: charged.left }
    if (charged.not !== null) return charged.not
    await storing?.begin(log)
    const id = await this.#send({ result, seq }, quote.feeRate, ticket)
    return { state: 'sent', id, cost, left: charged.left }
  }

  async #goOn(before: Charge, now: Again): Promise<Exclude<Inscribed, NoBudget>> {
    const { result, body, feeRate, ticket, left, storing } = now
    if (before.body !== body || !this.#isOwn(before)) return { state: 'charged-before', left }
    await storing?.begin(before.log)
    // The same record again is the same job: what was sent is not sent anew, and what was not is sent now.
    // At the rate that was charged, whatever the mempool asks by now: the budget has no more for it.
    const id = await this.#send({ result, seq: before.seq }, before.feeRate ?? feeRate, ticket)
    return { state: 'gone-on-with', id, left }
  }

  /** What was charged here for storing the log of a result, with whichever proof; undefined where that is not known. */
  async #logCharge(identity: string): Promise<LogCharge | undefined> {
    const charge = await this.#components.spendings.of(identity)
    return charge !== null && this.#isOwn(charge) ? charge.log : undefined
  }

  /** Whether it was charged here, and no job here sends it or has sent it. */
  async cameToNothing({ result, manifest }: Pick<VerifiedResult, 'result' | 'manifest'>): Promise<boolean> {
    const identity = bytesToHex(resultIdentity(manifest, result))
    return await this.#turns.take(async () => (await this.#unsent(identity, result)) !== null)
  }

  /** The charge of a result that no job here sends or has sent; null where there is none. */
  async #unsent(identity: string, result: ProgramResult): Promise<Charge | null> {
    const charge = await this.#components.spendings.of(identity)
    return charge !== null && (await this.#isUnsent(charge, result)) ? charge : null
  }

  /** Whether a charge is of this author and folder, and no job here sends its record or has sent it. */
  async #isUnsent(charge: Charge, result: ProgramResult): Promise<boolean> {
    const { inscriber } = this.#components
    if (!this.#isOwn(charge)) return false
    if (charge.job !== undefined) return !(await inscriber.knows(charge.job))
    // Which job that was is known with the proof alone.
    if (charge.body !== bodyHash(result)) return false
    return !(await inscriber.knows(inscriber.jobOf([this.#envelope(result, charge.seq)])))
  }

  #isOwn(charge: Charge): boolean {
    const { state } = this.#components
    return (charge.author ?? this.#author) === this.#author && (charge.state ?? state) === state
  }

  /**
   * Whether what was charged for another proof of this result paid for nothing, and is no longer charged. After a kill between charge and
   * sending a proof is made anew, and has other bytes.
   */
  async #takeBack(charge: Charge, result: ProgramResult): Promise<boolean> {
    if (charge.body === bodyHash(result) || !isAllCharged(result)) return false
    if (!(await this.#isUnsent(charge, result))) return false
    await this.#release(result, charge)
    return true
  }

  /** What was charged here for a result of which another's record counts. */
  async #releaseUnsent(identity: string, result: ProgramResult): Promise<void> {
    const charge = await this.#unsent(identity, result)
    if (charge !== null) await this.#release(result, charge)
  }

  /** What was charged for this author's record of a result, whichever proof it has, and nothing that was charged for the same since. */
  async #release(result: ProgramResult, { seq, body }: Pick<Charge, 'seq' | 'body'>): Promise<void> {
    const { spendings, state } = this.#components
    if (!isAllCharged(result)) return
    await spendings.releaseRecord({ program: bytesToHex(result.program), seq, body, state, author: this.#author })
  }

  /** The inscription's id. Where another spends the ticket first nothing was sent, and nothing is charged. */
  async #send(
    { result, seq }: { readonly result: ProgramResult; readonly seq: number },
    feeRate: number | undefined,
    ticket: TicketCoin | undefined,
  ): Promise<string> {
    const { inscriber } = this.#components
    const record = { seq, body: bodyHash(result) }
    try {
      const view = await inscriber.inscribe([this.#envelope(result, seq)], feeRate, [], ticket)
      const [inscription] = view.inscriptions
      if (inscription === undefined) throw new Error('an envelope is one inscription')
      if (view.status !== 'superseded') return inscription.id
    } catch (error) {
      if (ticket !== undefined && errorCode(error) === 'E_TICKET') await this.#release(result, record)
      throw error
    }
    await this.#release(result, record)
    throw computeError('E_MOVED', 'another inscription took the place of this one: once more at the next block')
  }

  #follower(program: string) {
    return this.#components.others?.tickets?.find(({ ticket }) => ticket.program === program)
  }

  /** The coin of a program's ticket, all records before which the index of results has seen. */
  async #ticket(program: string): Promise<TicketCoin | undefined> {
    const { others } = this.#components
    const follower = this.#follower(program)
    if (follower === undefined || others === undefined) return undefined
    const { coin, tip } = await follower.coin()
    const { height, hash } = await others.results.tip()
    if (tip !== undefined && hash === toDisplay(tip)) return { wallet: follower.ticket.wallet, coin }
    throw computeError(
      'E_MOVED',
      `the index of results is at block ${height}, and the node is not: once more at the next`,
    )
  }

  async #standing({ program }: ProgramResult) {
    return await this.#components.inscriber.standing({ author: this.#author, program: bytesToHex(program) })
  }

  #envelope(result: ProgramResult, seq: number): Uint8Array {
    return recordEnvelope(resultDraft(result, encodeResult(result), seq), this.#components.wallet)
  }
}

interface Again {
  readonly result: ProgramResult
  readonly body: string
  readonly feeRate: number | undefined
  readonly ticket: TicketCoin | undefined
  readonly left: bigint
  readonly storing: VerifiedResult['storing']
}

/** The result of this identity that a body is; null where it is none, or another one of the same program. */
function resultOf(identity: string, manifest: Manifest, body: Uint8Array): ProgramResult | null {
  const read = decodeResult(body)
  return read.ok && bytesToHex(resultIdentity(manifest, read.result)) === identity ? read.result : null
}
