import {
  type AnchorContext,
  type DisplayHash,
  loadCustomParams,
  mainnet,
  type NetworkParams,
  packParams,
  regtest,
  signet,
  testnet4,
  toDisplay,
} from '../../bitcoin/index.ts'
import { aByteArray, described } from '../../lib/index.ts'
import type { SnarkVerifier } from '../../proving/index.ts'
import { decodeAnchor } from '../anchor.ts'
import { decodeProofFile, type SetupKind } from '../proof-file.ts'
import { type VerifyProofResult, verifyProof } from '../verify.ts'
import { verifierError } from './verifier-error.ts'

/** The networks that are built in. */
export type NetworkName = 'mainnet' | 'testnet4' | 'signet' | 'regtest'

/** A network in a request; `custom` is the text of a parameter file. */
export type RequestedNetwork = NetworkName | { readonly custom: string }

/** What to verify and by which standard; plain data, so that it crosses to a worker. */
export interface VerifyProofRequest {
  readonly proof: Uint8Array
  /** Mainnet unless named. */
  readonly network?: RequestedNetwork
  /** The text of the anchor file the proof must start from. */
  readonly anchor?: string
  readonly minWork?: bigint
  readonly allowInsecureSetup?: boolean
  /** Seconds since 1970. */
  readonly now: number
}

/** What the file says of itself. Nothing here is proved; it only helps to say what to try. */
export interface FileClaims {
  /** Null: none of the built-in networks. */
  readonly network: NetworkName | null
  readonly setup: SetupKind
  readonly keyId: string
  readonly start: { readonly kind: 'genesis' | 'anchor'; readonly height: number; readonly hash: DisplayHash }
}

/** What came of a proof, and what its file says of itself. */
export interface ProofVerdict {
  readonly result: VerifyProofResult
  /** Name of the network that it was verified for. */
  readonly network: string
  /** Null when the file is no well-formed proof file. */
  readonly claims: FileClaims | null
}

const NETWORKS = { mainnet, testnet4, signet, regtest } as const satisfies Record<NetworkName, NetworkParams>

/**
 * Verifies a proof by a request of plain data: names, texts and bytes, as a page or a worker has them. Throws where the
 * request is none: E_REQUEST, E_PARAMS, E_ANCHOR, E_OPTIONS, E_NOW or E_MIN_WORK.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { loadVerifier, verifyProofRequest } from 'wsc-bitcoin'
 *
 * const proof = await readFile('regtest.proof')
 * const now = Math.floor(Date.now() / 1000)
 * const { result, claims } = await verifyProofRequest({ proof, network: 'mainnet', now }, await loadVerifier())
 * console.log(result.ok ? 'valid' : result.reject, claims?.network) // wrong-network regtest
 */
export async function verifyProofRequest(request: VerifyProofRequest, verifier: SnarkVerifier): Promise<ProofVerdict> {
  if (!aByteArray.holds(request?.proof)) throw verifierError('E_REQUEST', 'the request holds no proof bytes')
  const { proof, network = 'mainnet', anchor: text, ...rest } = request
  const params = paramsOf(network)
  const anchor = text === undefined ? {} : { anchor: anchorOf(params, text) }
  // The rest are options of `verifyProof`, which refuses every other.
  const result = await verifyProof(proof, { ...rest, ...anchor, params, verifier })
  return { result, network: params.name, claims: claimsOf(proof) }
}

/** The parameters that a request names. Throws E_PARAMS where there are none of that name, or the text is none. */
export function paramsOf(network: RequestedNetwork): NetworkParams {
  if (typeof network === 'string') {
    // Not every caller is type-checked.
    if (Object.hasOwn(NETWORKS, network)) return NETWORKS[network]
    throw verifierError('E_PARAMS', `there is no network "${network}"`)
  }
  if (typeof network?.custom !== 'string' || network.custom.trim() === '')
    throw verifierError('E_PARAMS', 'no parameter file was given')
  try {
    return loadCustomParams(network.custom)
  } catch (cause) {
    throw verifierError('E_PARAMS', (cause as Error).message, { cause })
  }
}

function anchorOf(params: NetworkParams, text: string): AnchorContext {
  if (typeof text !== 'string') throw verifierError('E_ANCHOR', `the anchor is a file’s text, not ${described(text)}`)
  const decoded = decodeAnchor(params, text)
  if (!decoded.ok) throw verifierError('E_ANCHOR', `the anchor is unusable: ${decoded.detail}`)
  return decoded.context
}

/** Null when the bytes are no well-formed proof file. */
export function claimsOf(bytes: Uint8Array): FileClaims | null {
  const decoded = decodeProofFile(bytes)
  if (!decoded.ok) return null
  const { params, setup, keyId, start } = decoded.proof
  const names = Object.keys(NETWORKS) as NetworkName[]
  const network = names.find((name) => NETWORKS[name].provable && packParams(NETWORKS[name]) === params) ?? null
  return { network, setup, keyId, start: { ...start, hash: toDisplay(start.hash as Parameters<typeof toDisplay>[0]) } }
}
