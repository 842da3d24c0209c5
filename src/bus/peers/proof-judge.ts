import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, type Rejection, rejection } from '../../lib/index.ts'
import { type VerifyOptions, type VerifyProofResult, type VerifyReject, verifyProof } from '../verify.ts'
import type { PeerName } from './transport.ts'
import { type WaitingLimits, WaitingProofs } from './waiting-proofs.ts'

/** Verdicts remembered. */
const MAX_VERDICTS = 256
/** Proofs that are being verified; each takes some 100 ms of all cores. */
const MAX_VERIFYING = 2
/** Proofs that wait, 17 kB each: one that was asked for and one that was told of, of as many peers as are connected. */
const WAITING_LIMITS: WaitingLimits = { total: 256, perPeer: 2 }

export interface ProofJudgeComponents {
  /** How proofs are judged, as of now. */
  verifyOptions(): VerifyOptions
  isBanned(peer: PeerName): boolean
  readonly limits?: WaitingLimits | undefined
}

/** What no honest peer gives, since it verifies before it gives; the rest is of another version, key, start or clock. */
const LIES: ReadonlySet<string> = new Set<VerifyReject>([
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

export function isLie(refused: Rejection<string>): refused is Rejection<VerifyReject> {
  return LIES.has(refused.reject)
}

/** A verdict, or that there is none: too many proofs wait (`busy`), or all who gave this one are banned by now (`banned`). */
export type JudgedProof = VerifyProofResult | Rejection<'busy' | 'banned'>

/**
 * Verifies proofs of peers, few at a time and each once: a hundred peers that give the same one cost no more than one. So
 * many wait and no more, peers take turns, and what a banned peer gave is not verified any more.
 */
export class ProofJudge {
  readonly #components: ProofJudgeComponents
  readonly #verdicts = new Map<string, Promise<VerifyProofResult>>()
  readonly #waiting: WaitingProofs<() => void>
  /** Of what waits, by digest. */
  readonly #coming = new Map<string, Promise<JudgedProof>>()
  #verifying = 0

  constructor(components: ProofJudgeComponents) {
    this.#components = components
    this.#waiting = new WaitingProofs(components.limits ?? WAITING_LIMITS, (peer) => components.isBanned(peer))
  }

  async judge(proof: Uint8Array, from: PeerName): Promise<JudgedProof> {
    const digest = bytesToHex(sha256(proof))
    const known = this.#verdicts.get(digest)
    if (known !== undefined) return await known
    const coming = this.#coming.get(digest)
    if (coming !== undefined) {
      this.#waiting.also(from, digest)
      return await coming
    }
    const isFree = this.#verifying < MAX_VERIFYING && this.#waiting.size === 0
    return isFree ? await this.#verify(digest, proof) : await this.#wait(digest, proof, from)
  }

  #wait(digest: string, proof: Uint8Array, from: PeerName): Promise<JudgedProof> {
    const { promise, resolve } = Promise.withResolvers<JudgedProof>()
    this.#coming.set(digest, promise)
    const left = () => this.#coming.delete(digest)
    const turn = () => {
      left()
      resolve(this.#verify(digest, proof))
    }
    const dropped = () => {
      left()
      const { isBanned } = this.#components
      resolve(isBanned(from) ? rejection('banned', 'its peer is banned') : rejection('busy', 'too many proofs wait'))
    }
    this.#waiting.put(from, digest, turn, dropped)
    return promise
  }

  #verify(digest: string, proof: Uint8Array): Promise<VerifyProofResult> {
    const verdict = this.#verified(proof)
    this.#verdicts.set(digest, verdict)
    if (this.#verdicts.size > MAX_VERDICTS) this.#verdicts.delete(this.#verdicts.keys().next().value as string)
    // What failed is no verdict, and what is too new now is not later.
    const forget = () => this.#verdicts.delete(digest)
    verdict.then((result) => {
      if (!result.ok && result.reject === 'time-too-new') forget()
    }, forget)
    return verdict
  }

  async #verified(proof: Uint8Array): Promise<VerifyProofResult> {
    this.#verifying++
    try {
      return await verifyProof(proof, this.#components.verifyOptions())
    } finally {
      this.#verifying--
      // Whoever gave this is banned, if it was a lie, before the next is chosen.
      setTimeout(() => this.#next())
    }
  }

  #next(): void {
    if (this.#verifying < MAX_VERIFYING) this.#waiting.next()?.()
  }
}
