import { sha256 } from '@noble/hashes/sha2.js'
import {
  type ChainContext,
  checkNotTooNew,
  type DisplayHash,
  type NetworkParams,
  packParams,
  sameHash,
  toDisplay,
} from '../bitcoin/index.ts'
import { bytesToHex } from '../lib/index.ts'
import type { SetupKind, SnarkVerifier } from '../proving/index.ts'
import { busError } from './errors.ts'
import { decodeField, encodeField } from './field.ts'
import { poseidonOf } from './poseidon.ts'
import { decodeProofFile, type ProofFile, type ProofFileReject } from './proof-file.ts'
import { anchorState, type ChainState, startState } from './state.ts'
import { packState, type StateFields, unpackState } from './state-vector.ts'
import { BUS_CIRCUIT_ID } from './verifier/built-in.ts'

export type VerifyReject =
  | ProofFileReject
  | 'network-not-provable'
  | 'insecure-setup'
  | 'wrong-network'
  | 'wrong-start'
  | 'wrong-circuit'
  | 'wrong-key'
  | 'wrong-setup'
  | 'proof-malformed'
  | 'proof-invalid'
  | 'bad-state'
  | 'bad-steps'
  | 'time-too-new'
  | 'too-little-work'

/** Everything comes out of the state vector the SNARK proves, or from the verifier's own inputs. */
export interface ProvedChain {
  readonly valid: true
  readonly reason: null
  readonly network: string
  readonly height: number
  readonly tip: DisplayHash
  readonly bits: number
  /** Work since genesis (Core's nChainWork), or since the anchor when there is one. */
  readonly work: bigint
  readonly accumulator: bigint
  readonly steps: number
  readonly anchor: { readonly height: number; readonly hash: DisplayHash } | null
  readonly setup: SetupKind
  readonly pow: 'strong' | 'weak'
  readonly keyId: string
  readonly maxTime: number
  /** Hash of the header the proof starts from. */
  readonly start: DisplayHash
  /** SHA-256 of the whole start vector: two anchors at one header may differ in the times they carry. */
  readonly startDigest: string
  /** Element 0 of the state vector: the network's rules. */
  readonly params: bigint
}

export interface RefusedProof {
  readonly valid: false
  readonly reason: VerifyReject
  readonly detail: string
  readonly network: string
}

export interface VerifyOptions {
  readonly params: NetworkParams
  readonly verifier: SnarkVerifier
  /**
   * Seconds since 1970, as headers count, not the milliseconds of `Date.now()`: no header may be more than two hours
   * ahead of it. E_NOW unless 0 ≤ now < 2^33.
   */
  readonly now: number
  /** The context of the anchor the proof must start from; genesis otherwise. */
  readonly anchor?: ChainContext
  /** Accept a development setup on a network whose proofs must rest on the ceremony. */
  readonly allowInsecureSetup?: boolean
  readonly minWork?: bigint
}

/** Beyond every header's time (32 bits), far below any clock in milliseconds. */
const MAX_NOW = 2 ** 33

/**
 * Judges a proof file. The start vector is built here, from `params` or `anchor`: what the file says of its network,
 * start, key and setup is only compared.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { loadVerifier, regtest, verifyProof } from 'wsc-bitcoin'
 *
 * const options = { params: regtest, verifier: await loadVerifier(), now: Date.now() / 1000 }
 * const result = await verifyProof(await readFile('regtest.proof'), options)
 * console.log(result.valid ? result.network : `${result.reason}: ${result.detail}`) // regtest
 */
export async function verifyProof(bytes: Uint8Array, options: VerifyOptions): Promise<ProvedChain | RefusedProof> {
  const { params, verifier } = options
  // NaN or milliseconds would pass any time whatever.
  if (!(options.now >= 0 && options.now < MAX_NOW)) {
    throw busError('E_NOW', `${options.now} is no time in seconds since 1970`)
  }
  // Compared with a string or null, any work would be enough; not every caller is type-checked.
  if (options.minWork !== undefined && !(typeof options.minWork === 'bigint' && options.minWork >= 0n)) {
    throw busError('E_MIN_WORK', `the least work is a bigint, not ${String(options.minWork)}: see parseWork`)
  }
  const refuse = (reason: VerifyReject, detail: string): RefusedProof => ({
    valid: false,
    reason,
    detail,
    network: params.name,
  })
  if (!params.provable) return refuse('network-not-provable', `${params.name} is checked natively only`)
  const decoded = decodeProofFile(bytes)
  if (!decoded.ok) return refuse(decoded.reject, decoded.detail)
  const { proof } = decoded

  const poseidon = poseidonOf(verifier)
  const start =
    options.anchor === undefined ? startState(params, poseidon) : anchorState(params, options.anchor, poseidon)
  const claim = compareClaims(proof, start, verifier)
  if (claim !== null) return refuse(...claim)
  if (verifier.setup === 'insecure-dev' && !needsNoCeremony(params) && options.allowInsecureSetup !== true) {
    return refuse('insecure-setup', `the proof rests on the development setup, which ${params.name} does not accept`)
  }

  // An untrusted number: no further than this without a bound. What it must be shows in the proved height.
  if (proof.steps < 1) return refuse('bad-steps', 'a proof has at least one step')
  const proved = await provedState(proof, start, verifier)
  if ('reject' in proved) return refuse(proved.reject, proved.detail)
  const { fields } = proved
  const headers = fields.height - start.context.height
  if (headers < 1 || proof.steps < Math.ceil(headers / 2) || proof.steps > headers) {
    return refuse('bad-steps', `${proof.steps} steps for ${headers} headers`)
  }
  if (checkNotTooNew(fields.maxTime, options.now) !== undefined) {
    return refuse('time-too-new', `a header has time ${fields.maxTime}, more than two hours after ${options.now}`)
  }
  if (options.minWork !== undefined && fields.chainwork < options.minWork) {
    return refuse('too-little-work', `work ${fields.chainwork.toString(16)}, wanted ${options.minWork.toString(16)}`)
  }
  return describe(fields, start, proof.steps, verifier)
}

/** Regtest and custom networks carry nothing of value: development powers of tau serve them. */
export function needsNoCeremony(params: NetworkParams): boolean {
  return params.custom || params.name === 'regtest'
}

/** What the file claims of itself against what the verifier holds; only to name the reason plainly. */
function compareClaims(
  proof: ProofFile,
  start: ChainState,
  verifier: SnarkVerifier,
): [reason: VerifyReject, detail: string] | null {
  // Whoever has the ceremony's powers can make a key of any circuit: one that says nothing of headers would prove all.
  if (verifier.circuitId !== BUS_CIRCUIT_ID) {
    return ['wrong-circuit', `the verifying key ${verifier.keyId} is of another circuit than the bus's`]
  }
  if (proof.params !== packParams(start.params)) return ['wrong-network', `not a proof of ${start.params.name}`]
  if (proof.start.kind !== start.start.kind) {
    const detail = start.start.kind === 'anchor' ? 'the proof starts from genesis' : 'the proof needs its anchor'
    return ['wrong-start', detail]
  }
  if (
    proof.start.height !== start.start.height ||
    !sameHash(proof.start.hash as typeof start.start.hash, start.start.hash)
  ) {
    return ['wrong-start', `the proof starts from another ${proof.start.kind}, at height ${proof.start.height}`]
  }
  if (proof.setup !== verifier.setup) {
    return ['wrong-setup', `made with setup ${proof.setup}, the verifying key is of ${verifier.setup}`]
  }
  if (proof.keyId !== verifier.keyId) return ['wrong-key', `made for key ${proof.keyId}, not ${verifier.keyId}`]
  return null
}

async function provedState(
  proof: ProofFile,
  start: ChainState,
  verifier: SnarkVerifier,
): Promise<{ fields: StateFields } | { reject: VerifyReject; detail: string }> {
  let vector: Uint8Array
  try {
    vector = await verifier.verify(proof.snark, proof.steps, encodeField(packState(start)))
  } catch (error) {
    const code = (error as { code?: unknown }).code
    if (code === 'E_PROOF_INVALID') return { reject: 'proof-invalid', detail: 'the SNARK does not verify' }
    if (code === 'E_PROOF_MALFORMED') return { reject: 'proof-malformed', detail: 'the SNARK cannot be decoded' }
    // A panic or a trap: whatever these bytes did to the verifier, they have proved nothing.
    if (code === 'E_INTERNAL')
      return { reject: 'proof-invalid', detail: `the verifier failed on it: ${(error as Error).message}` }
    throw error
  }
  const elements = decodeField(vector)
  const fields = elements === null ? null : unpackState(elements)
  if (fields === null || fields.params !== packParams(start.params)) {
    return { reject: 'bad-state', detail: 'the proved vector is no state of this network' }
  }
  return { fields }
}

function describe(fields: StateFields, start: ChainState, steps: number, verifier: SnarkVerifier): ProvedChain {
  const { kind, height, hash } = start.start
  return {
    valid: true,
    reason: null,
    network: start.params.name,
    height: fields.height,
    tip: toDisplay(fields.hash),
    bits: fields.bits,
    work: fields.chainwork,
    accumulator: fields.accumulator,
    steps,
    anchor: kind === 'anchor' ? { height, hash: toDisplay(hash) } : null,
    setup: verifier.setup,
    pow: start.params.weakPow ? 'weak' : 'strong',
    keyId: verifier.keyId,
    maxTime: fields.maxTime,
    start: toDisplay(hash),
    startDigest: bytesToHex(sha256(encodeField(packState(start)))),
    params: fields.params,
  }
}
