import { type AcceptedVersions, type AttestationResult, decodeAttestation } from './binary.ts'
import { attestationFromJson } from './json.ts'

const BRACE = 0x7b

/**
 * Reads an attestation of either form, told by its first byte; nothing in it is judged yet. To refresh one, read any
 * version: `refreshAttestation` replaces what an older one has wrong.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { readAttestation } from 'wsc-bitcoin'
 *
 * const result = readAttestation(await readFile('header.attestation'))
 * console.log(result.ok ? result.attestation.kind : result.reject) // header
 */
export function readAttestation(bytes: Uint8Array, accepted: AcceptedVersions = 'current'): AttestationResult {
  const json = bytes[0] === BRACE
  return json ? attestationFromJson(new TextDecoder().decode(bytes), accepted) : decodeAttestation(bytes, accepted)
}
