import { concatBytes } from '../../../src/lib/index.ts'
import type { OpenFile } from '../../reading/open-content.ts'

/** Codec of leaves, which are parts of files as they are. */
export const RAW = 0x55

/** A block: its bytes, or where in a file they are. */
export type CarEntry = { readonly cid: Uint8Array; readonly length: number } & (
  | { readonly bytes: Uint8Array }
  | { readonly file: OpenFile; readonly offset: number }
)

/** A CAR of which every byte's place is known, though most are read when they are sent. */
export interface PlannedCar {
  /** Of the root. */
  readonly cid: string
  readonly length: number
  /** Bytes of memory that it takes. */
  readonly memory: number
  read(start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array, void>
}

/** Memory that an entry takes beside its bytes. */
const ENTRY_BYTES = 300

/** The header, then for each block (of CAR version 1) the length of CID and bytes, the CID, the bytes. */
export function planCar(cid: string, header: Uint8Array, entries: readonly CarEntry[]): PlannedCar {
  const heads = entries.map((entry) => concatBytes(varint(entry.cid.length + entry.length), entry.cid))
  const sections = entries.map(({ length }, i) => (heads[i] as Uint8Array).length + length)
  const nodes = entries.reduce((total, entry) => total + ('bytes' in entry ? entry.length : 0), 0)
  return {
    cid,
    length: sections.reduce((total, length) => total + length, header.length),
    memory: nodes + ENTRY_BYTES * entries.length,
    async *read(start, end, signal) {
      let at = 0
      // What of a part that begins at `at` is wanted.
      const within = (length: number) => [Math.max(0, start - at), Math.min(length, end - at)] as const
      const inMemory = function* (bytes: Uint8Array) {
        const [from, to] = within(bytes.length)
        if (from < to) yield bytes.subarray(from, to)
        at += bytes.length
      }
      yield* inMemory(header)
      for (const [i, entry] of entries.entries()) {
        if (at >= end) return
        if (at + (sections[i] as number) <= start) {
          at += sections[i] as number
          continue
        }
        yield* inMemory(heads[i] as Uint8Array)
        if ('bytes' in entry) yield* inMemory(entry.bytes)
        else {
          const [from, to] = within(entry.length)
          if (from < to) yield* entry.file.read(entry.offset + from, entry.offset + to, signal)
          at += entry.length
        }
      }
    },
  }
}

/** Unsigned LEB128. */
function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let left = value
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80)
  return Uint8Array.from([...bytes, left])
}
