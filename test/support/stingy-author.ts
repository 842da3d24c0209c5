import { join } from 'node:path'
import type { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { regtest } from '../../src/bitcoin/index.ts'
import { hexToBytes } from '../../src/lib/index.ts'
import { openPeerHost, type PeerHost } from '../../src/p2p/index.ts'
import { composeInscription } from '../../src/settlement/index.ts'
import { Inscriber, openStore, type Store, Wallet } from '../../src/settlement/io/index.ts'
import { CODING } from '../../storage/blob/shape.ts'
import { chosenName, storageParams } from '../../storage/index.ts'
import { blobDraft } from '../../storage/records/drafts.ts'
import { giveBlobs, type TestBlob } from '../storage/test-blob.ts'

const unitsOf = (chunk: number) => Array.from({ length: 16 }, (_, i) => 16 * chunk + i)

/** Publishes blobs, and gives of them what it wants to. */
export class StingyAuthor {
  readonly wallet = new Wallet(regtest, new Uint8Array(32).fill(77))
  readonly #node: RegtestBitcoind
  readonly #store: Store
  #host: PeerHost | null = null

  private constructor(node: RegtestBitcoind, store: Store) {
    this.#node = node
    this.#store = store
  }

  static async make(node: RegtestBitcoind, folder: string): Promise<StingyAuthor> {
    return new StingyAuthor(node, await openStore(join(folder, 'stingy')))
  }

  /** Records of these blobs, in a block. */
  async publish(...blobs: readonly TestBlob[]): Promise<void> {
    const { height, hash: blockHash } = await this.#node.client.getBestBlock()
    const envelopes = blobs.map(({ id, root, length }) => {
      const blob = { id: hexToBytes(id), root: hexToBytes(root), length, coding: CODING }
      const made = composeInscription(blobDraft(blob, { height, blockHash, seq: 1 }), this.wallet)
      if (!made.ok) throw new Error(made.detail)
      return made.envelope
    })
    const inscriber = new Inscriber({ wallet: this.wallet, client: this.#node.client, store: this.#store })
    await inscriber.inscribe(envelopes, 1)
    await this.#node.mine(1)
  }

  /** As a peer that gives the units of this blob for which `gives` holds, and no chunk that has another one. */
  async give(blob: TestBlob, partitionBits: number, address: string, gives: (unit: number) => boolean): Promise<void> {
    const chosen = chosenName(storageParams(regtest, { partitionBits }))
    const host = await openPeerHost({ params: regtest, chosen, bootstrap: [address], gossip: [] })
    const withholdsUnit = (unit: number) => !gives(unit)
    const withholdsChunk = (chunk: number) => unitsOf(chunk).some(withholdsUnit)
    await giveBlobs(host, [blob], { withholdsUnit, withholdsChunk })
    await host.start()
    this.#host = host
  }

  async stop(): Promise<void> {
    await this.#host?.stop()
    await this.#store.close()
  }
}
