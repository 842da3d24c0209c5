import { readFile } from 'node:fs/promises'
import { type StorageParams, winGossip, winRules } from '../../storage/index.ts'
import { type SamplingComponents, SamplingService } from '../../storage/io/index.ts'
import type { NetworkParams } from '../bitcoin/index.ts'
import type { ChainFeed } from '../bitcoin/io/index.ts'
import type { PeerHost } from '../p2p/index.ts'
import { type KeyDirectory, NativeProofVerifier } from '../proving/io/index.ts'
import { type IndexService, InscriberService, type Wallet } from '../settlement/io/index.ts'

/** How a provider takes part in sampling. */
export interface SamplingOptions {
  /** Of the provider's key: signs wins, and pays where they are inscribed. */
  readonly wallet: Wallet
  /** Of the circuit `win`. */
  readonly keys: KeyDirectory
  /** Satoshis for which wins are inscribed, in all; none are unless given. */
  readonly inscribingBudget?: bigint | undefined
}

/** By what wins are verified, and the gossip of those that are proved under that key. */
export async function openWinGossip(params: NetworkParams, keys: KeyDirectory) {
  const verifier = new NativeProofVerifier(await readFile(keys.verifierKey))
  return { verifier, gossip: winGossip(params, verifier.info.keyId) }
}

/** What takes part in sampling, not started yet; who inscribes wins, where they are to be, is started before it. */
export async function openSampling(
  components: Omit<SamplingComponents, 'inscriptions' | 'transport' | 'keys' | 'wallet' | 'rules'> & {
    readonly index: IndexService
    readonly feed: ChainFeed
    readonly host: PeerHost
    readonly storage: StorageParams
    /** Folder of settlement's state. */
    readonly settlement: string
  },
  { wallet, keys, inscribingBudget: budget }: SamplingOptions,
): Promise<{ readonly sampling: SamplingService; readonly inscriber: InscriberService | null }> {
  const { index, host, storage, settlement, client, feed } = components
  // Nobody reads an index that is not open yet.
  const known = { greatest: (line: string) => index.index.greatest(line) }
  const inscriber =
    budget === undefined ? null : new InscriberService({ wallet, client, state: settlement, feed, index: known })
  const sampling = new SamplingService({
    ...{ ...components, inscriptions: index, transport: host, keys, wallet },
    rules: winRules(storage),
    ...(inscriber !== null && budget !== undefined && { inscribing: { inscriber, budget } }),
  })
  return { sampling, inscriber }
}
