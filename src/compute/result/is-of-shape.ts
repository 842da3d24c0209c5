import { publicCount } from '../circuit/public-values.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { ProgramResult } from './result-file.ts'

/**
 * Whether a result is of the kind that a manifest's program makes, with as many values: one that is not is another program's, and that
 * is known before the program is built.
 */
export function isOfShape({ program }: Manifest, result: ProgramResult): boolean {
  if (program.kind === 'stream') return result.kind === 'stream' && result.state.length === program.state.length
  if (program.kind === 'circuit') return result.kind === 'circuit' && result.values.length === publicCount(program)
  return result.kind === 'transactions'
}
