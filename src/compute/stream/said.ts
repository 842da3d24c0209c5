import { type Result, rejection } from '../../lib/index.ts'
import type { Manifest, StreamProgram } from '../manifest/manifest.ts'
import { readEntry } from './log.ts'

/** What a stream says, by the names of its manifest. */
export interface Said {
  /** The program's elements. */
  readonly state: Readonly<Record<string, bigint>>
  /** Entries of the log by name of their fields, oldest first; null for a program without one. */
  readonly log: readonly Readonly<Record<string, bigint>>[] | null
}

/** Why elements and entries are not such as the manifest says. */
export type SaidReject = 'bad-state' | 'bad-log'

/** Names elements and entries. Whether anything shows that they are right is not judged here. */
export function saidOf(
  { program: { state: names, log } }: Manifest<StreamProgram>,
  elements: readonly bigint[],
  given: readonly bigint[],
): Result<Said, SaidReject> {
  if (elements.length !== names.length) {
    return rejection('bad-state', `${elements.length} elements, the program has ${names.length}`)
  }
  const state = Object.fromEntries(names.map((name, i) => [name, elements[i] as bigint]))
  if (log === undefined) {
    if (given.length === 0) return { ok: true, state, log: null }
    return rejection('bad-log', 'entries of a log, which the program does not keep')
  }
  const entries = given.map((entry) => readEntry(log.entry, entry))
  const at = entries.indexOf(null)
  if (at >= 0) return rejection('bad-log', `entry ${at} says more than the manifest’s fields hold`)
  return { ok: true, state, log: entries as NonNullable<Said['log']> }
}
