import type { GivenPiece } from './source.ts'

/** Pieces that were verified and may be wanted again at once: about 8 MB of chunks. */
const MOST = 64

type Kind = 'unit' | 'chunk'

/** The pieces that were used last. */
export class PieceCache {
  readonly #pieces = new Map<string, GivenPiece>()

  has(id: string, kind: Kind, index: number): boolean {
    return this.#pieces.has(keyOf(id, kind, index))
  }

  get(id: string, kind: Kind, index: number): GivenPiece | undefined {
    const key = keyOf(id, kind, index)
    const piece = this.#pieces.get(key)
    if (piece !== undefined) {
      this.#pieces.delete(key)
      this.#pieces.set(key, piece)
    }
    return piece
  }

  put(id: string, kind: Kind, index: number, piece: GivenPiece): void {
    this.#pieces.set(keyOf(id, kind, index), piece)
    for (const oldest of this.#pieces.keys()) {
      if (this.#pieces.size <= MOST) break
      this.#pieces.delete(oldest)
    }
  }
}

function keyOf(id: string, kind: Kind, index: number): string {
  return `${kind}:${index}:${id}`
}
