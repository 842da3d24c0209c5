import { sha256 } from '@noble/hashes/sha2.js'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { create } from 'multiformats/hashes/digest'
import type { PeerName } from '../bus/index.ts'

/** Multicodec of SHA-256. */
const SHA2_256 = 0x12

/** What a partition of the storage network is known by in the DHT: SHA-256 of `wsc/<network>/partition/<number>`. */
export function partitionKey(prefix: string, partition: number): CID {
  const name = new TextEncoder().encode(`${prefix}/partition/${partition}`)
  return CID.createV1(raw.code, create(SHA2_256, sha256(name)))
}

/** The part of libp2p's content routing that is used. */
export interface ContentRouting {
  provide(key: CID, options?: { readonly signal?: AbortSignal }): Promise<void>
  findProviders(
    key: CID,
    options?: { readonly signal?: AbortSignal },
  ): AsyncIterable<{ readonly id: { toString(): string } }>
}

/**
 * Who says that it keeps which partition, by the DHT. Nobody needs to be believed: what a provider gives is verified
 * against the table, and one that has it not is asked in vain.
 */
export class Partitions {
  readonly #prefix: string
  readonly #routing: ContentRouting

  constructor(prefix: string, routing: ContentRouting) {
    this.#prefix = prefix
    this.#routing = routing
  }

  /** Tells the peers nearest to the partition's key; told again by itself as long as the host runs. */
  async provide(partition: number, signal?: AbortSignal): Promise<void> {
    await this.#routing.provide(partitionKey(this.#prefix, partition), { ...(signal !== undefined && { signal }) })
  }

  /** Each provider once, as they are found. */
  async *find(partition: number, signal?: AbortSignal): AsyncGenerator<PeerName> {
    const seen = new Set<PeerName>()
    const key = partitionKey(this.#prefix, partition)
    for await (const { id } of this.#routing.findProviders(key, { ...(signal !== undefined && { signal }) })) {
      const peer = id.toString()
      if (!seen.has(peer)) yield peer
      seen.add(peer)
    }
  }
}
