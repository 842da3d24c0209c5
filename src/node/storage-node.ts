import { join } from 'node:path'
import { chosenName, type StorageParams, winRules } from '../../storage/index.ts'
import {
  CertificateService,
  type CertificateSigner,
  EstimatingService,
  openKernel,
  ReplicaService,
  type SamplingService,
  TableService,
} from '../../storage/io/index.ts'
import type { NetworkParams } from '../bitcoin/index.ts'
import { type BitcoindClient, ChainFeed } from '../bitcoin/io/index.ts'
import { bytesToHex, type RunningService, together } from '../lib/index.ts'
import { startsWhenFree, type WhenFreeOptions } from '../lib/io/index.ts'
import { openPeerHost, type PeerHost, publicKeyOf } from '../p2p/index.ts'
import type { StorageKernel } from '../proving/index.ts'
import { type KeyDirectory, openMask } from '../proving/io/index.ts'
import { IndexService, type InscriberService } from '../settlement/io/index.ts'
import { openSampling, openWinGossip, type SamplingOptions } from './sampling.ts'

/** A node of the storage network: what it follows, and with whom it speaks. */
export interface StorageNodeOptions {
  readonly client: BitcoindClient
  readonly params: NetworkParams
  readonly storage: StorageParams
  /** Folder of its state; one process has it. */
  readonly folder: string
  /** Folder of settlement's state, whose index of inscriptions it keeps; one in `folder` unless given. */
  readonly settlement?: string | undefined
  /** Multiaddrs: where peers reach it, nowhere unless given; where it tells them that they do. */
  readonly listen?: readonly string[] | undefined
  readonly announce?: readonly string[] | undefined
  /** Peers to begin with. */
  readonly peers?: readonly string[] | undefined
  /** File of its identity among peers; one of this once unless given. */
  readonly identityFile?: string | undefined
  /** What it keeps; nothing unless given. */
  readonly replica?: ReplicaOptions | undefined
  /** Folders that another process works with are waited for, which this is told; E_LOCKED unless given. */
  readonly onWait?: WhenFreeOptions['onWait'] | undefined
  /** Keys of the circuit `win`, by which one that keeps nothing observes the wins of all; it does not unless given. */
  readonly observing?: KeyDirectory | undefined
}

export interface ReplicaOptions {
  readonly partitions: readonly number[]
  /** Chunks are kept raw, also once this peer is registered; else they are encoded from then on. */
  readonly raw?: boolean | undefined
  /** Bytes of the disk that chunks may take. */
  readonly maxBytes?: number | undefined
  readonly uploadBytesPerSecond?: number | undefined
  /** Signs certificates of what is kept encoded under its key; none are given unless there is one. */
  readonly signer?: CertificateSigner | undefined
  /** Powers of tau under which certificates are proved; the development powers unless given. */
  readonly ptau?: string | undefined
  /** It takes part in sampling, once its wallet's key is registered and what is kept is encoded; it does not unless given. */
  readonly sampling?: SamplingOptions | undefined
}

/** Its services; `service` is all of them. */
export interface StorageNode {
  readonly feed: ChainFeed
  readonly index: IndexService
  readonly table: TableService
  readonly host: PeerHost
  /** Its Ed25519 key, by which providers' records name it, 64 hex digits. */
  readonly peerKey: string | null
  readonly kernel: StorageKernel
  readonly replica: ReplicaService | null
  readonly certificates: CertificateService | null
  readonly sampling: SamplingService | null
  readonly estimating: EstimatingService | null
  /** Inscribes its wins, where it does. */
  readonly inscriber: InscriberService | null
  readonly service: RunningService
}

/** Composes a node of the storage network, not started yet. Throws E_P2P_ADDRESS or E_P2P_IDENTITY. */
export async function openStorageNode(options: StorageNodeOptions): Promise<StorageNode> {
  const {
    client,
    params,
    storage,
    folder,
    settlement = folder,
    listen,
    announce,
    peers: bootstrap,
    identityFile,
  } = options
  const kernel = await openKernel()
  const feed = new ChainFeed({ client, params })
  // Who keeps something for others serves it on while the disk is full.
  const waitsForRoom = options.replica !== undefined
  const index = new IndexService({ client, params, state: settlement, feed, waitsForRoom })
  const table = new TableService({ inscriptions: index, client, params: storage, kernel, state: folder, waitsForRoom })
  const sampled = options.replica?.sampling
  const winKeys = sampled?.keys ?? options.observing
  const wins = winKeys === undefined ? null : await openWinGossip(params, winKeys)
  const host = await openPeerHost({
    params,
    chosen: chosenName(storage),
    listen,
    announce,
    bootstrap,
    identityFile,
    gossip: wins === null ? [] : [wins.gossip],
  })
  const own = await publicKeyOf(host.name)
  const peerKey = own === null ? null : bytesToHex(own)
  const replica =
    options.replica === undefined
      ? null
      : new ReplicaService({
          ...options.replica,
          table,
          transport: host,
          peers: host.partitions,
          kernel,
          params: storage,
          folder: join(folder, 'replica'),
          encodesFor: options.replica.raw === true || peerKey === null ? undefined : peerKey,
        })
  const { signer, ptau } = options.replica ?? {}
  const certificates =
    replica === null || signer === undefined
      ? null
      : new CertificateService({
          ...{ table, transport: host, params: storage, kernel, mask: openMask(), signer, ptau },
          units: () => replica.units,
          hashAt: (height) => feed.hashAt(height),
        })
  const parts = { feed, index, table, host, peerKey, kernel, replica }
  const units = () => replica?.units ?? null
  const partitions = options.replica?.partitions ?? []
  const taking = { ...parts, client, storage, settlement, units, partitions, folder: join(folder, 'sampling') }
  const { sampling, inscriber } =
    sampled === undefined || wins === null ? NO_SAMPLING : await openSampling({ ...taking, ...wins }, sampled)
  const estimating =
    wins === null || sampled !== undefined
      ? null
      : new EstimatingService({
          ...{ ...wins, table, inscriptions: index, feed, client, transport: host, rules: winRules(storage) },
          folder: join(folder, 'sampling'),
        })
  const { onWait } = options
  const kept = [index, table].map((one) => (onWait === undefined ? one : startsWhenFree(one, { onWait })))
  // What is to be answered is said before peers connect.
  const answering = [replica, certificates, inscriber, sampling, estimating].filter((one) => one !== null)
  return {
    ...parts,
    certificates,
    sampling,
    estimating,
    inscriber,
    service: together([feed, ...kept, ...answering, host]),
  }
}

const NO_SAMPLING = { sampling: null, inscriber: null }
