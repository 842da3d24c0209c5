import { equalBytes, type Rejection, type Result, rejection } from '../../lib/index.ts'
import { better, type CompareReject } from '../compare.ts'
import { MAX_PROOF_BYTES } from '../proof-file.ts'
import {
  type ProvedChain,
  requireVerifyOptions,
  type VerifyOptions,
  type VerifyReject,
  verifyProof,
} from '../verify.ts'
import { type FetchOptions, fetchBytes } from './fetch-bytes.ts'

/** A proof file and what it was verified to prove; what `fetchProof` gave is one. */
export interface HeldProof {
  readonly bytes: Uint8Array
  readonly chain: ProvedChain
}

/** The proof of a server, verified, or why it is not taken. */
export type FetchProofResult =
  | Extract<Result<FetchedProof>, { ok: true }>
  | (Rejection<VerifyReject | CompareReject | 'stale'> & {
      /** What was fetched and does not verify: what it says of itself tells what went wrong. */
      readonly bytes?: Uint8Array
    })

/** A server’s proof, verified. */
export interface FetchedProof extends HeldProof {
  /** False where the proof held already says the same. */
  readonly newer: boolean
}

/**
 * Syncs with the chain from a server of the bus: fetches its one proof, verifies it, and compares it with the one held.
 * The server is not trusted: a forged proof is refused, and so is one of less work than the one held. The very proof
 * held is neither sent nor verified again.
 *
 * @example
 * import { fetchProof, loadVerifier, regtest } from 'wsc-bitcoin'
 *
 * const options = { params: regtest, verifier: await loadVerifier(), now: Date.now() / 1000 }
 * const result = await fetchProof('http://127.0.0.1:1', options).catch((error) => error.code)
 * console.log(result) // E_FETCH
 */
export async function fetchProof(
  url: string,
  verify: VerifyOptions,
  held: HeldProof | null = null,
  options: FetchOptions = {},
): Promise<FetchProofResult> {
  // Before a server is asked for what could not be verified.
  requireVerifyOptions('fetchProof', verify)
  const fetched = await fetchBytes(url, 'v1/proof', MAX_PROOF_BYTES, options, held?.bytes)
  if (!fetched.ok) return fetched
  if (held !== null && equalBytes(fetched.bytes, held.bytes)) return { ok: true, ...held, newer: false }
  const verified = await verifyProof(fetched.bytes, verify)
  if (!verified.ok) return { ...verified, bytes: fetched.bytes }
  const { chain } = verified
  return compareWithHeld(held, { bytes: fetched.bytes, chain })
}

/** Whether a proof that was verified is newer than the one held; `stale` where it has no more work, on another tip. */
export function compareWithHeld(held: HeldProof | null, found: HeldProof): FetchProofResult {
  if (held === null) return { ok: true, ...found, newer: true }
  const { chain } = found
  const compared = better(held.chain, chain)
  if (!compared.ok) return compared
  if (compared.better === chain) return { ok: true, ...found, newer: true }
  if (held.chain.tip === chain.tip) return { ok: true, ...found, newer: false }
  const { work, height } = held.chain
  const detail = `work ${chain.work.toString(16)} at height ${chain.height}, held ${work.toString(16)} at ${height}`
  return rejection('stale', detail)
}
