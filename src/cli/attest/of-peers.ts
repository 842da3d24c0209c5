import {
  type Attestation,
  type AttestedByPeers,
  type AttestRequest,
  attestByPeers,
  type ProvedChain,
  poseidonOf,
  refreshByPeers,
} from '../../bus/index.ts'
import { type AskPeersOptions, askPeersOnce } from '../../node/index.ts'
import type { CliContext } from '../context.ts'
import { showHost } from '../peer-place.ts'
import type { Judge } from '../proved-chain.ts'

/** For an answer that holds, of whichever peer. */
const TIMEOUT_MS = 30_000

/** Asks the peers that were named for an attestation under the proof. */
export async function attestationOfPeers(
  context: CliContext,
  peers: readonly string[],
  judge: Judge,
  chain: ProvedChain,
  request: AttestRequest,
): Promise<AttestedByPeers> {
  const options = askOptions(context, peers, judge, chain)
  return await askPeersOnce(options, (under, asking) => attestByPeers(under, request, asking))
}

/** Asks them for a path that brings an attestation to the proof. */
export async function refreshedByPeers(
  context: CliContext,
  peers: readonly string[],
  judge: Judge,
  chain: ProvedChain,
  attestation: Attestation,
): Promise<AttestedByPeers> {
  const options = askOptions(context, peers, judge, chain)
  return await askPeersOnce(options, (under, asking) => refreshByPeers(under, attestation, asking))
}

function askOptions(context: CliContext, peers: readonly string[], judge: Judge, chain: ProvedChain): AskPeersOptions {
  const { terminal, signal } = context
  return {
    params: judge.params,
    peers,
    chain,
    poseidon: poseidonOf(judge.verifier),
    timeoutMs: TIMEOUT_MS,
    signal,
    opened: (host) => showHost(host, context, undefined),
    untaken: (peer, { reject, detail }) => terminal.note(`not taken from ${peer}: ${reject}: ${detail}`),
  }
}

/** What to do where peers prove another height. */
export function syncCure(peers: readonly string[], proof: string): string {
  return `\`wsc bus sync --peer ${peers.join(' --peer ')} --out ${proof}\` brings the proof up to date; then again`
}
