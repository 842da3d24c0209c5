import { openKernel } from '../../storage/io/index.ts'
import type { NetworkParams } from '../bitcoin/index.ts'
import { encodeAttestation, type ProvedChain } from '../bus/index.ts'
import {
  encodeAskedPayments,
  inputSources,
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
import { readArgumentsFile, readOpenArguments } from './graph-arguments.ts'
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
  const { name, trigger } = program.manifest
  if (program.kind === 'stream' || (trigger.onRequest === undefined && !readsResults(program.manifest))) {
    throw usageError(`${name} is proved by the nodes that serve it, at each block at which it is due`)
  }
  return program.kind === 'transactions'
    ? { ok: true, asking: transactionsAsking(program, options, under) }
    : await circuitAsking(program, options, under)
}

async function circuitAsking(
  program: OnceOfKeys,
  options: AskingOptions,
  { chain, params, context }: AskingUnder,
): Promise<Result<{ readonly asking: Asking }, string>> {
  const { id, manifest, verifier } = program
  if (manifest.program.arguments.some((one) => one.private)) {
    throw usageError(`${manifest.name} takes private arguments: prove it yourself, by wsc graph prove`)
  }
  await readArgumentsFile(program, options.arguments)
  const given = options.arguments === undefined ? '{}' : await readOpenArguments(options.arguments)
  const read = await readEvidence(inputSources(manifest), options)
  if (!read.ok) return read
  const { evidence } = read
  const results = await sourceResultsOf(inputSources(manifest), options, params, context)
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
