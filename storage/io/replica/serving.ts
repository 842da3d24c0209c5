import type { Answered, PeerName, PeerTransport } from '../../../src/bus/index.ts'
import { bytesToHex, rejection } from '../../../src/lib/index.ts'
import type { StorageKernel } from '../../../src/proving/index.ts'
import { blobId } from '../../blob/id.ts'
import { blobShape, CHUNK_BYTES } from '../../blob/shape.ts'
import { partitionPositions, type StorageParams } from '../../params.ts'
import { holdersKind } from '../../peers/holders-kind.ts'
import { type Encoding, type Holdings, holdingsKind } from '../../peers/holdings-kind.ts'
import { type Offer, type OfferAnswer, offerKind } from '../../peers/offer-kind.ts'
import { chunkKind, unitKind } from '../../peers/piece-kinds.ts'
import { ByteBudget } from '../../replica/byte-budget.ts'
import type { SeenHolder } from '../../replica/holder-log.ts'
import type { Tallies } from '../../replica/tallies.ts'
import type { TableService } from '../table-service.ts'
import type { ChunkStore } from './chunk-store.ts'
import type { DiskRoom } from './disk-room.ts'
import type { RekeepingProgress } from './rekeeping.ts'

export interface ServingComponents {
  readonly table: TableService
  readonly transport: PeerTransport
  readonly kernel: StorageKernel
  readonly params: StorageParams
  readonly partitions: readonly number[]
  readonly uploadBytesPerSecond?: number | undefined
  readonly clock: () => number
  readonly store: ChunkStore
  readonly room: DiskRoom
  readonly tallies: Tallies
  /** How far keeping chunks anew is; null where nothing is to be done. */
  rekeeping(): RekeepingProgress | null
  /** Who was seen to keep a partition. */
  seen(partition: number): readonly SeenHolder[]
  /** A peer says that it has this blob, which we keep or would keep. */
  offered(id: string, peer: PeerName): void
}

/** Answers peers from what is kept here; what comes back ends that. */
export async function serveReplica(components: ServingComponents): Promise<() => Promise<void>> {
  const { transport, store, uploadBytesPerSecond, clock } = components
  const upload = uploadBytesPerSecond === undefined ? null : new ByteBudget(uploadBytesPerSecond, clock)
  const piece =
    (kind: 'chunk' | 'unit') =>
    async ({ id, index }: { id: Uint8Array; index: number }) => {
      const blob = bytesToHex(id)
      const found = kind === 'chunk' ? await store.get(blob, index) : await store.unit(blob, index)
      if (found === null) return rejection('not-here', 'it is not here')
      if (upload !== null && !upload.take(found.bytes.length))
        return rejection('busy', 'as much as may go out has gone out')
      return { ok: true, frames: [found] } as const
    }
  const closing = [
    await transport.answer(chunkKind, piece('chunk')),
    await transport.answer(unitKind, piece('unit')),
    await transport.answer(offerKind, async (content, { peer }) => onOffer(components, content, peer)),
    await transport.answer(holdingsKind, async (partition) => onHoldings(components, partition)),
    await transport.answer(holdersKind, async (partition) => onHolders(components, partition)),
  ]
  return async () => {
    for (const close of closing) await close()
  }
}

function onOffer(components: ServingComponents, content: Offer, peer: PeerName): Answered<OfferAnswer> {
  const { table, kernel, params, partitions, room, store, tallies } = components
  const idBytes = blobId(kernel, content)
  if (idBytes === null) return rejection('no-such-blob', 'the root is no canonical field element')
  const id = bytesToHex(idBytes)
  const { chunks } = blobShape(content.length)
  const { blobs } = table.table
  const entry = blobs.entry(id)
  const [next] = blobs.placesOf([chunks]) as [number]
  const known = Math.floor((entry?.first ?? next) / partitionPositions(params))
  // What is put before it is known to who puts it; that partitions were closed since, to us.
  const partition = entry === null ? Math.max(known, content.partition) : known
  if (!partitions.includes(partition)) return notKept(partition)
  const kept = store.blob(id)
  const held = kept?.held.size ?? 0
  // What is to be paid for yet has to fit beside all that counts already and is still to come.
  if (!room.fits({ id, length: content.length }, entry === null ? tallies.awaited : 0)) {
    return rejection('no-room', 'the quota is used up')
  }
  if (kept?.state === 'wrong-parity') return { ok: true, frames: [{ state: 'wrong-parity', held: 0 }] }
  const isWhole = kept?.state === 'whole' && held === chunks
  if (!isWhole) components.offered(id, peer)
  return { ok: true, frames: [{ state: isWhole ? 'whole' : entry === null ? 'waits' : 'fetching', held }] }
}

function onHoldings(components: ServingComponents, partition: number): Answered<Holdings> {
  const { table, partitions, store, tallies, rekeeping } = components
  if (!partitions.includes(partition)) return notKept(partition)
  const height = table.tip?.height ?? 0
  return {
    ok: true,
    frames: [{ height, ...tallies.of(partition), encoding: encodingOf(rekeeping()), scrubs: store.scrubs }],
  }
}

function encodingOf(progress: RekeepingProgress | null): Encoding | null {
  if (progress?.to !== 'encoded' || progress.bytesPerSecond === null || progress.secondsLeft === null) return null
  const perHour = Math.max(1, Math.round((3_600 * progress.bytesPerSecond) / CHUNK_BYTES))
  return { perHour, secondsLeft: Math.ceil(progress.secondsLeft) }
}

function onHolders({ partitions, seen }: ServingComponents, partition: number): Answered<SeenHolder> {
  if (!partitions.includes(partition)) return notKept(partition)
  const holders = seen(partition).slice(0, holdersKind.maxFrames)
  return holders.length > 0 ? { ok: true, frames: holders } : rejection('none-seen', 'nobody else was seen to keep it')
}

function notKept(partition: number) {
  return rejection('other-partition', `partition ${partition} is not kept here`)
}
