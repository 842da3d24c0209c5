import {
  type AnchorContext,
  blockHash,
  fromDisplay,
  type NetworkParams,
  sameHash,
  toDisplay,
} from '../../../bitcoin/index.ts'
import type { BitcoindClient } from '../../../bitcoin/io/index.ts'
import type { ProvedChain } from '../../../bus/index.ts'
import type { HeaderSource, History } from '../../../bus/io/index.ts'
import { bytesToHex, errorCode, type Result, rejection, Turns } from '../../../lib/index.ts'
import type { StorageKernel } from '../../../proving/index.ts'
import type { IndexService } from '../../../settlement/io/index.ts'
import { sourceResults } from '../../circuit/verify-source.ts'
import { computeError } from '../../errors.ts'
import type { InputEvidence } from '../../input/attested-input.ts'
import type { SourceResults } from '../../input/attested-result.ts'
import { resultIdentity } from '../../result/identity.ts'
import { namesLog, type ProgramResult } from '../../result/result-file.ts'
import type { Judgement, ResultJudge } from '../../results/judgement.ts'
import type { Place } from '../../results/since.ts'
import { verifyStream } from '../../stream/verify-stream.ts'
import { verifyPayments } from '../../transactions/verify-payments.ts'
import { chainTo } from '../chain-to.ts'
import type { Program } from '../open-program.ts'
import { latestOf } from './chain-evidence.ts'
import { judgeCircuit } from './judge-circuit.ts'
import type { ProgramSource } from './program-source.ts'
import type { ResultsService } from './results-service.ts'

export interface ChainJudgeComponents {
  readonly programs: ProgramSource
  /** The node's chain; a feed is one. */
  readonly headers: HeaderSource
  /** What the bus commits to at any height; brought up to date here, and by nobody else. */
  readonly history: History
  /** Knows all records; of the same node. */
  readonly inscriptions: Pick<IndexService, 'index'>
  /** Which results count; of the same node. */
  readonly results: Pick<ResultsService, 'latest'>
  /** Gives blocks; of the same node. */
  readonly client: BitcoindClient
  readonly params: NetworkParams
  /** From which history and proofs begin; genesis unless given. */
  readonly anchor?: AnchorContext | undefined
  readonly kernel: StorageKernel
}

/** What shows a result under the chain that ends in a block. */
export interface LatestEvidence {
  readonly evidence: InputEvidence
  readonly chain: Chain
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
  readonly #turns = new Turns()

  constructor(components: ChainJudgeComponents) {
    this.#components = components
  }

  /** Throws E_MOVED where the node's chain does not have the result's block, and what the node fails with. */
  async judge(result: ProgramResult, signal: AbortSignal): Promise<Judgement> {
    const program = await this.#components.programs.open(bytesToHex(result.program))
    if (program === null) return { state: 'unknown', reason: 'no-program' }
    return await this.#turns.take(() => this.#judge(program, result, signal))
  }

  /**
   * What shows the latest result of a program that counts up to a block, in the history of the same block or a later one. Throws as
   * `judge` does.
   *
   * @param program 64 hex digits
   */
  async latest(
    program: string,
    { to, under }: { readonly to: Place; readonly under: Place },
    signal: AbortSignal,
  ): Promise<Result<LatestEvidence>> {
    return await this.#turns.take(async () => {
      const { height, hash } = under
      const chain = await this.#chainAt({ height, blockHash: blockHash(fromDisplay(hash)) }, signal)
      const found = await latestOf(this.#components, program, to, height, signal)
      if (found === null) return rejection('input-not-found', `${program} is not here, or what its latest result read`)
      return found.ok ? { ok: true, evidence: { attestations: found.attestations }, chain } : found
    })
  }

  /** What verifies results of the programs that are here. */
  get sources(): SourceResults {
    return sourceResults(this.#components.programs)
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
    const { history } = this.#components
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
      const about = { program: id, manifest, verifier, chain, results: this.sources }
      const checked = await judgeCircuit(this.#components, result, about, signal)
      if (checked === null || !checked.ok) return checked
      return { ok: true, says: { ...one(checked.verified.outputs), ...checked.verified.arguments } }
    }
    if (program.kind === 'transactions' && result.kind === 'transactions') {
      const { id, manifest, verifier } = program
      const checked = await verifyPayments(result, { program: id, manifest, verifier, chain })
      return checked.ok ? { ok: true, says: one({ outputs: result.outputs, satoshis: result.sum }) } : checked
    }
    return null
  }

  /** The chain that ends at a block. */
  async #chainAt(
    { height, blockHash }: Pick<ProgramResult, 'height' | 'blockHash'>,
    signal: AbortSignal,
  ): Promise<Chain> {
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
