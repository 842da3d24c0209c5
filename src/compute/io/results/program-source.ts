import { bytesToHex } from '../../../lib/index.ts'
import type { Program } from '../open-program.ts'

/** Where programs are had by their ids. */
export interface ProgramSource {
  /** Null where there is none. @param id 64 hex digits */
  open(id: string): Promise<Program | null>
}

/** Programs that are open. */
export function programsOf(programs: readonly Program[]): ProgramSource & {
  readonly ids: readonly string[]
  /** Each once. */
  readonly all: readonly Program[]
} {
  const byId = new Map(programs.map((program) => [bytesToHex(program.id), program]))
  return { ids: [...byId.keys()], all: [...byId.values()], open: async (id) => byId.get(id) ?? null }
}
