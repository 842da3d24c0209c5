import type { TaggedHash } from '../../bus/index.ts'
import type { EntryField } from '../manifest/manifest.ts'

/** Capacity element of the hash that chains a stream's log: P(64; log before, entry, 0). */
const LOG_TAG = 64

/** What chains these entries, from 0 before the first one. */
export function logOf(hash: TaggedHash, entries: readonly bigint[]): bigint {
  return entries.reduce((log, entry) => hash(LOG_TAG, log, entry, 0n), 0n)
}

/** An entry's fields by name, from its low end; null where it says more than its fields hold. */
export function readEntry(fields: readonly EntryField[], entry: bigint): Readonly<Record<string, bigint>> | null {
  const read: Record<string, bigint> = {}
  let rest = entry
  for (const { name, bits } of fields) {
    read[name] = BigInt.asUintN(bits, rest)
    rest >>= BigInt(bits)
  }
  return rest === 0n ? read : null
}
