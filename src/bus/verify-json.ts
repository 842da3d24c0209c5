import type { ProvedChain, RefusedProof } from './verify.ts'

/** What is refused, and why: a proof, or a chain for its header at `height`. */
export interface Refusal {
  readonly reason: string
  readonly detail: string
  readonly network: string
  readonly height?: number
}

/** A refusal in the form of `verifyJson`: what is refused has proved nothing, so its other fields are null. */
export function refusalJson({ reason, detail, network, height }: Refusal): Record<string, unknown> {
  return {
    valid: false,
    reason,
    detail,
    network,
    height: height ?? null,
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

/**
 * The object `wsc bus verify --json` prints. `detail` says more about a refusal.
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
  if (!result.valid) return refusalJson({ reason: result.reason, detail: result.detail, network: result.network })
  const work = result.work.toString(16)
  return {
    valid: true,
    reason: null,
    detail: null,
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
