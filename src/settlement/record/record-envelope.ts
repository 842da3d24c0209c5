import { settlementError } from '../errors.ts'
import { composeInscription, type Draft, type RecordSigner } from './compose.ts'

/** The signed record, as it stands in its inscription. Throws E_RECORD where there is none of this draft. */
export function recordEnvelope(draft: Draft, signer: RecordSigner): Uint8Array {
  const made = composeInscription(draft, signer)
  if (made.ok) return made.envelope
  throw settlementError('E_RECORD', `it cannot be inscribed: ${made.reject}: ${made.detail}`)
}
