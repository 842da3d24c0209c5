import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '../../lib/index.ts'
import { type VerifyOptions, type VerifyProofResult, type VerifyReject, verifyProof } from '../verify.ts'

/** Verdicts remembered. */
const MAX_VERDICTS = 256
/** Proofs that are being verified; each takes some 100 ms of all cores. */
const MAX_VERIFYING = 2

/** What no honest peer gives, since it verifies before it gives; the rest is of another version, key, start or clock. */
const LIES: ReadonlySet<VerifyReject> = new Set([
  'not-a-proof',
  'truncated',
  'oversized',
  'damaged',
  'malformed',
  'wrong-network',
  'proof-malformed',
  'proof-invalid',
  'bad-state',
  'bad-steps',
])

export function isLie(reject: VerifyReject): boolean {
  return LIES.has(reject)
}

/** Verifies proofs of peers, few at a time and each once: a hundred peers that give the same one cost no more than one. */
export class ProofJudge {
  readonly #verifyOptions: () => VerifyOptions
  readonly #verdicts = new Map<string, Promise<VerifyProofResult>>()
  readonly #waiting: (() => void)[] = []
  #verifying = 0

  constructor(verifyOptions: () => VerifyOptions) {
    this.#verifyOptions = verifyOptions
  }

  judge(proof: Uint8Array): Promise<VerifyProofResult> {
    const digest = bytesToHex(sha256(proof))
    const known = this.#verdicts.get(digest)
    if (known !== undefined) return known
    const verdict = this.#verify(proof)
    this.#verdicts.set(digest, verdict)
    if (this.#verdicts.size > MAX_VERDICTS) this.#verdicts.delete(this.#verdicts.keys().next().value as string)
    // What failed is no verdict, and what is too new now is not later.
    const forget = () => this.#verdicts.delete(digest)
    verdict.then((result) => {
      if (!result.ok && result.reject === 'time-too-new') forget()
    }, forget)
    return verdict
  }

  async #verify(proof: Uint8Array): Promise<VerifyProofResult> {
    if (this.#verifying >= MAX_VERIFYING) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#verifying++
    try {
      return await verifyProof(proof, this.#verifyOptions())
    } finally {
      // Whoever waits takes the place over.
      const next = this.#waiting.shift()
      if (next === undefined) this.#verifying--
      else next()
    }
  }
}
