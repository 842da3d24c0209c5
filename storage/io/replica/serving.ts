import type { Answered, PeerName, PeerTransport } from '../../../src/bus/index.ts'
import { bytesToHex, rejection } from '../../../src/lib/index.ts'
import type { StorageKernel } from '../../../src/proving/index.ts'
import { type BlobContent, blobId } from '../../blob/id.ts'
import { blobShape } from '../../blob/shape.ts'
import { partitionPositions, type StorageParams } from '../../params.ts'
import { type Holdings, holdingsKind } from '../../peers/holdings-kind.ts'
import { type OfferAnswer, offerKind } from '../../peers/offer-kind.ts'
import { chunkKind, unitKind } from '../../peers/piece-kinds.ts'
import { ByteBudget } from '../../replica/byte-budget.ts'
import type { TableService } from '../table-service.ts'
import type { ChunkStore } from './chunk-store.ts'
import { pieceOf } from './piece-of.ts'
import type { LastScrub } from './replica-scrubs.ts'

export interface ServingComponents {
  readonly table: TableService
  readonly transport: PeerTransport
  readonly kernel: StorageKernel
  readonly params: StorageParams
  readonly partitions: readonly number[]
  readonly maxBytes?: number | undefined
  readonly uploadBytesPerSecond?: number | undefined
  readonly clock?: (() => number) | undefined
  readonly store: ChunkStore
  /** Whether what is missing of a blob was asked for in vain. */
  holes(id: string): boolean
  lastScrub(): LastScrub | null
  /** A peer says that it has this blob, which we keep or would keep. */
  offered(id: string, peer: PeerName): void
  /** A chunk of a blob turned out to be damaged. */
  damaged(id: string): void
}

/** Answers peers from what is kept here; what comes back ends that. */
export async function serveReplica(components: ServingComponents): Promise<() => Promise<void>> {
  const { transport, store, uploadBytesPerSecond, clock = () => performance.now() } = components
  const upload = uploadBytesPerSecond === undefined ? null : new ByteBudget(uploadBytesPerSecond, clock)
  const piece =
    (kind: 'chunk' | 'unit') =>
    async ({ id, index }: { id: Uint8Array; index: number }) => {
      const blob = bytesToHex(id)
      const before = store.blob(blob)?.held.size
      const found = await pieceOf((chunk) => store.get(blob, chunk), kind, index)
      if (before !== store.blob(blob)?.held.size) components.damaged(blob)
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
  ]
  return async () => {
    for (const close of closing) await close()
  }
}

function onOffer(components: ServingComponents, content: BlobContent, peer: PeerName): Answered<OfferAnswer> {
  const { table, kernel, params, partitions, maxBytes = Number.POSITIVE_INFINITY, store } = components
  const idBytes = blobId(kernel, content)
  if (idBytes === null) return rejection('no-such-blob', 'the root is no canonical field element')
  const id = bytesToHex(idBytes)
  const { chunks } = blobShape(content.length)
  const size = partitionPositions(params)
  const entry = table.table.blobs.entry(id)
  const partition = Math.floor((entry?.first ?? table.table.blobs.next(chunks)) / size)
  if (!partitions.includes(partition)) return rejection('other-partition', `partition ${partition} is not kept here`)
  const kept = store.blob(id)
  const held = kept?.held.size ?? 0
  if (store.usedBytes + (chunks - held) * store.slotBytes > maxBytes)
    return rejection('no-room', 'the quota is used up')
  if (kept?.state === 'wrong-parity') return { ok: true, frames: [{ state: 'wrong-parity', held: 0 }] }
  const isWhole = kept?.state === 'whole' && held === chunks
  if (!isWhole) components.offered(id, peer)
  return { ok: true, frames: [{ state: isWhole ? 'whole' : entry === null ? 'waits' : 'fetching', held }] }
}

function onHoldings(components: ServingComponents, partition: number): Answered<Holdings> {
  const { table, partitions, params, store, holes, lastScrub } = components
  if (!partitions.includes(partition)) return rejection('other-partition', `partition ${partition} is not kept here`)
  const size = partitionPositions(params)
  const counts = { used: 0, held: 0, holes: 0 }
  for (const { id, first, chunks } of table.table.blobs.entries) {
    if (Math.floor(first / size) !== partition) continue
    const blob = store.blob(id)
    const held = blob?.held.size ?? 0
    counts.used += chunks
    counts.held += held
    if (blob?.state === 'wrong-parity' || holes(id)) counts.holes += chunks - held
  }
  const last = lastScrub()
  const scrubbed = { broken: last?.counts.broken ?? 0, scrubbedAt: last?.height ?? null }
  return { ok: true, frames: [{ height: table.tip?.height ?? 0, ...counts, ...scrubbed }] }
}
