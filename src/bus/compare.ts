import type { ProvedChain } from './verify.ts'

export type CompareResult =
  | { readonly ok: true; readonly better: ProvedChain }
  | { readonly ok: false; readonly reject: CompareReject; readonly detail: string }

export type CompareReject = 'different-network' | 'different-start' | 'different-setup'

/**
 * The better of two verified proofs: the most work, never the longest. On equal work the current one stays (as Core
 * keeps the block seen first). Proofs of other networks or other starts say nothing about each other, and one
 * that anybody can forge (setup `insecure-dev`) nothing against one that rests on the ceremony.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { better, loadVerifier, regtest, verifyProof } from 'wsc-bitcoin'
 *
 * const options = { params: regtest, verifier: await loadVerifier(), now: Date.now() / 1000 }
 * const current = await verifyProof(await readFile('regtest.proof'), options)
 * const candidate = await verifyProof(await readFile('regtest.proof'), options)
 * if (!current.valid || !candidate.valid) throw new Error('a proof is not valid')
 * const compared = better(current, candidate)
 * console.log(compared.ok ? compared.better === current : compared.detail) // true
 */
export function better(current: ProvedChain, candidate: ProvedChain): CompareResult {
  if (current.params !== candidate.params || current.network !== candidate.network) {
    return {
      ok: false,
      reject: 'different-network',
      detail: `${current.network} and ${candidate.network} cannot be compared`,
    }
  }
  if (current.startDigest !== candidate.startDigest || (current.anchor === null) !== (candidate.anchor === null)) {
    return { ok: false, reject: 'different-start', detail: 'proofs with different starts cannot be compared' }
  }
  if (current.setup !== candidate.setup) {
    const detail = `setups ${current.setup} and ${candidate.setup} cannot be compared`
    return { ok: false, reject: 'different-setup', detail }
  }
  return { ok: true, better: candidate.work > current.work ? candidate : current }
}
