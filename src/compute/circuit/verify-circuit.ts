import { type BlockHash, formatInscriptionId, toDisplay } from '../../bitcoin/index.ts'
import {
  type Attestation,
  type AttestationReject,
  encodeField,
  type ProvedChain,
  poseidonOf,
  verifyAttestation,
} from '../../bus/index.ts'
import { equalBytes, type Result, rejection } from '../../lib/index.ts'
import type { ProofReject, ProofVerifier, StorageKernel } from '../../proving/index.ts'
import type { CircuitProgram, Manifest } from '../manifest/manifest.ts'
import type { CircuitResult } from '../result/result-file.ts'
import { bytesCommitment } from './bytes-commitment.ts'

/** Why what an attestation shows is no input of a circuit. */
export type InputReject = `attestation:${AttestationReject}` | 'not-an-inscription' | 'wrong-length'

/** Why a circuit's result does not hold under a bus proof and an attestation of its input. */
export type CircuitReject =
  | InputReject
  | 'wrong-program'
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
  readonly chain: Pick<ProvedChain, 'height' | 'accumulator' | 'anchor'>
  /** Of the inscription that was read, under that chain's proof. */
  readonly attestation: Attestation
  readonly kernel: Pick<StorageKernel, 'treeNodes' | 'poseidon'>
}

/** What a circuit's result was found to show. */
export interface VerifiedCircuit {
  /** Of the block that holds the inscription. */
  readonly height: number
  readonly blockHash: string
  readonly confirmations: number
  /** The inscription's id. */
  readonly input: string
  /** By the manifest's names. */
  readonly outputs: Readonly<Record<string, bigint>>
}

/** The inscription that a program reads, in a block of a proved chain. */
export interface AttestedInput {
  readonly bytes: Uint8Array
  readonly id: string
  readonly height: number
  readonly blockHash: BlockHash
  readonly confirmations: number
}

/** Reads the input out of an attestation: the body of one inscription, of the length that the program takes. */
export function attestedInput({
  manifest,
  chain,
  attestation,
  kernel,
}: Pick<VerifyCircuitOptions, 'manifest' | 'chain' | 'attestation' | 'kernel'>): Result<
  { readonly input: AttestedInput },
  InputReject
> {
  const checked = verifyAttestation(attestation, chain, poseidonOf(kernel))
  if (!checked.ok) return rejection(`attestation:${checked.reject}`, checked.detail)
  const { payload, height, blockHash, confirmations } = checked.verified
  if (payload.kind !== 'inscription') return rejection('not-an-inscription', `an attestation of a ${payload.kind}`)
  const bytes = payload.envelope.body ?? new Uint8Array()
  const { input } = manifest.program
  if (bytes.length !== input.bytes) {
    return rejection('wrong-length', `the inscription has ${bytes.length} bytes, the program reads ${input.bytes}`)
  }
  const id = formatInscriptionId({ txid: toDisplay(payload.txid), index: payload.envelope.index })
  return { ok: true, input: { bytes, id, height, blockHash, confirmations } }
}

/** As many values as the program has outputs, by the manifest's names. */
export function namedOutputs(
  { outputs }: Pick<CircuitProgram, 'outputs'>,
  values: readonly bigint[],
): Readonly<Record<string, bigint>> {
  return Object.fromEntries(outputs.map((name, i) => [name, values[i] as bigint]))
}

/** Verifies a circuit's result: the input is attested, the outputs commit to it, and the proof is of these outputs. */
export async function verifyCircuit(
  result: CircuitResult,
  options: VerifyCircuitOptions,
): Promise<Result<{ readonly verified: VerifiedCircuit }, CircuitReject>> {
  const { program, manifest, verifier, kernel } = options
  const { outputs: names, input } = manifest.program
  if (!equalBytes(result.program, program)) return rejection('wrong-program', 'a result of another program')
  const attested = attestedInput(options)
  if (!attested.ok) return attested
  const { bytes, id, height, blockHash, confirmations } = attested.input
  if (result.height !== height || !equalBytes(result.blockHash, blockHash)) {
    return rejection('wrong-block', `a result of block ${result.height}, the inscription is in block ${height}`)
  }
  if (result.values.length !== names.length) {
    return rejection('bad-outputs', `${result.values.length} outputs, the program has ${names.length}`)
  }
  const outputs = namedOutputs(manifest.program, result.values)
  if (outputs[input.commitment] !== bytesCommitment(kernel, bytes)) {
    return rejection('wrong-input', 'the program read other bytes than the inscription has')
  }
  const proved = await verifier.verify(result.proof, encodeField(result.values))
  if (!proved.ok) return rejection(rejectOf(proved.reject), proved.detail)
  return { ok: true, verified: { height, blockHash: toDisplay(blockHash), confirmations, input: id, outputs } }
}

/** As many values as the key takes are there: `compile` has compared circuit and manifest. */
function rejectOf(reject: ProofReject): CircuitReject {
  return reject === 'bad-public-values' ? 'bad-outputs' : reject
}
