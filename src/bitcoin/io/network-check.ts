import { type BlockHash, sameHash, toDisplay } from '../hash.ts'
import { headerHash } from '../header.ts'
import type { NetworkParams } from '../params/network-params.ts'
import { BitcoindError } from './errors.ts'
import type { ChainInfo } from './schemas.ts'

/**
 * The default signet's challenge (Core: kernel/chainparams.cpp, SigNetParams). All signets share one genesis block,
 * so a custom one can be told from the default only by its challenge.
 */
const DEFAULT_SIGNET_CHALLENGE =
  '512103ad5e0edad18cb1f0fc0d28a3d4f1f3e445640337489abb10404f2d1e086be430210359ef5021964fe22d6f8e05b2463c9540ce96883fe3b278760f048f5189f2e6c452ae'

/** Throws E_NODE_WRONG_NETWORK unless genesis block and, on signet, the challenge are those of the network. */
export function checkNetwork(
  params: NetworkParams,
  genesis: BlockHash | undefined,
  info: ChainInfo,
  address: string,
): void {
  const expected = headerHash(params.genesis)
  const cure = { act: 'other-network-or-node' }
  if (genesis === undefined || !sameHash(genesis, expected)) {
    const found = genesis === undefined ? 'no genesis block' : toDisplay(genesis)
    throw new BitcoindError(
      'E_NODE_WRONG_NETWORK',
      `The node at ${address} is on "${info.chain}" (genesis ${found}), not on ${params.name} (${toDisplay(expected)}).`,
      { cure },
    )
  }
  const { signetChallenge } = info
  if (params.name === 'signet' && signetChallenge !== undefined && signetChallenge !== DEFAULT_SIGNET_CHALLENGE) {
    throw new BitcoindError(
      'E_NODE_WRONG_NETWORK',
      `The node at ${address} is on a custom signet (challenge ${signetChallenge}), not on the public one.`,
      { cure },
    )
  }
}
