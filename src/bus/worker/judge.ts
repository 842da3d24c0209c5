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
import type { SnarkVerifier } from '../../proving/index.ts'
import { decodeAnchor } from '../anchor.ts'
import { decodeProofFile, type SetupKind } from '../proof-file.ts'
import { type ProvedChain, type RefusedProof, verifyProof } from '../verify.ts'
import { VerifierError } from './verifier-error.ts'

export type NetworkName = 'mainnet' | 'testnet4' | 'signet' | 'regtest'

/** What to judge and by which standard; plain data, so that it crosses to a worker. */
export interface VerifyRequest {
  readonly proof: Uint8Array
  /** Mainnet unless named; `custom` is the text of a parameter file. */
  readonly network?: NetworkName | { readonly custom: string }
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

export interface Judgement {
  readonly result: ProvedChain | RefusedProof
  /** Null when the file is no well-formed proof file. */
  readonly claims: FileClaims | null
}

const NETWORKS = { mainnet, testnet4, signet, regtest } as const satisfies Record<NetworkName, NetworkParams>

/**
 * Judges a proof by a request of plain data: names, texts and bytes, as a page or a worker has them.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { judgeProof, loadVerifier } from 'wsc-bitcoin'
 *
 * const proof = await readFile('regtest.proof')
 * const now = Math.floor(Date.now() / 1000)
 * const { result, claims } = await judgeProof({ proof, network: 'mainnet', now }, await loadVerifier())
 * console.log(result.valid ? 'valid' : result.reason, claims?.network) // wrong-network regtest
 */
export async function judgeProof(request: VerifyRequest, verifier: SnarkVerifier): Promise<Judgement> {
  if (!(request?.proof instanceof Uint8Array)) throw new VerifierError('E_REQUEST', 'the request holds no proof bytes')
  const params = paramsOf(request.network ?? 'mainnet')
  const anchor = request.anchor === undefined ? undefined : anchorOf(params, request.anchor)
  const result = await verifyProof(request.proof, {
    params,
    verifier,
    now: request.now,
    ...(anchor === undefined ? {} : { anchor }),
    ...(request.minWork === undefined ? {} : { minWork: request.minWork }),
    ...(request.allowInsecureSetup === undefined ? {} : { allowInsecureSetup: request.allowInsecureSetup }),
  })
  return { result, claims: claimsOf(request.proof) }
}

function paramsOf(network: NetworkName | { readonly custom: string }): NetworkParams {
  if (typeof network === 'string') {
    // Not every caller is type-checked.
    if (Object.hasOwn(NETWORKS, network)) return NETWORKS[network]
    throw new VerifierError('E_PARAMS', `there is no network "${network}"`)
  }
  if (typeof network?.custom !== 'string' || network.custom.trim() === '')
    throw new VerifierError('E_PARAMS', 'no parameter file was given')
  try {
    return loadCustomParams(network.custom)
  } catch (cause) {
    throw new VerifierError('E_PARAMS', (cause as Error).message, { cause })
  }
}

function anchorOf(params: NetworkParams, text: string): AnchorContext {
  const decoded = decodeAnchor(params, text)
  if (!decoded.ok) throw new VerifierError('E_ANCHOR', `the anchor is unusable: ${decoded.detail}`)
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
