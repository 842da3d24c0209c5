import type { BlobSource } from '../../storage/reading/source.ts'

/** A source that has not, or gives wrong, what is asked of it of some pieces; and what was asked of it. */
export interface AlteredSource extends BlobSource {
  readonly asked: string[]
}

type Piece = 'unit' | 'chunk'

/** What becomes of a piece: as it is, not given, or wrong in one bit. */
export type Fate = 'given' | 'withheld' | 'wrong'

export function altered(source: BlobSource, fate: (kind: Piece, index: number, id: string) => Fate): AlteredSource {
  const asked: string[] = []
  const give = (kind: Piece) => async (id: string, index: number) => {
    asked.push(`${kind} ${index}`)
    const becomes = fate(kind, index, id)
    if (becomes === 'withheld') return null
    const piece = await source[kind](id, index)
    if (piece === null || becomes === 'given') return piece
    const bytes = piece.bytes.slice()
    bytes[5] = (bytes[5] as number) ^ 1
    return { ...piece, bytes }
  }
  return { name: 'altered', asked, content: (id) => source.content(id), unit: give('unit'), chunk: give('chunk') }
}

/** Some units are given to nobody, nor are the chunks that they are in. */
export function withholding(units: ReadonlySet<number>, as: Fate = 'withheld') {
  return (kind: Piece, index: number): Fate => {
    const held = kind === 'unit' ? [index] : Array.from({ length: 16 }, (_, i) => 16 * index + i)
    return held.some((unit) => units.has(unit)) ? as : 'given'
  }
}
