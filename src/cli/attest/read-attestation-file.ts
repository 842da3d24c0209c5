import {
  type AcceptedVersions,
  type AttestationResult,
  MAX_ATTESTATION_JSON,
  readAttestation,
} from '../../bus/index.ts'
import { readUpTo } from '../inputs.ts'

/** An attestation file of either form. */
export async function readAttestationFile(file: string, accepted?: AcceptedVersions): Promise<AttestationResult> {
  return readAttestation(await readUpTo(file, MAX_ATTESTATION_JSON), accepted)
}
