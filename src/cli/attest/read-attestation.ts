import {
  type AttestationResult,
  attestationFromJson,
  decodeAttestation,
  MAX_ATTESTATION_JSON,
} from '../../bus/index.ts'
import { readUpTo } from '../inputs.ts'

const BRACE = 0x7b

/** An attestation file of either form. */
export async function readAttestation(file: string): Promise<AttestationResult> {
  const bytes = await readUpTo(file, MAX_ATTESTATION_JSON)
  return bytes[0] === BRACE ? attestationFromJson(new TextDecoder().decode(bytes)) : decodeAttestation(bytes)
}
