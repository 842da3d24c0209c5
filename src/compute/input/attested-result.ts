import type { NetworkParams } from '../../bitcoin/index.ts'
import { type Attestation, type ProvedChain, poseidonOf } from '../../bus/index.ts'
import { bytesToHex, type Result, rejection } from '../../lib/index.ts'
import type { StorageKernel } from '../../proving/index.ts'
import { decodeRecord, type RecordReject } from '../../settlement/index.ts'
import type { ProgramResult } from '../result/result-file.ts'
import { RESULT_KIND, readResultRecord } from '../results/result-record.ts'
import { attestedInscription, type InputPlace, type InscriptionReject } from './attested-inscription.ts'
import { resultBytes } from './result-bytes.ts'

/** Why attestations are not of a result that a program reads, or it does not hold: then the result's own reason stands behind the colon. */
export type SourceResultReject =
  | InscriptionReject
  | `record:${RecordReject}`
  | 'no-attestation'
  | 'other-program'
  | `result:${string}`

/** The chain under whose proof attestations are. */
export type SourceChain = Pick<ProvedChain, 'height' | 'tip' | 'accumulator' | 'anchor'>

/** By what a result of another program is judged. */
export interface UnderProof {
  readonly chain: SourceChain
  readonly params: NetworkParams
  readonly kernel: StorageKernel
  /** Of the header that it stands at, or of what it read. */
  readonly attestations: readonly Attestation[]
}

/** Verifies results of the programs whose results another one reads. */
export interface SourceResults {
  /** The values that it says, where it holds. */
  verify(result: ProgramResult, under: UnderProof): Promise<Result<{ readonly values: readonly bigint[] }>>
}

export interface AttestedResultOptions extends UnderProof {
  /** Of the record first, then what the result is judged by. */
  readonly attestations: readonly Attestation[]
  /** Whose result is read, 64 hex digits. */
  readonly program: string
  readonly results: SourceResults | undefined
}

/** A result of another program, in the block that holds its record. */
export interface AttestedResult extends InputPlace {
  /** Of the record's inscription, as ord has it. */
  readonly id: string
  /** As a circuit reads it. */
  readonly bytes: Uint8Array
}

/**
 * A result out of the attestation of its record, which is verified as any result is: proof, program and block. Whether it is the one that
 * counts, and the latest, is not shown.
 */
export async function attestedResult({
  attestations: [record, ...attestations],
  program,
  results,
  ...under
}: AttestedResultOptions): Promise<Result<{ readonly read: AttestedResult }, SourceResultReject>> {
  const { chain, params, kernel } = under
  if (record === undefined) return rejection('no-attestation', 'nothing attests the record of a result')
  const attested = attestedInscription(record, chain, poseidonOf(kernel))
  if (!attested.ok) return attested
  const { envelope, id, height, blockHash, confirmations } = attested.inscription
  const decoded = decodeRecord(envelope, params)
  if (!decoded.ok) return rejection(`record:${decoded.reject}`, `${id}: ${decoded.detail}`)
  const { kind } = decoded.record
  if (kind !== RESULT_KIND || bytesToHex(decoded.record.program) !== program) {
    return rejection('other-program', `${id} is no record of a result of program ${program}`)
  }
  const read = readResultRecord(decoded)
  if (!read.ok) return rejection(`result:${read.reject}`, `${id}: ${read.detail}`)
  const { result } = read
  if (result.height >= height) {
    return rejection('result:not-an-ancestor', `its block ${result.height} is none of those before block ${height}`)
  }
  if (results === undefined) return rejection('result:no-program', `no program ${program} is here`)
  const verified = await results.verify(result, { ...under, attestations })
  if (!verified.ok) return rejection(`result:${verified.reject}`, `${id}: ${verified.detail}`)
  return { ok: true, read: { id, height, blockHash, confirmations, bytes: resultBytes(result, verified.values) } }
}
