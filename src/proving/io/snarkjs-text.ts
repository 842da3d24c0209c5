import type { G1Text, G2Text, Groth16KeyText, Groth16ProofText } from 'snarkjs'
import { concatBytes } from '../../lib/index.ts'
import { encodeGroth16Key } from '../groth16/key.ts'
import { encodeG1, encodeG2, G1, type G1Point, G2, type G2Point } from '../groth16/points.ts'

/** snarkjs's key in the compact form. */
export function keyOfText({ vk_alpha_1, vk_beta_2, vk_gamma_2, vk_delta_2, IC }: Groth16KeyText): Uint8Array {
  const [alpha, beta, gamma, delta] = [g1Of(vk_alpha_1), g2Of(vk_beta_2), g2Of(vk_gamma_2), g2Of(vk_delta_2)]
  return encodeGroth16Key({ alpha, beta, gamma, delta, ic: IC.map(g1Of) })
}

/** And its proof: A, B, C. */
export function proofOfText({ pi_a, pi_b, pi_c }: Groth16ProofText): Uint8Array {
  return concatBytes(encodeG1(g1Of(pi_a)), encodeG2(g2Of(pi_b)), encodeG1(g1Of(pi_c)))
}

function g1Of([x, y]: G1Text): G1Point {
  return G1.fromAffine({ x: BigInt(x), y: BigInt(y) })
}

function g2Of([[x0, x1], [y0, y1]]: G2Text): G2Point {
  const of = (c0: string, c1: string) => ({ c0: BigInt(c0), c1: BigInt(c1) })
  return G2.fromAffine({ x: of(x0, x1), y: of(y0, y1) })
}
