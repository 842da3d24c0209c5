import { openKernel } from '../../storage/io/index.ts'
import type { NetworkParams } from '../bitcoin/index.ts'
import { encodeAttestation, type ProvedChain } from '../bus/index.ts'
import {
  encodeAskedPayments,
  inputSources,
  MAX_REQUEST_ARGUMENTS_BYTES,
  type ProgramResult,
  type ProofRequest,
  readsResults,
  verifyCircuit,
  verifyPayments,
} from '../compute/index.ts'
import type { OnceOfKeys, Program, TransactionsOfKeys } from '../compute/io/index.ts'
import { equalBytes, type Result, rejection } from '../lib/index.ts'
import type { CliContext } from './context.ts'
import { usageError } from './exit.ts'
import { readAskedArguments } from './graph-arguments.ts'
import { type EvidenceOptions, readEvidence } from './graph-evidence.ts'
import { namedJson, namedLines, paymentLines, paymentsJson } from './graph-text.ts'
import { type SourceGraphOptions, sourceResultsOf } from './source-graphs.ts'
import { heightsOf, scriptOf, type TransactionOptions } from './transaction-options.ts'

/** What a peer is asked to prove of a program, and how what it gives is judged. */
export interface Asking {
  readonly asked: Pick<ProofRequest, 'proofSystem' | 'arguments' | 'evidence'>
  /** Under the bus proof that the request was made under: what it says, for JSON and for people. */
  judge(result: ProgramResult): Promise<Result<{ readonly says: object; readonly lines: readonly string[] }>>
}

export type AskingOptions = EvidenceOptions & SourceGraphOptions & TransactionOptions & { readonly arguments?: string }

export interface AskingUnder {
  readonly chain: ProvedChain
  readonly params: NetworkParams
  readonly context: CliContext
}

/** Throws a usage error for a program that nobody proves on request, and for options that are not as it takes them. */
export async function askingOf(
  program: Program,
  options: AskingOptions,
  under: AskingUnder,
): Promise<Result<{ readonly asking: Asking }, string>> {
  const asked = provedOnRequest(program)
  if (asked.kind === 'transactions') return { ok: true, asking: transactionsAsking(asked, options, under) }
  requireOpenArguments(asked)
  return await circuitAsking(asked, options, under)
}

/** A program that is proved on request. Throws a usage error for others. */
export function provedOnRequest(program: Program): OnceOfKeys | TransactionsOfKeys {
  const { manifest } = program
  if (program.kind !== 'stream' && (manifest.trigger.onRequest !== undefined || readsResults(manifest))) return program
  throw usageError(`${manifest.name} is proved by the nodes that serve it, at each block at which it is due`)
}

/** Throws a usage error for a circuit whose arguments nobody else should see. */
export function requireOpenArguments({ manifest }: Pick<OnceOfKeys, 'manifest'>): void {
  if (!manifest.program.arguments.some((one) => one.private)) return
  throw usageError(`${manifest.name} takes private arguments: prove it yourself, by wsc graph prove`)
}

async function circuitAsking(
  program: OnceOfKeys,
  options: AskingOptions,
  { chain, params, context }: AskingUnder,
): Promise<Result<{ readonly asking: Asking }, string>> {
  const { id, manifest, verifier } = program
  const given = await readAskedArguments(program, options.arguments, MAX_REQUEST_ARGUMENTS_BYTES)
  const read = await readEvidence(inputSources(manifest), options)
  if (!read.ok) return read
  const { evidence } = read
  const results = await sourceResultsOf(program, options, params, context)
  const shown = evidence.map(({ attestations, content }) => ({
    attestations: attestations.map(encodeAttestation),
    content: content ?? null,
  }))
  const judge: Asking['judge'] = async (result) => {
    if (result.kind !== 'circuit') return rejection('wrong-kind', `of a ${result.kind}`)
    const kernel = await openKernel()
    const about = { program: id, manifest, verifier, chain, params, evidence, results, kernel }
    const checked = await verifyCircuit(result, about)
    if (!checked.ok) return checked
    const { outputs, arguments: said } = checked.verified
    const named = { outputs, arguments: said }
    return { ok: true, says: namedJson(named), lines: namedLines(named) }
  }
  const asked = { proofSystem: manifest.program.proofSystem, arguments: given, evidence: shown }
  return { ok: true, asking: { asked, judge } }
}

function transactionsAsking(
  { id, manifest, verifier }: TransactionsOfKeys,
  options: AskingOptions,
  { chain, params }: AskingUnder,
): Asking {
  const script = scriptOf(manifest, params, options)
  const { from, to } = heightsOf(options, chain)
  const txids = options.txid === undefined ? undefined : new Set(options.txid)
  const given = encodeAskedPayments({ script, from, to, height: chain.height, txids })
  const judge: Asking['judge'] = async (result) => {
    if (result.kind !== 'transactions') return rejection('wrong-kind', `of a ${result.kind}`)
    const checked = await verifyPayments(result, { program: id, manifest, verifier, chain })
    if (!checked.ok) return checked
    const { verified } = checked
    const isAsked = equalBytes(verified.script, script) && verified.from === from && verified.to === to
    const isMany = txids === undefined || verified.transactions.length === txids.size
    if (!isAsked || !isMany) return rejection('wrong-input', 'it counts for another script, or other transactions')
    return { ok: true, says: paymentsJson(verified), lines: paymentLines(verified) }
  }
  return { asked: { proofSystem: 'fold', arguments: given, evidence: [] }, judge }
}
