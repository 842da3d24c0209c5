import { bytesToHex } from '../../src/lib/index.ts'
import type { StorageParams } from '../../storage/index.ts'
import type { StorageTable } from '../../storage/table/table.ts'
import { alice, bob } from './record-scene.ts'

const authors = [alice, bob].map(({ publicKey }) => bytesToHex(publicKey))

/** Everything that can be asked of a table, at its first sixty blocks. */
export function dumpOf({ blobs, providers, names, height }: StorageTable, params: StorageParams) {
  const heights = Array.from({ length: 60 }, (_, h) => h)
  return {
    height,
    entries: blobs.entries,
    roots: heights.map((h) => bytesToHex(blobs.rootAt(h))),
    fills: heights.map((h) => blobs.partitionsAt(h)),
    ids: blobs.entries.map(({ id }) => [blobs.entry(id), bytesToHex(blobs.proofAt(id, 60)!.path)]),
    providers: providers.list(),
    counts: authors.map((author) => heights.map((h) => providers.counts(author, h + params.providerDelay))),
    names: names.list(60),
  }
}
