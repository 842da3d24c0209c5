import type { NetworkParams } from '../params/network-params.ts'
import { BitcoindClient, type BitcoindClientOptions } from './client.ts'

/** A client of a bitcoind, after it said that it is on this network; throws what it says instead. */
export async function connectBitcoind(
  options: BitcoindClientOptions,
  params: NetworkParams,
  signal?: AbortSignal,
): Promise<BitcoindClient> {
  const client = new BitcoindClient(options)
  try {
    await client.assertNetwork(params, { signal })
    return client
  } catch (error) {
    client.close()
    throw error
  }
}
