import { type NetworkParams, toDisplay } from '../../bitcoin/index.ts'
import { type Attestation, encodeField, type ProvedChain, poseidonOf } from '../../bus/index.ts'
import { equalBytes, type Result, rejection } from '../../lib/index.ts'
import type { ProofReject, ProofVerifier, StorageKernel } from '../../proving/index.ts'
import { type Compared, comparedWith, type PrefixReject, sameBlock } from '../compared-with.ts'
import { attestedInput, type InputEvidence, type InputReject, surplus } from '../input/attested-input.ts'
import type { SourceResults } from '../input/attested-result.ts'
import type { CircuitProgram } from '../manifest/circuit-program.ts'
import { inputSources, type Manifest } from '../manifest/manifest.ts'
import type { CircuitResult } from '../result/result-file.ts'
import { attestedCommitment } from './bytes-commitment.ts'
import { type NamedValues, namedValues, publicCount } from './public-values.ts'
import { checkHistory, type HistoryReject, historyValues } from './verify-history.ts'

/** Why a circuit's result does not hold under a bus proof and what attests its input. */
export type CircuitReject =
  | InputReject
  | PrefixReject
  | HistoryReject
  | 'wrong-program'
  | 'wrong-height'
  | 'wrong-block'
  | 'bad-outputs'
  | 'wrong-input'
  | `proof-${'malformed' | 'invalid'}`

/** What a result is judged by: nothing of it is taken from the result. */
export interface VerifyCircuitOptions {
  /** Id of the program as it was built here, 32 bytes. */
  readonly program: Uint8Array
  readonly manifest: Manifest<CircuitProgram>
  readonly verifier: ProofVerifier
  readonly chain: Pick<ProvedChain, 'height' | 'tip' | 'accumulator' | 'anchor'>
  readonly params: NetworkParams
  /** Of a program with an input: what shows that it stands in the chain, for each source. */
  readonly evidence?: readonly InputEvidence[] | undefined
  /** Of a program that reads results of others: by what they are verified. */
  readonly results?: SourceResults | undefined
  /** Of a program without one: of the header that it was proved at, where the chain has gone on. */
  readonly prefix?: Attestation | undefined
  readonly kernel: StorageKernel
}

type PlacedOptions = Omit<VerifyCircuitOptions, 'verifier'>

/** What a circuit's result was found to show. */
export interface VerifiedCircuit extends NamedValues {
  /**
   * Of the block that holds the input, or the last part of it; of a program that opens headers, of the period's last one; else of the
   * one that it was proved at, which the proof says nothing of.
   */
  readonly height: number
  readonly blockHash: string
  readonly confirmations: number
  /** Ids of the inscriptions that were read, in their order, or of the blob; none for a program without an input. */
  readonly inputs: readonly string[]
}

type Place = Pick<VerifiedCircuit, 'height' | 'blockHash' | 'confirmations' | 'inputs'> & {
  readonly commitment: bigint | null
  /** Of a program without an input: the chain as it was at that block. */
  readonly compared: Compared | null
}

/** Verifies a circuit's result: the input, if it has one, is attested, the outputs commit to it, and the proof is of these values. */
export async function verifyCircuit(
  result: CircuitResult,
  options: VerifyCircuitOptions,
): Promise<Result<{ readonly verified: VerifiedCircuit }, CircuitReject>> {
  const placed = await checkPlaced(result, options)
  if (!placed.ok) return placed
  const proved = await checkProof(result, options)
  return proved.ok ? placed : proved
}

/** All of `verifyCircuit` but the proof (`checkProof`): what is found holds only where that does too. */
export async function checkPlaced(
  result: CircuitResult,
  options: PlacedOptions,
): Promise<Result<{ readonly verified: VerifiedCircuit }, CircuitReject>> {
  const { program, manifest } = options
  const { input, history, outputs } = manifest.program
  if (!equalBytes(result.program, program)) return rejection('wrong-program', 'a result of another program')
  const placed = input === undefined ? placeOf(result, options) : await placeOfInput(result, input, options)
  if (!placed.ok) return placed
  const { ok: _, commitment, compared, ...place } = placed
  const said = checkValues(manifest.program, result.values, commitment)
  if (!said.ok) return said
  const { named } = said
  if (history !== undefined && compared !== null) {
    const values = historyValues(result.values.slice(outputs.length))
    const held = checkHistory(history, values, named.outputs, compared, options.chain.anchor)
    if (!held.ok) return held
  }
  return { ok: true, verified: { ...place, ...named } }
}

/**
 * What shows in a result's values alone: they are as many as the program has, of the bytes that it read, and its condition holds.
 *
 * @param commitment of those bytes; null where they are none that a program reads, left out where they are not known
 */
export function checkValues(
  program: CircuitProgram,
  values: readonly bigint[],
  commitment?: bigint | null,
): Result<{ readonly named: NamedValues }, 'bad-outputs' | 'wrong-input' | 'condition-false'> {
  const { input } = program
  const count = publicCount(program)
  if (values.length !== count) return rejection('bad-outputs', `${values.length} values, the program has ${count}`)
  const named = namedValues(program, values)
  if (input !== undefined && commitment !== undefined && named.outputs[input.commitment] !== commitment) {
    return rejection('wrong-input', 'the program read other bytes than those that are attested')
  }
  if (input?.condition !== undefined && named.outputs[input.condition] !== 1n) {
    return rejection('condition-false', `its condition does not hold: ${input.condition} is not 1`)
  }
  return { ok: true, named }
}

/** Whether the proof is of these values. */
export async function checkProof(
  { proof, values }: Pick<CircuitResult, 'proof' | 'values'>,
  { verifier }: Pick<VerifyCircuitOptions, 'verifier'>,
): Promise<Result<object, CircuitReject>> {
  const proved = await verifier.verify(proof, encodeField(values))
  return proved.ok ? proved : rejection(rejectOf(proved.reject), proved.detail)
}

async function placeOfInput(
  result: CircuitResult,
  input: NonNullable<CircuitProgram['input']>,
  { manifest, chain, params, evidence = [], results, kernel }: PlacedOptions,
): Promise<Result<Place, CircuitReject>> {
  const sources = inputSources(manifest)
  const attested = await attestedInput({ sources, length: input.bytes, chain, params, evidence, results, kernel })
  if (!attested.ok) return attested
  const { bytes, ids, height, blockHash, confirmations } = attested.input
  if (result.height !== height || !equalBytes(result.blockHash, blockHash)) {
    return rejection('wrong-block', `a result of block ${result.height}, the input is in block ${height}`)
  }
  const commitment = attestedCommitment(kernel, input, bytes)
  const place = { height, blockHash: toDisplay(blockHash), confirmations, inputs: ids }
  return { ok: true, ...place, commitment, compared: null }
}

function placeOf(
  result: CircuitResult,
  { chain, prefix, evidence = [], kernel }: PlacedOptions,
): Result<Place, CircuitReject> {
  const more = surplus([], evidence)
  if (more !== null) return more
  const compared = comparedWith(chain, prefix, poseidonOf(kernel))
  if (!compared.ok) return compared
  const { height, tip: blockHash } = compared
  const claimed = { height: result.height, blockHash: toDisplay(result.blockHash) }
  const same = sameBlock(claimed, compared, prefix !== undefined)
  if (!same.ok) return same
  const place = { height, blockHash, confirmations: chain.height - height + 1, inputs: [] }
  return { ok: true, ...place, commitment: null, compared }
}

/** As many values as the key takes are there: `compile` has compared circuit and manifest. */
function rejectOf(reject: ProofReject): CircuitReject {
  return reject === 'bad-public-values' ? 'bad-outputs' : reject
}
