import { FIELD_MODULUS as P } from '../../../src/bus/field.ts'

/**
 * A second witness generator for the circuits, written in TypeScript beside the Circom templates, in which the prover may
 * lie: any signal that Circom assigns by a hint (`<--`) or takes as an input can be given another value. All that
 * depends on it is then worked out anew from the lie, so that only those constraints are left broken that forbid it.
 */
export type Lies = Readonly<Record<string, bigint | ((honest: bigint) => bigint)>>

/** Where values go: signal names as circom writes them, `main.enough[0].below.bit[3]`. */
export interface Sink {
  set(name: string, value: bigint): void
  /** The name of each non-linear constraint, in source order within its component. */
  constrain?(component: string, what: string): void
}

export const field = (x: bigint): bigint => (x >= 0n && x < P ? x : ((x % P) + P) % P)

export function invert(x: bigint): bigint {
  let [a, b, u, v] = [field(x), P, 1n, 0n]
  while (a !== 0n) {
    const q = b / a
    ;[a, b] = [b - q * a, a]
    ;[u, v] = [v - q * u, u]
  }
  if (b !== 1n) throw new RangeError('zero has no inverse')
  return field(v)
}

/** One component: its signals and, below it, its parts. */
export class Scope {
  readonly path: string
  readonly #sink: Sink
  readonly #lies: Lies
  readonly #told: Set<string>

  constructor(sink: Sink, lies: Lies = {}, told: Set<string> = new Set(), path = 'main') {
    this.#sink = sink
    this.#lies = lies
    this.#told = told
    this.path = path
  }

  part(name: string): Scope {
    return new Scope(this.#sink, this.#lies, this.#told, `${this.path}.${name}`)
  }

  /** A signal that follows from others. */
  put(name: string, value: bigint): bigint {
    const canonical = field(value)
    this.#sink.set(`${this.path}.${name}`, canonical)
    return canonical
  }

  /** A signal the prover chooses. */
  hint(name: string, honest: bigint): bigint {
    const full = `${this.path}.${name}`
    const lie = this.#lies[full]
    if (lie === undefined) return this.put(name, honest)
    this.#told.add(full)
    return this.put(name, typeof lie === 'function' ? lie(field(honest)) : lie)
  }

  /** As hint, and must be 0 or 1. */
  bit(name: string, honest: bigint): bigint {
    const value = this.hint(name, honest)
    this.#sink.constrain?.(this.path, `${name} is 0 or 1`)
    return value
  }

  constrain(what: string): void {
    this.#sink.constrain?.(this.path, what)
  }

  /** Lies that no hint asked for: a mistake of the test. */
  untold(): string[] {
    return Object.keys(this.#lies).filter((name) => !this.#told.has(name))
  }
}
