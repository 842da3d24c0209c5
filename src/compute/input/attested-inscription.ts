import { type BlockHash, type Envelope, formatInscriptionId, toDisplay } from '../../bitcoin/index.ts'
import {
  type Attestation,
  type AttestationReject,
  type AttestedChain,
  type Poseidon,
  verifyAttestation,
} from '../../bus/index.ts'
import { type Result, rejection } from '../../lib/index.ts'

/** Why what an attestation shows is no inscription of a proved chain. */
export type InscriptionReject = `attestation:${AttestationReject}` | 'not-an-inscription'

/** Where something that a program reads stands in a proved chain. */
export interface InputPlace {
  readonly height: number
  readonly blockHash: BlockHash
  /** Blocks from this one to the proof's tip, both counted. */
  readonly confirmations: number
}

/** An inscription of a proved chain. */
export interface AttestedInscription extends InputPlace {
  /** As ord has it. */
  readonly id: string
  readonly envelope: Envelope
  /** Number of its transaction in the block. */
  readonly transaction: number
}

/** Verifies that a chain holds an inscription. */
export function attestedInscription(
  attestation: Attestation,
  chain: AttestedChain,
  poseidon: Poseidon,
): Result<{ readonly inscription: AttestedInscription }, InscriptionReject> {
  const checked = verifyAttestation(attestation, chain, poseidon)
  if (!checked.ok) return rejection(`attestation:${checked.reject}`, checked.detail)
  const { payload, height, blockHash, confirmations } = checked.verified
  if (payload.kind !== 'inscription' || attestation.kind !== 'inscription') {
    return rejection('not-an-inscription', `an attestation of a ${payload.kind}`)
  }
  const { envelope, txid } = payload
  const id = formatInscriptionId({ txid: toDisplay(txid), index: envelope.index })
  const { index: transaction } = attestation
  return { ok: true, inscription: { id, envelope, transaction, height, blockHash, confirmations } }
}
