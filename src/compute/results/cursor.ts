import { type Result, rejection } from '../../lib/index.ts'

/** How far a reader has been told. */
export interface Cursor {
  /** The last block whose results were told. */
  readonly height: number
  /** Display order. */
  readonly hash: string
  /** Results in blocks up to this height were told to be final. */
  readonly finality: number
}

/** As an argument or in an address: `HEIGHT:HASH:FINALITY`. */
export function formatCursor({ height, hash, finality }: Cursor): string {
  return `${height}:${hash}:${finality}`
}

const FORM = /^(-1|0|[1-9][0-9]{0,9}):([0-9a-f]{64}):(-1|0|[1-9][0-9]{0,9})$/

/** Reads one, strictly. */
export function parseCursor(text: string): Result<{ readonly cursor: Cursor }, 'bad-cursor'> {
  const [, height, hash, finality] = FORM.exec(text) ?? []
  const cursor = { height: Number(height), hash: hash ?? '', finality: Number(finality) }
  const holds = hash !== undefined && cursor.height <= 0xffff_ffff && cursor.finality <= cursor.height
  if (holds) return { ok: true, cursor }
  return rejection('bad-cursor', 'a cursor is HEIGHT:HASH:FINALITY, as an answer has it')
}
