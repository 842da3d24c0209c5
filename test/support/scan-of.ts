import { type BitcoindClient, ChainFeed } from '../../src/bitcoin/io/index.ts'
import { type InscriptionIndex, type ScanEvent, scanChain } from '../../src/settlement/io/index.ts'

/** A scan with a feed of its own; both end together. */
export async function* scanOf(client: BitcoindClient, index: InscriptionIndex): AsyncGenerator<ScanEvent, void> {
  const feed = new ChainFeed({ client, params: index.params })
  await feed.start()
  try {
    yield* scanChain({ client, feed, index })
  } finally {
    await feed.stop()
  }
}
