import { BaseDatastore } from 'datastore-core/base'
import type { KeyQuery, Pair, Query } from 'interface-datastore'
import { Key } from 'interface-datastore/key'
import { FairQuota } from '../lib/index.ts'

/** How many entries other peers may make us keep. */
export interface DatastoreLimits {
  /** Records of who has what: of all peers, and of one that says so of itself; beyond, its oldest goes. */
  readonly providers: number
  readonly providersPerPeer: number
  /** What is known of peers: addresses, protocols; beyond, what was written longest ago is forgotten. */
  readonly others: number
}

const DATASTORE_LIMITS: DatastoreLimits = { providers: 65_536, providersPerPeer: 4096, others: 4096 }

/** Of kad-dht: `/dht/provider/<multihash>/<peer>`. */
const PROVIDER = /^\/dht\/provider\/[^/]+\/([^/]+)$/
const RECORD = /^\/dht\/record\//

/**
 * What libp2p keeps, in memory and bounded: its own store takes whatever peers put into the DHT. Values (`/dht/record`) are
 * refused, we use none. Records of providers are shared out fairly: where there is no room, the peer with the most loses
 * its oldest, so that a flood pushes out itself and no honest provider. They are kept by their folder, since libp2p looks
 * for those of one name at a time and would look through all of them for it.
 */
export class BoundedDatastore extends BaseDatastore {
  readonly #limits: DatastoreLimits
  readonly #folders = new Map<string, Map<string, Uint8Array>>()
  readonly #providers: FairQuota
  #others = 0

  constructor(limits: DatastoreLimits = DATASTORE_LIMITS) {
    super()
    this.#limits = limits
    this.#providers = new FairQuota({ total: limits.providers, perOwner: limits.providersPerPeer })
  }

  override put(key: Key, value: Uint8Array): Key {
    const name = key.toString()
    if (RECORD.test(name)) throw new Error('this DHT keeps no values')
    const provider = PROVIDER.exec(name)?.[1]
    // Written anew, it counts as the newest.
    this.delete(key)
    if (provider === undefined) {
      if (this.#others >= this.#limits.others) this.#forgetOldest()
      this.#others++
    }
    const folder = folderOf(name)
    const entries = this.#folders.get(folder) ?? new Map<string, Uint8Array>()
    this.#folders.set(folder, entries)
    entries.set(name, value)
    const gone = provider === undefined ? null : this.#providers.add(provider, name)
    if (gone !== null) this.#drop(gone)
    return key
  }

  override get(key: Key): Uint8Array {
    const name = key.toString()
    const found = this.#folders.get(folderOf(name))?.get(name)
    if (found === undefined) throw notFound(name)
    return found
  }

  override has(key: Key): boolean {
    const name = key.toString()
    return this.#folders.get(folderOf(name))?.has(name) === true
  }

  override delete(key: Key): void {
    const name = key.toString()
    if (!this.#drop(name)) return
    const provider = PROVIDER.exec(name)?.[1]
    if (provider === undefined) this.#others--
    else this.#providers.remove(provider, name)
  }

  override async *_all({ prefix }: Query): AsyncGenerator<Pair> {
    for (const [name, value] of this.#within(prefix)) yield { key: new Key(name, false), value }
  }

  override async *_allKeys({ prefix }: KeyQuery): AsyncGenerator<Key> {
    for (const [name] of this.#within(prefix)) yield new Key(name, false)
  }

  /** The folder asked for where it is one; else everything, which is filtered afterwards. */
  #within(prefix: string | undefined): (readonly [string, Uint8Array])[] {
    const folder = prefix?.replace(/\/$/, '')
    const entries = folder === undefined ? undefined : this.#folders.get(folder)
    if (entries !== undefined) return [...entries]
    if (folder?.startsWith('/dht/provider/')) return []
    return [...this.#folders.values()].flatMap((each) => [...each])
  }

  /** Whether it was there. */
  #drop(name: string): boolean {
    const folder = folderOf(name)
    const entries = this.#folders.get(folder)
    if (entries?.delete(name) !== true) return false
    if (entries.size === 0) this.#folders.delete(folder)
    return true
  }

  #forgetOldest(): void {
    for (const [folder, entries] of this.#folders) {
      if (folder.startsWith('/dht/provider/')) continue
      const oldest = entries.keys().next().value
      if (oldest === undefined) continue
      this.delete(new Key(oldest, false))
      return
    }
  }
}

function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/'))
}

/** What libp2p knows its stores' misses by. */
function notFound(name: string): Error {
  return Object.assign(new Error(`there is no ${name}`), { name: 'NotFoundError' })
}
