import type { ProgramStanding } from '../compute/io/index.ts'
import { duration } from './terminal.ts'
import { plural } from './text.ts'

/** One program of a node, in a line. */
export function programLine({ program, name, height, failures, pausedMs, serving }: ProgramStanding): string {
  const last = height === null ? 'no result yet' : `last result at height ${height}`
  const paused = pausedMs > 0 ? `, paused for ${duration(pausedMs / 1000)} after ${plural(failures, 'failure')}` : ''
  return `program     ${program}  ${name}  ${last}, served by ${plural(serving.length, 'peer')}${paused}`
}
