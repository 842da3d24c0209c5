import { sha256 } from '@noble/hashes/sha2.js'
import {
  type AnchorContext,
  anchorContext,
  checkNotTooNew,
  type DisplayHash,
  type NetworkParams,
  networkParams,
  packParams,
  sameHash,
  toDisplay,
} from '../bitcoin/index.ts'
import {
  aBigint,
  aBoolean,
  aByteArray,
  aFunction,
  aText,
  bytesToHex,
  described,
  errorCode,
  having,
  type OptionRules,
  optional,
  type Rejection,
  type Result,
  rejection,
  requireArgument,
  requireOptions,
} from '../lib/index.ts'
import type { SetupKind, SnarkVerifier } from '../proving/index.ts'
import { busError } from './errors.ts'
import { decodeField, encodeField } from './field.ts'
import { poseidonOf } from './poseidon.ts'
import { decodeProofFile, type ProofFile, type ProofFileReject } from './proof-file.ts'
import { anchorState, type ChainState, startState } from './state.ts'
import { packState, type StateFields, unpackState } from './state-vector.ts'
import { BUS_CIRCUIT_ID } from './verifier/built-in.ts'

/** The rule that a proof breaks. */
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

/** What a proof was found to prove, or the rule it breaks. */
export type VerifyProofResult = Result<{ readonly chain: ProvedChain }, VerifyReject>

/** By which standard a proof is verified: nothing of it is taken from the proof’s file. */
export interface VerifyOptions {
  readonly params: NetworkParams
  readonly verifier: SnarkVerifier
  /**
   * Seconds since 1970, as headers count, not the milliseconds of `Date.now()`: no header may be more than two hours
   * ahead of it. E_NOW unless it is a number, and 0 ≤ now < 2^33.
   */
  readonly now: number
  /** The anchor the proof must start from; genesis otherwise. */
  readonly anchor?: AnchorContext
  /** Accept a development setup on a network whose proofs must rest on the ceremony. */
  readonly allowInsecureSetup?: boolean
  readonly minWork?: bigint
}

/** Beyond every header's time (32 bits), far below any clock in milliseconds. */
const MAX_NOW = 2 ** 33

const OPTIONS: OptionRules<VerifyOptions> = {
  params: networkParams,
  verifier: having('a verifier (loadVerifier)', {
    keyId: aText,
    circuitId: aText,
    setup: { what: 'a setup', holds: (value) => value === 'ceremony' || value === 'insecure-dev' },
    verify: aFunction,
    poseidon: aFunction,
  }),
  now: {
    what: 'a time in seconds since 1970',
    // NaN, a text or milliseconds would pass any time whatever.
    holds: (value) => typeof value === 'number' && value >= 0 && value < MAX_NOW,
    error: (value) => busError('E_NOW', `${described(value)} is no time in seconds since 1970`),
  },
  anchor: optional(anchorContext),
  allowInsecureSetup: optional(aBoolean),
  minWork: optional({
    ...aBigint(0n),
    // Compared with a text or null, any work would be enough.
    error: (value) => busError('E_MIN_WORK', `the least work is a bigint, not ${described(value)}: see parseWork`),
  }),
}

/**
 * Verifies a proof file. The start vector is built here, from `params` or `anchor`: what the file says of its network,
 * start, key and setup is only compared. Throws E_OPTIONS, E_NOW or E_MIN_WORK where it is called wrongly.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { loadVerifier, regtest, verifyProof } from 'wsc-bitcoin'
 *
 * const options = { params: regtest, verifier: await loadVerifier(), now: Date.now() / 1000 }
 * const result = await verifyProof(await readFile('regtest.proof'), options)
 * console.log(result.ok ? result.chain.network : `${result.reject}: ${result.detail}`) // regtest
 */
export async function verifyProof(bytes: Uint8Array, options: VerifyOptions): Promise<VerifyProofResult> {
  requireArgument('verifyProof', 'the proof', bytes, aByteArray)
  requireVerifyOptions('verifyProof', options)
  const { params, verifier, now, minWork } = options
  if (!params.provable) return rejection('network-not-provable', `${params.name} is checked natively only`)
  const decoded = decodeProofFile(bytes)
  if (!decoded.ok) return decoded
  const { proof } = decoded

  const poseidon = poseidonOf(verifier)
  const start =
    options.anchor === undefined ? startState(params, poseidon) : anchorState(params, options.anchor, poseidon)
  const claim = compareClaims(proof, start, verifier)
  if (claim !== null) return claim
  if (refusesSetup(params, verifier.setup, options.allowInsecureSetup)) {
    return rejection('insecure-setup', `the proof rests on the development setup, which ${params.name} does not accept`)
  }

  // An untrusted number: no further than this without a bound. What it must be shows in the proved height.
  if (proof.steps < 1) return rejection('bad-steps', 'a proof has at least one step')
  const proved = await provedState(proof, start, verifier)
  if (!proved.ok) return proved
  const { fields } = proved
  const headers = fields.height - start.context.height
  if (headers < 1 || proof.steps < Math.ceil(headers / 2) || proof.steps > headers) {
    return rejection('bad-steps', `${proof.steps} steps for ${headers} headers`)
  }
  if (checkNotTooNew(fields.maxTime, now) !== undefined) {
    return rejection('time-too-new', `a header has time ${fields.maxTime}, more than two hours after ${now}`)
  }
  if (minWork !== undefined && fields.chainwork < minWork) {
    return rejection('too-little-work', `work ${fields.chainwork.toString(16)}, wanted ${minWork.toString(16)}`)
  }
  return { ok: true, chain: describe(fields, start, proof.steps, verifier) }
}

/** Throws E_OPTIONS, E_NOW or E_MIN_WORK where something is no option, or not of its type. */
export function requireVerifyOptions(where: string, options: VerifyOptions): void {
  requireOptions(where, options, OPTIONS)
}

/** Regtest and custom networks carry nothing of value: development powers of tau serve them. */
export function needsNoCeremony(params: NetworkParams): boolean {
  return params.custom || params.name === 'regtest'
}

/** Whether a network does not accept a key of this setup: development powers, unless it was said that they will do. */
export function refusesSetup(
  params: NetworkParams,
  setup: SetupKind,
  allowInsecureSetup: boolean | undefined,
): boolean {
  return setup === 'insecure-dev' && !needsNoCeremony(params) && allowInsecureSetup !== true
}

/** What the file claims of itself against what the verifier holds; only to name the reason plainly. */
function compareClaims(proof: ProofFile, start: ChainState, verifier: SnarkVerifier): Rejection<VerifyReject> | null {
  // Whoever has the ceremony's powers can make a key of any circuit: one that says nothing of headers would prove all.
  if (verifier.circuitId !== BUS_CIRCUIT_ID) {
    return rejection('wrong-circuit', `the verifying key ${verifier.keyId} is of another circuit than the bus's`)
  }
  if (proof.params !== packParams(start.params))
    return rejection('wrong-network', `not a proof of ${start.params.name}`)
  if (proof.start.kind !== start.start.kind) {
    const detail = start.start.kind === 'anchor' ? 'the proof starts from genesis' : 'the proof needs its anchor'
    return rejection('wrong-start', detail)
  }
  if (
    proof.start.height !== start.start.height ||
    !sameHash(proof.start.hash as typeof start.start.hash, start.start.hash)
  ) {
    return rejection(
      'wrong-start',
      `the proof starts from another ${proof.start.kind}, at height ${proof.start.height}`,
    )
  }
  if (proof.setup !== verifier.setup) {
    return rejection('wrong-setup', `made with setup ${proof.setup}, the verifying key is of ${verifier.setup}`)
  }
  if (proof.keyId === verifier.keyId) return null
  return rejection('wrong-key', `made for key ${proof.keyId}, not ${verifier.keyId}`)
}

async function provedState(
  proof: ProofFile,
  start: ChainState,
  verifier: SnarkVerifier,
): Promise<Result<{ readonly fields: StateFields }, VerifyReject>> {
  let vector: Uint8Array
  try {
    vector = await verifier.verify(proof.snark, proof.steps, encodeField(packState(start)))
  } catch (error) {
    const code = errorCode(error)
    if (code === 'E_PROOF_INVALID') return rejection('proof-invalid', 'the SNARK does not verify')
    if (code === 'E_PROOF_MALFORMED') return rejection('proof-malformed', 'the SNARK cannot be decoded')
    // A trap or a panic: whatever these bytes did to the verifier, they have proved nothing.
    if (code === 'E_INTERNAL')
      return rejection('proof-malformed', `the SNARK made the verifier fail: ${(error as Error).message}`)
    throw error
  }
  const elements = decodeField(vector)
  const fields = elements === null ? null : unpackState(elements)
  if (fields === null || fields.params !== packParams(start.params)) {
    return rejection('bad-state', 'the proved vector is no state of this network')
  }
  return { ok: true, fields }
}

function describe(fields: StateFields, start: ChainState, steps: number, verifier: SnarkVerifier): ProvedChain {
  const { kind, height, hash } = start.start
  return {
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
