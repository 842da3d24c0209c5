import { toDisplay } from '../bitcoin/index.ts'
import {
  type Attestation,
  type AttestationReject,
  type Poseidon,
  type ProvedChain,
  verifyAttestation,
} from '../bus/index.ts'
import { type Result, rejection } from '../lib/index.ts'

/** Why what is to bring a result to a later bus proof does not. */
export type PrefixReject = `prefix:${AttestationReject | 'other-kind'}`

/** What a result is compared with: height, hash and commitment of the chain's tip, or of the attested header. */
export type Compared = Pick<ProvedChain, 'height' | 'tip' | 'accumulator'>

/** @param prefix attestation, under that chain's proof, of the header that a result stands at; of the tip where it is left out */
export function comparedWith(
  chain: Compared & Pick<ProvedChain, 'anchor'>,
  prefix: Attestation | undefined,
  poseidon: Poseidon,
): Result<Compared, PrefixReject> {
  if (prefix === undefined) return { ok: true, ...chain }
  const attested = verifyAttestation(prefix, chain, poseidon)
  if (!attested.ok) return rejection(`prefix:${attested.reject}`, attested.detail)
  const { height, blockHash, payload } = attested.verified
  if (payload.kind !== 'header') return rejection('prefix:other-kind', `of kind ${payload.kind}, not of a header`)
  return { ok: true, height, tip: toDisplay(blockHash), accumulator: payload.accumulator }
}

/** Refuses a result of another block than it is compared with. */
export function sameBlock(
  result: { readonly height: number; readonly blockHash: string },
  compared: Compared,
  hasPrefix: boolean,
): Result<object, 'wrong-height' | 'wrong-block'> {
  if (result.height !== compared.height) {
    const what = hasPrefix ? 'the attested header' : 'the bus proof'
    return rejection('wrong-height', `a result at height ${result.height}, ${what} is of height ${compared.height}`)
  }
  if (result.blockHash !== compared.tip) return rejection('wrong-block', 'a result of another chain')
  return { ok: true }
}
