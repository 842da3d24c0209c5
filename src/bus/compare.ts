import { type Result, rejection } from '../lib/index.ts'
import type { ProvedChain } from './verify.ts'

/** The better of two proofs, or why they cannot be compared. */
export type CompareResult = Result<{ readonly better: ProvedChain }, CompareReject>

/** Why two proofs cannot be compared. */
export type CompareReject = 'different-network' | 'different-start' | 'different-setup' | 'different-key'

/**
 * The better of two verified proofs: the most work, never the longest. On equal work the current one stays (as Core
 * keeps the block seen first). Proofs of other networks or other starts say nothing about each other, one that anybody
 * can forge (setup `insecure-dev`) nothing against one that rests on the ceremony, and one under another key, of another
 * circuit perhaps, nothing at all.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { better, loadVerifier, regtest, verifyProof } from 'wsc-bitcoin'
 *
 * const options = { params: regtest, verifier: await loadVerifier(), now: Date.now() / 1000 }
 * const current = await verifyProof(await readFile('regtest.proof'), options)
 * const candidate = await verifyProof(await readFile('regtest.proof'), options)
 * if (!current.ok || !candidate.ok) throw new Error('a proof is not valid')
 * const compared = better(current.chain, candidate.chain)
 * console.log(compared.ok ? compared.better === current.chain : compared.detail) // true
 */
export function better(current: ProvedChain, candidate: ProvedChain): CompareResult {
  if (current.params !== candidate.params || current.network !== candidate.network) {
    return rejection('different-network', `${current.network} and ${candidate.network} cannot be compared`)
  }
  if (current.startDigest !== candidate.startDigest || (current.anchor === null) !== (candidate.anchor === null)) {
    return rejection('different-start', 'proofs with different starts cannot be compared')
  }
  if (current.setup !== candidate.setup) {
    return rejection('different-setup', `setups ${current.setup} and ${candidate.setup} cannot be compared`)
  }
  if (current.keyId !== candidate.keyId) {
    return rejection('different-key', `keys ${current.keyId} and ${candidate.keyId} cannot be compared`)
  }
  return { ok: true, better: candidate.work > current.work ? candidate : current }
}
