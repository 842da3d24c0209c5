import { equalBytes, errorCode, type Rejection, WscError } from '../../../lib/index.ts'
import { ioError, readRegular } from '../../../lib/io/index.ts'
import { better } from '../../compare.ts'
import { busError } from '../../errors.ts'
import { MAX_PROOF_BYTES } from '../../proof-file.ts'
import type { HeldProof } from '../../sync/fetch-proof.ts'
import { type ProvedChain, type VerifyOptions, type VerifyReject, verifyProof } from '../../verify.ts'

/**
 * What a proof is refused for that may be valid for somebody else: by another key, network, start, setup, version of this
 * program, or clock. It may have more work than all that is valid here.
 */
const ELSEWHERE: ReadonlySet<VerifyReject> = new Set<VerifyReject>([
  'unsupported-version',
  'wrong-key',
  'wrong-setup',
  'insecure-setup',
  'wrong-network',
  'wrong-start',
  'time-too-new',
])

/** What lies where new proofs are to go. */
export interface FoundProof {
  /** Null where there is no file, or none that is valid. */
  readonly held: HeldProof | null
  /** Why what lies there is worth nothing; null where nothing does. */
  readonly refused: Rejection<VerifyReject> | null
}

/**
 * Reads and verifies the proof in a file. The very bytes of `known` are not verified again. Throws E_USAGE where it may
 * be valid elsewhere, or once the clock is right: nothing may replace it.
 */
export async function findProof(
  file: string,
  options: VerifyOptions,
  known: HeldProof | null = null,
): Promise<FoundProof> {
  let bytes: Uint8Array
  try {
    bytes = await readRegular(file, MAX_PROOF_BYTES)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { held: null, refused: null }
    throw error instanceof WscError ? error : ioError(error, file, 'read')
  }
  if (known !== null && equalBytes(known.bytes, bytes)) return { held: known, refused: null }
  const result = await verifyProof(bytes, options)
  if (!result.ok && ELSEWHERE.has(result.reject)) {
    const { reject, detail } = result
    const cure = { act: reject === 'time-too-new' ? 'set-clock-or-move' : 'move-or-other-file', subject: file }
    throw busError(
      'E_USAGE',
      `${file} holds a proof that is not valid here (${reject}: ${detail}), and is left as it is`,
      { cure },
    )
  }
  return result.ok ? { held: { bytes, chain: result.chain }, refused: null } : { held: null, refused: result }
}

/** Whether the proof held stays: of another tip, and the new one has no more work. */
export function stays(held: ProvedChain, made: ProvedChain): boolean {
  const compared = better(held, made)
  return compared.ok && compared.better === held && held.tip !== made.tip
}
