import { bn254 } from '@noble/curves/bn254.js'
import { bytesToNumberLE } from '@noble/curves/utils.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { aByteArray, bytesToHex, type Result, rejection, requireArgument, WscError } from '../../lib/index.ts'
import type { ProofInfo, ProofReject, ProofVerifier, SetupKind } from '../engine.ts'
import type { ProvingErrorCode } from '../errors.ts'
import { FIELD_MODULUS } from '../modulus.ts'
import { decodeGroth16Key, type Groth16Key } from './key.ts'
import { decodeG1, decodeG2, G1, type G1Point, type G2Point, PointError } from './points.ts'

const FIELD_BYTES = 32
/** A on G1, B on G2, C on G1. */
export const GROTH16_PROOF_BYTES = 128

const { Fp12 } = bn254.fields
const { calcPairingPrecomputes } = bn254.utils
type Lines = ReturnType<typeof calcPairingPrecomputes>

/** What each verification under a key needs again: the Miller loop of (α, β), and the lines of γ and δ. */
interface PreparedKey {
  readonly alphaBeta: typeof Fp12.ONE
  readonly gamma: Lines
  readonly delta: Lines
}

/**
 * Verifies a circuit's Groth16 proofs (Groth 2016, §3.2): e(A, B) = e(α, β)·e(IC₀ + Σ xᵢ·ICᵢ, γ)·e(C, δ). Runs anywhere. Whoever has a
 * proof can make others of the same values: its bytes name nothing.
 */
export class Groth16Verifier implements ProofVerifier {
  readonly info: ProofInfo
  readonly #key: Groth16Key
  #prepared: PreparedKey | undefined

  /**
   * Throws E_KEY for what is no compact verifying key.
   *
   * @param setup what is known of how the key was made, which cannot be seen in it: unless somebody has looked, anybody may be able to forge
   */
  constructor(bytes: Uint8Array, setup: SetupKind = 'insecure-dev') {
    const read = decodeGroth16Key(bytes)
    if (!read.ok) throw new WscError<ProvingErrorCode>('E_KEY', read.detail)
    this.#key = read.key
    const publicValues = read.key.ic.length - 1
    this.info = { scheme: 'groth16', keyId: bytesToHex(sha256(bytes)), setup, publicValues }
  }

  async verify(proof: Uint8Array, publicValues: Uint8Array): Promise<Result<object, ProofReject>> {
    requireArgument('verify', 'proof', proof, aByteArray)
    requireArgument('verify', 'publicValues', publicValues, aByteArray)
    const isOfLength = publicValues.length === FIELD_BYTES * this.info.publicValues
    const values = isOfLength ? valuesOf(publicValues) : null
    if (values === null) {
      return rejection('bad-public-values', `${this.info.publicValues} canonical field elements are needed`)
    }
    const read = pointsOf(proof)
    if (!read.ok) return read
    return this.#holds(read, values) ? { ok: true } : rejection('proof-invalid', 'it does not prove these values')
  }

  /** As e(−A, B)·e(α, β)·e(C, δ)·e(IC₀ + Σ xᵢ·ICᵢ, γ) = 1, with one final exponentiation for all. */
  #holds({ a, b, c }: ProofPoints, values: readonly bigint[]): boolean {
    const { ic } = this.#key
    this.#prepared ??= prepare(this.#key)
    const { alphaBeta, gamma, delta } = this.#prepared
    const sum = ic
      .slice(1)
      .reduce((sum, point, i) => sum.add(point.multiplyUnsafe(values[i] as bigint)), ic[0] as G1Point)
    const pairs = [pairOf(a.negate(), calcPairingPrecomputes(b)), pairOf(c, delta)]
    // The neutral point adds nothing to the product.
    if (!sum.equals(G1.ZERO)) pairs.push(pairOf(sum, gamma))
    const product = Fp12.mul(alphaBeta, bn254.millerLoopBatch(pairs))
    return Fp12.eql(Fp12.finalExponentiate(product), Fp12.ONE)
  }
}

function prepare({ alpha, beta, gamma, delta }: Groth16Key): PreparedKey {
  return {
    alphaBeta: bn254.millerLoopBatch([pairOf(alpha, calcPairingPrecomputes(beta))]),
    gamma: calcPairingPrecomputes(gamma),
    delta: calcPairingPrecomputes(delta),
  }
}

function pairOf(point: G1Point, lines: Lines): [Lines, bigint, bigint] {
  const { x, y } = point.toAffine()
  return [lines, x, y]
}

interface ProofPoints {
  readonly a: G1Point
  readonly b: G2Point
  readonly c: G1Point
}

function pointsOf(proof: Uint8Array): Result<ProofPoints, 'proof-malformed'> {
  if (proof.length !== GROTH16_PROOF_BYTES) {
    return rejection('proof-malformed', `${proof.length} bytes; a proof has ${GROTH16_PROOF_BYTES}`)
  }
  try {
    const [a, b, c] = [decodeG1(proof.subarray(0, 32)), decodeG2(proof.subarray(32, 96)), decodeG1(proof.subarray(96))]
    return { ok: true, a, b, c }
  } catch (error) {
    if (error instanceof PointError) return rejection('proof-malformed', error.message)
    throw error
  }
}

/** Null where one is no canonical field element. */
function valuesOf(bytes: Uint8Array): bigint[] | null {
  const values: bigint[] = []
  for (let at = 0; at < bytes.length; at += FIELD_BYTES) {
    const value = bytesToNumberLE(bytes.subarray(at, at + FIELD_BYTES))
    if (value >= FIELD_MODULUS) return null
    values.push(value)
  }
  return values
}
