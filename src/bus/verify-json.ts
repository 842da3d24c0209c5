import type { ProvedChain, RefusedProof } from './verify.ts'

/**
 * The object `wsc bus verify --json` prints. A refused proof has proved nothing: its other fields are null.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { loadVerifier, regtest, verifyJson, verifyProof } from 'wsc-bitcoin'
 *
 * const options = { params: regtest, verifier: await loadVerifier(), now: Date.now() / 1000 }
 * const result = await verifyProof(await readFile('regtest.proof'), options)
 * console.log(verifyJson(result).setup) // insecure-dev
 */
export function verifyJson(result: ProvedChain | RefusedProof): Record<string, unknown> {
  if (!result.valid) {
    return {
      valid: false,
      reason: result.reason,
      network: result.network,
      height: null,
      tip: null,
      bits: null,
      chainwork: null,
      accumulator: null,
      steps: null,
      anchor: null,
      setup: null,
      pow: null,
      keyId: null,
    }
  }
  const work = result.work.toString(16)
  return {
    valid: true,
    reason: null,
    network: result.network,
    height: result.height,
    tip: result.tip,
    bits: result.bits.toString(16).padStart(8, '0'),
    ...(result.anchor === null ? { chainwork: work } : { workSinceAnchor: work }),
    accumulator: result.accumulator.toString(16).padStart(64, '0'),
    steps: result.steps,
    anchor: result.anchor,
    setup: result.setup,
    pow: result.pow,
    keyId: result.keyId,
  }
}
