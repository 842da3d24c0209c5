import { formatInscriptionId, toDisplay } from '../../bitcoin/index.ts'
import { concatBytes, type Result, rejection } from '../../lib/index.ts'
import type { Poseidon } from '../accumulator.ts'
import type { Attestation } from '../attestation/attestation.ts'
import type { AttestRequest } from '../attestation/attestor.ts'
import { decodeAttestation } from '../attestation/binary.ts'
import { refreshAttestation } from '../attestation/supplement.ts'
import {
  type AttestationReject,
  type AttestedChain,
  type VerifiedAttestation,
  verifyAttestation,
} from '../attestation/verify.ts'
import { attestationKind } from './attestation-kind.ts'
import { type FirstOfPeers, type FirstOfPeersOptions, firstOfPeers } from './first-of-peers.ts'
import { pathKind } from './path-kind.ts'
import type { Fault, PeerName, PeerTransport } from './transport.ts'

/** Under which proof peers' answers are verified, and by what. */
export interface AskedUnder {
  readonly transport: PeerTransport
  readonly chain: AttestedChain
  readonly poseidon: Poseidon
}

/** The rule that a peer's answer breaks; `other-answer` is to another question. */
export type PeersAttestReject = AttestationReject | 'unreadable' | 'other-answer'

/** An attestation that verifies, and who gave it. */
export type AttestedByPeers = FirstOfPeers<Attestation, PeersAttestReject>

/**
 * Asks peers for an attestation, and takes the first that verifies under the proved chain. A peer may hold a proof of
 * another height: that is no fault, and its attestation is not taken (`other-proof`).
 */
export async function attestByPeers(
  { transport, chain, poseidon }: AskedUnder,
  request: AttestRequest,
  options: FirstOfPeersOptions,
): Promise<AttestedByPeers> {
  const wrong = (peer: PeerName, fault: Fault, reject: PeersAttestReject, detail: string) => {
    transport.blame(peer, fault, `${attestationKind.name}: ${detail}`)
    return rejection(reject, detail)
  }
  const judge = (
    frames: readonly Uint8Array[],
    peer: PeerName,
  ): Result<{ readonly value: Attestation }, PeersAttestReject> => {
    const read = decodeAttestation(concatBytes(...frames))
    if (!read.ok) return wrong(peer, 'malformed', 'unreadable', `${read.reject}: ${read.detail}`)
    const { attestation } = read
    const result = verifyAttestation(attestation, chain, poseidon)
    if (!result.ok) return result
    const answers = attestation.kind === request.kind && isAbout(result.verified, request)
    return answers ? { ok: true, value: attestation } : wrong(peer, 'lie', 'other-answer', 'not what was asked for')
  }
  return await firstOfPeers(transport, attestationKind, request, judge, options)
}

/**
 * Brings an attestation to the proved chain by a path that peers give: the first that leads to its commitment. A path that
 * does not is nobody's fault: the header may not be in the chain, and the peer's chain may be another.
 */
export async function refreshByPeers(
  { transport, chain, poseidon }: AskedUnder,
  attestation: Attestation,
  options: FirstOfPeersOptions,
): Promise<AttestedByPeers> {
  return await firstOfPeers(
    transport,
    pathKind,
    attestation.height,
    ([supplement]): Result<{ readonly value: Attestation }, PeersAttestReject> => {
      if (supplement === undefined) return rejection('unreadable', 'no path')
      const refreshed = refreshAttestation(attestation, supplement)
      if (!refreshed.ok) return rejection('other-answer', refreshed.detail)
      const result = verifyAttestation(refreshed.attestation, chain, poseidon)
      return result.ok ? { ok: true, value: refreshed.attestation } : result
    },
    options,
  )
}

/** Of the height, where one was named, and of the very transaction, output or inscription. */
function isAbout({ height, payload }: VerifiedAttestation, request: AttestRequest): boolean {
  if (request.height !== undefined && request.height !== height) return false
  if (payload.kind === 'header' || request.kind === 'header') return true
  const txid = toDisplay(payload.txid)
  if (request.kind === 'inscription') {
    const index = payload.kind === 'inscription' ? payload.envelope.index : undefined
    return index !== undefined && formatInscriptionId({ txid, index }) === request.id
  }
  if (request.txid !== txid) return false
  return request.kind === 'tx' || (payload.kind === 'output' && payload.output === request.output)
}
