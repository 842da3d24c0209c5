import { addScaled, invert, type Linear } from './linear.ts'

/** More unknown wires at once than this are not solved for: the most that our circuits need is by Poseidon of sixteen inputs. */
const MOST_UNKNOWN = 100

/** Linear equations Σ cᵢ·wireᵢ = something known, each solved for one of its unknown wires, which is in no other. */
export class EquationPool {
  readonly #isKnown: (wire: number) => boolean
  /** By the wire it is solved for; every other wire in it is solved for nowhere. */
  readonly #solved = new Map<number, Linear>()
  /** Wires solved for, by another wire of their equation. */
  readonly #with = new Map<number, Set<number>>()

  constructor(isKnown: (wire: number) => boolean) {
    this.#isKnown = isKnown
  }

  /** A sum without the wires that are solved for: what is known of their equations is left out. */
  reduce(sum: Linear): Linear {
    let rest = sum
    for (const [wire, coefficient] of sum) {
      const solved = this.#solved.get(wire)
      if (solved !== undefined && !this.#isKnown(wire)) rest = addScaled(rest, solved, -coefficient)
    }
    return rest
  }

  /** Takes an equation in; gives the wires that are determined by now, null where it says nothing new. */
  add(equation: Linear): number[] | null {
    const unknown = this.#unknown(equation)
    if (unknown.size > MOST_UNKNOWN) return null
    const rest = this.#unknown(this.reduce(unknown))
    const [pivot] = rest.keys()
    if (pivot === undefined || rest.size > MOST_UNKNOWN) return null
    const row = addScaled(new Map(), rest, invert(rest.get(pivot) as bigint))
    if (row.size === 1) return [pivot]
    const found: number[] = []
    for (const other of this.#with.get(pivot) ?? []) {
      const old = this.#solved.get(other)
      if (old === undefined) continue
      const changed = this.#unknown(addScaled(old, row, -(old.get(pivot) ?? 0n)))
      this.#put(other, changed)
      if (changed.size === 1) found.push(other)
    }
    this.#put(pivot, row)
    return found
  }

  /** Wires that are determined now that this one is known. */
  becameKnown(wire: number): number[] {
    const found: number[] = []
    for (const other of this.#with.get(wire) ?? []) {
      const old = this.#solved.get(other)
      if (old === undefined) continue
      const row = this.#unknown(old)
      this.#solved.set(other, row)
      if (row.size === 1 && row.has(other)) found.push(other)
    }
    this.#with.delete(wire)
    const own = this.#solved.get(wire)
    this.#solved.delete(wire)
    return own === undefined ? found : [...found, ...(this.add(own) ?? [])]
  }

  #unknown(equation: Linear): Linear {
    return new Map([...equation].filter(([wire]) => wire !== 0 && !this.#isKnown(wire)))
  }

  #put(pivot: number, row: Linear): void {
    this.#solved.set(pivot, row)
    for (const wire of row.keys()) {
      if (wire === pivot) continue
      const known = this.#with.get(wire)
      if (known === undefined) this.#with.set(wire, new Set([pivot]))
      else known.add(pivot)
    }
  }
}
