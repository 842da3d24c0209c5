import { type AnchorContext, type NetworkParams, sameHash, toDisplay } from '../../../bitcoin/index.ts'
import type { BitcoindClient } from '../../../bitcoin/io/index.ts'
import type { ProvedChain } from '../../../bus/index.ts'
import type { HeaderSource, History } from '../../../bus/io/index.ts'
import { bytesToHex, errorCode, type Result, rejection } from '../../../lib/index.ts'
import type { StorageKernel } from '../../../proving/index.ts'
import type { IndexService } from '../../../settlement/io/index.ts'
import { verifyCircuit } from '../../circuit/verify-circuit.ts'
import { computeError } from '../../errors.ts'
import { resultIdentity } from '../../result/identity.ts'
import { namesLog, type ProgramResult } from '../../result/result-file.ts'
import type { Judgement, ResultJudge } from '../../results/judgement.ts'
import { verifyStream } from '../../stream/verify-stream.ts'
import { verifyPayments } from '../../transactions/verify-payments.ts'
import { chainTo } from '../chain-to.ts'
import type { Program } from '../open-program.ts'
import { chainEvidence } from './chain-evidence.ts'
import type { ProgramSource } from './program-source.ts'

export interface ChainJudgeComponents {
  readonly programs: ProgramSource
  /** The node's chain; a feed is one. */
  readonly headers: HeaderSource
  /** What the bus commits to at any height; brought up to date here, and by nobody else. */
  readonly history: History
  /** Knows all records; of the same node. */
  readonly inscriptions: Pick<IndexService, 'index'>
  /** Gives blocks; of the same node. */
  readonly client: BitcoindClient
  readonly params: NetworkParams
  /** From which history and proofs begin; genesis unless given. */
  readonly anchor?: AnchorContext | undefined
  readonly kernel: StorageKernel
}

type Chain = Pick<ProvedChain, 'height' | 'tip' | 'accumulator' | 'anchor'>

/** What of the history says that the chain is another by now. */
const MOVED: ReadonlySet<string | undefined> = new Set(['E_NO_HEADERS', 'E_REORG'])

/**
 * Judges results by a node's own chain: what a bus proof of the result's height would commit to is computed from headers, and
 * inputs are read from blocks. Whoever has no node has bus proofs and attestations instead (`verifyStream`, `verifyCircuit`).
 */
export class ChainJudge implements ResultJudge {
  readonly #components: ChainJudgeComponents
  /** The history is brought to one height at a time. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(components: ChainJudgeComponents) {
    this.#components = components
  }

  /** Throws E_MOVED where the node's chain does not have the result's block, and what the node fails with. */
  async judge(result: ProgramResult, signal: AbortSignal): Promise<Judgement> {
    const program = await this.#components.programs.open(bytesToHex(result.program))
    if (program === null) return { state: 'unknown', reason: 'no-program' }
    const turn = this.#last.then(() => this.#judge(program, result, signal))
    this.#last = turn.catch(() => undefined)
    return await turn
  }

  async #judge(program: Program, result: ProgramResult, signal: AbortSignal): Promise<Judgement> {
    const verified = await this.#verified(program, result, signal)
    if (verified === null) return { state: 'unknown', reason: 'no-input' }
    if (!verified.ok) return { state: 'invalid', reason: verified.reject, detail: verified.detail.slice(0, 300) }
    const says = Object.fromEntries(Object.entries(verified.says).map(([name, value]) => [name, value.join(' ')]))
    const identity = bytesToHex(resultIdentity(program.manifest, result))
    const completeness = program.kind === 'transactions' ? 'not known' : 'complete'
    const log = namesLog(result) ? { log: bytesToHex(result.log.content) } : {}
    return { state: 'valid', identity, says, completeness, ...log }
  }

  /** Null where what it read is not on Bitcoin, or not where it can be found. */
  async #verified(
    program: Program,
    result: ProgramResult,
    signal: AbortSignal,
  ): Promise<Result<{ readonly says: Readonly<Record<string, readonly bigint[]>> }> | null> {
    const { history, params, kernel } = this.#components
    if (result.height < history.start.height) {
      const found = `a result at height ${result.height}, the history begins at ${history.start.height}`
      return rejection('before-start', found)
    }
    if (program.kind !== result.kind) return rejection('wrong-program', 'a result of another kind than its program')
    const chain = await this.#chainAt(result, signal)
    const one = (values: Readonly<Record<string, bigint>>) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]))
    if (program.kind === 'stream' && result.kind === 'stream') {
      const { id, manifest, verifier } = program
      const checked = await verifyStream(result, { program: id, manifest, verifier, chain })
      return checked.ok ? { ok: true, says: one(checked.verified.state) } : checked
    }
    if (program.kind === 'circuit' && result.kind === 'circuit') {
      const { id, manifest, verifier } = program
      const found = await chainEvidence(this.#components, manifest, result, signal)
      if (!found.ok) return found
      const { evidence } = found
      if (evidence === null) return null
      const about = { program: id, manifest, verifier, chain, params, evidence, kernel }
      const checked = await verifyCircuit(result, about)
      return checked.ok
        ? { ok: true, says: { ...one(checked.verified.outputs), ...checked.verified.arguments } }
        : checked
    }
    if (program.kind === 'transactions' && result.kind === 'transactions') {
      const { id, manifest, verifier } = program
      const checked = await verifyPayments(result, { program: id, manifest, verifier, chain })
      return checked.ok ? { ok: true, says: one({ outputs: result.outputs, satoshis: result.sum }) } : checked
    }
    return null
  }

  /** The chain that ends at the result's block. */
  async #chainAt({ height, blockHash }: ProgramResult, signal: AbortSignal): Promise<Chain> {
    const { history, headers, anchor } = this.#components
    try {
      await history.sync(headers, height, signal)
      const hash = await history.hashAt(height)
      if (hash !== null && sameHash(hash, blockHash)) {
        return chainTo({ height, hash, accumulator: await history.commitment(height) }, anchor)
      }
    } catch (error) {
      if (!MOVED.has(errorCode(error))) throw error
    }
    throw computeError('E_MOVED', `block ${toDisplay(blockHash)} is not in the chain at height ${height}`)
  }
}
