import type { TableEntry } from './blobs.ts'

/** Entries that were added and taken out since the table was last looked at, each in order. */
export interface EntryChanges {
  readonly left: readonly TableEntry[]
  readonly came: readonly TableEntry[]
}

/** Tells what has changed in a table's entries. Looking takes as long as there are changes, whatever the table's length. */
export class EntryFollower {
  readonly #seen: TableEntry[] = []

  changes(entries: readonly TableEntry[]): EntryChanges {
    const seen = this.#seen
    // Entries come and go at the end alone, and one that comes again is another object: one that is still there vouches
    // for all before it.
    let same = Math.min(seen.length, entries.length)
    while (same > 0 && seen[same - 1] !== entries[same - 1]) same--
    const left = seen.splice(same)
    const came: TableEntry[] = []
    for (let i = same; i < entries.length; i++) came.push(entries[i] as TableEntry)
    for (const entry of came) seen.push(entry)
    return { left, came }
  }
}
