import { bytesToHex, type Result, rejection } from '../../lib/index.ts'
import type { ProofVerifier, SnarkVerifier } from '../../proving/index.ts'
import type { SourceResults, UnderProof } from '../input/attested-result.ts'
import type { CircuitProgram } from '../manifest/circuit-program.ts'
import type { Manifest, StreamProgram } from '../manifest/manifest.ts'
import type { ProgramResult } from '../result/result-file.ts'
import { verifyStream } from '../stream/verify-stream.ts'
import { verifyCircuit } from './verify-circuit.ts'

/** A program whose results others read, as it was built here; of `id` 32 bytes. */
export type SourceProgram =
  | {
      readonly kind: 'stream'
      readonly id: Uint8Array
      readonly manifest: Manifest<StreamProgram>
      readonly verifier: SnarkVerifier
    }
  | {
      readonly kind: 'circuit'
      readonly id: Uint8Array
      readonly manifest: Manifest<CircuitProgram>
      readonly verifier: ProofVerifier
    }
  | { readonly kind: 'transactions'; readonly id: Uint8Array }

/** Where they are had by their ids, 64 hex digits; null where there is none. */
export interface SourcePrograms {
  open(id: string): Promise<SourceProgram | null>
}

/**
 * Verifies results of source programs. The values of a stream are the elements of its state, those of a circuit its outputs and its
 * public arguments. A program that itself reads results, several sources or storage is no source.
 */
export function sourceResults(programs: SourcePrograms): SourceResults {
  return {
    async verify(result, under) {
      const id = bytesToHex(result.program)
      const program = await programs.open(id)
      if (program === null) return rejection('no-program', `no program ${id} is here`)
      return await verifySource(program, result, under)
    },
  }
}

async function verifySource(
  source: SourceProgram,
  result: ProgramResult,
  { chain, params, kernel, attestations }: UnderProof,
): Promise<Result<{ readonly values: readonly bigint[] }>> {
  if (source.kind === 'circuit' && result.kind === 'circuit' && source.manifest.program.input !== undefined) {
    const { id: program, manifest, verifier } = source
    const under = { program, manifest, verifier, chain, params, kernel, evidence: [{ attestations }] }
    const checked = await verifyCircuit(result, under)
    return checked.ok ? { ok: true, values: result.values } : checked
  }
  const [prefix, ...more] = attestations
  if (prefix === undefined || more.length > 0) {
    return rejection('no-attestation', `${attestations.length} attestations of the header that it stands at`)
  }
  if (source.kind === 'circuit' && result.kind === 'circuit') {
    const { id: program, manifest, verifier } = source
    const checked = await verifyCircuit(result, { program, manifest, verifier, chain, params, kernel, prefix })
    return checked.ok ? { ok: true, values: result.values } : checked
  }
  if (source.kind === 'stream' && result.kind === 'stream') {
    const { id: program, manifest, verifier } = source
    const checked = await verifyStream(result, { program, manifest, verifier, chain, prefix })
    return checked.ok ? { ok: true, values: result.state } : checked
  }
  return rejection('wrong-program', 'a result of another kind than its program, or of one over transactions')
}
