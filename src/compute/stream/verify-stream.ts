import { toDisplay } from '../../bitcoin/index.ts'
import { type Attestation, type ProvedChain, poseidonOf } from '../../bus/index.ts'
import { equalBytes, type Result, rejection } from '../../lib/index.ts'
import type { SnarkVerifier } from '../../proving/index.ts'
import { comparedWith, type PrefixReject, sameBlock } from '../compared-with.ts'
import type { Manifest, StreamProgram } from '../manifest/manifest.ts'
import { type EndReject, provedEnd } from '../proved-end.ts'
import { type LogReference, namesLog, type StreamResult } from '../result/result-file.ts'
import { streamStart, streamVector } from './header-stream.ts'
import { logOf } from './log.ts'
import { type Said, type SaidReject, saidOf } from './said.ts'

/** Why a stream's result does not hold under a bus proof. */
export type StreamReject =
  | 'wrong-program'
  | 'wrong-height'
  | 'wrong-block'
  | SaidReject
  | 'bad-steps'
  | EndReject
  | 'wrong-history'
  | 'wrong-state'
  | PrefixReject

/** What a stream says after the last header of a chain, or of its beginning. */
export interface VerifiedStream extends Said {
  readonly height: number
  /** As explorers show it. */
  readonly blockHash: string
  /** Blocks from this one to the bus proof's tip, both counted. */
  readonly confirmations: number
  readonly steps: number
  /** Where the entries are, of a result that names its log; they are those that its commitment says, and `log` is null. */
  readonly named: LogReference | null
}

export interface VerifyStreamOptions {
  /** Of the program that is asked about, 32 bytes. */
  readonly program: Uint8Array
  readonly manifest: Manifest<StreamProgram>
  /** Of that program's circuit. */
  readonly verifier: SnarkVerifier
  /** Of a verified bus proof: of the result's height, or with `prefix` of a later one. */
  readonly chain: Pick<ProvedChain, 'height' | 'tip' | 'accumulator' | 'anchor'>
  /** Attestation under that proof of the header at the result's height: with it goes what the chain had come to there. */
  readonly prefix?: Attestation | undefined
}

/**
 * That the program, run over exactly the headers of the proved chain from its first on, or of its beginning up to the
 * attested header, ends in this state with this log. Nothing of the result is believed but compared: the start is made
 * here, the history is the bus's.
 */
export async function verifyStream(
  result: StreamResult,
  { program, manifest, verifier, chain, prefix }: VerifyStreamOptions,
): Promise<Result<{ readonly verified: VerifiedStream }, StreamReject>> {
  const { height, steps } = result
  if (!equalBytes(result.program, program)) return rejection('wrong-program', 'a result of another program')
  const hash = poseidonOf(verifier)
  const compared = comparedWith(chain, prefix, hash)
  if (!compared.ok) return compared
  const { tip, accumulator } = compared
  const same = sameBlock({ height, blockHash: toDisplay(result.blockHash) }, compared, prefix !== undefined)
  if (!same.ok) return same
  const headers = height - (chain.anchor?.height ?? 0) + 1
  if (steps < 1 || steps > headers) return rejection('bad-steps', `${steps} steps for ${headers} headers`)
  // A step makes one entry at most; each that is not refused here is hashed.
  const named = namesLog(result) ? result.log : null
  const entries = named === null ? (result.log as readonly bigint[]) : []
  if (entries.length > steps) return rejection('bad-log', `${entries.length} entries of ${steps} steps`)
  if (named !== null && manifest.program.log === undefined) {
    return rejection('bad-log', 'it names a log, which the program does not keep')
  }
  const said = saidOf(manifest, result.state, entries)
  if (!said.ok) return said
  const start = streamVector(streamStart(hash, manifest.program.state.length))
  const end = await provedEnd(verifier, result, start)
  if (!end.ok) return end
  const [history, log, ...own] = end.vector
  if (history !== accumulator) {
    return rejection('wrong-history', 'the stream has taken other headers than those that the bus proof is about')
  }
  if (log !== (named?.commitment ?? logOf(hash, entries)))
    return rejection('bad-log', 'the entries are not those of the log')
  if (own.some((element, i) => element !== result.state[i])) {
    return rejection('wrong-state', 'the proof ends in another state than the result says')
  }
  const confirmations = chain.height - height + 1
  const { state } = said
  const about = { height, blockHash: tip, confirmations, steps, state }
  return { ok: true, verified: { ...about, log: named === null ? said.log : null, named } }
}
