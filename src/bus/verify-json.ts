import type { Rejection } from '../lib/index.ts'
import type { ProvedChain, VerifyProofResult } from './verify.ts'

/**
 * A refusal in the form of `verifyJson`: what is refused has proved nothing, so its other fields are null. `height` is of
 * the header it is about, where it is about one.
 */
export function refusalJson(
  { reject, detail }: Rejection,
  network: string,
  height: number | null = null,
): Record<string, unknown> {
  return {
    valid: false,
    reason: reject,
    detail,
    network,
    height,
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
 * The object `wsc bus verify --json` prints. `detail` says more about a refusal; `network` is the name of the network
 * that the proof was verified for.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { loadVerifier, regtest, verifyJson, verifyProof } from 'wsc-bitcoin'
 *
 * const options = { params: regtest, verifier: await loadVerifier(), now: Date.now() / 1000 }
 * const result = await verifyProof(await readFile('regtest.proof'), options)
 * console.log(verifyJson(result, regtest.name).setup) // insecure-dev
 */
export function verifyJson(result: VerifyProofResult, network: string): Record<string, unknown> {
  return result.ok ? provedJson(result.chain) : refusalJson(result, network)
}

/** What is proved, in the form of `verifyJson`. */
export function provedJson(chain: ProvedChain): Record<string, unknown> {
  const work = chain.work.toString(16)
  return {
    valid: true,
    reason: null,
    detail: null,
    network: chain.network,
    height: chain.height,
    tip: chain.tip,
    bits: chain.bits.toString(16).padStart(8, '0'),
    ...(chain.anchor === null ? { chainwork: work } : { workSinceAnchor: work }),
    accumulator: chain.accumulator.toString(16).padStart(64, '0'),
    steps: chain.steps,
    anchor: chain.anchor,
    setup: chain.setup,
    pow: chain.pow,
    keyId: chain.keyId,
  }
}
