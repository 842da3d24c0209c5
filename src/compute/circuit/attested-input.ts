import { type BlockHash, formatInscriptionId, toDisplay } from '../../bitcoin/index.ts'
import {
  type Attestation,
  type AttestationReject,
  type ProvedChain,
  poseidonOf,
  verifyAttestation,
} from '../../bus/index.ts'
import { type Result, rejection } from '../../lib/index.ts'
import type { StorageKernel } from '../../proving/index.ts'

/** Why what an attestation shows is no input of a circuit. */
export type InputReject = `attestation:${AttestationReject}` | 'not-an-inscription' | 'wrong-length'

/** The inscription that a program reads, in a block of a proved chain. */
export interface AttestedInput {
  readonly bytes: Uint8Array
  readonly id: string
  readonly height: number
  readonly blockHash: BlockHash
  readonly confirmations: number
}

export interface AttestedInputOptions {
  /** Bytes that the program reads. */
  readonly length: number
  readonly chain: Pick<ProvedChain, 'height' | 'accumulator' | 'anchor'>
  /** Under that chain's proof. */
  readonly attestation: Attestation
  readonly kernel: Pick<StorageKernel, 'poseidon'>
}

/** Reads the input out of an attestation: the body of one inscription, of the length that the program takes. */
export function attestedInput({
  length,
  chain,
  attestation,
  kernel,
}: AttestedInputOptions): Result<{ readonly input: AttestedInput }, InputReject> {
  const checked = verifyAttestation(attestation, chain, poseidonOf(kernel))
  if (!checked.ok) return rejection(`attestation:${checked.reject}`, checked.detail)
  const { payload, height, blockHash, confirmations } = checked.verified
  if (payload.kind !== 'inscription') return rejection('not-an-inscription', `an attestation of a ${payload.kind}`)
  const bytes = payload.envelope.body ?? new Uint8Array()
  if (bytes.length !== length) {
    return rejection('wrong-length', `the inscription has ${bytes.length} bytes, the program reads ${length}`)
  }
  const id = formatInscriptionId({ txid: toDisplay(payload.txid), index: payload.envelope.index })
  return { ok: true, input: { bytes, id, height, blockHash, confirmations } }
}
