import { FIELD_MODULUS as P } from '../../../src/bus/field.ts'

/**
 * A second witness generator for the circuits, written in TypeScript beside the Circom templates, in which the prover may
 * lie: any signal can be given another value. All that depends on it is then worked out anew from the lie, so that only
 * those constraints are left broken that forbid it.
 */
export type Lies = Readonly<Record<string, bigint | ((honest: bigint) => bigint)>>

/** Where values go: signal names as circom writes them, `main.enough[0].below.bit[3]`. */
export interface Sink {
  set(name: string, value: bigint): void
  /** The name of each non-linear constraint, in source order within its component. */
  constrain?(component: string, what: string): void
  /** Plays back values set earlier under the key, or keeps those that `run` sets. */
  remember?<T>(key: string, run: () => T): T
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
  readonly #lying: boolean

  constructor(sink: Sink, lies: Lies = {}, told: Set<string> = new Set(), path = 'main') {
    this.#sink = sink
    this.#lies = lies
    this.#told = told
    this.#lying = Object.keys(lies).length > 0
    this.path = path
  }

  part(name: string): Scope {
    return new Scope(this.#sink, this.#lies, this.#told, `${this.path}.${name}`)
  }

  /** Gives a signal its value, or the lie about it. */
  put(name: string, honest: bigint): bigint {
    const full = `${this.path}.${name}`
    let value = field(honest)
    const lie = this.#lying ? this.#lies[full] : undefined
    if (lie !== undefined) {
      this.#told.add(full)
      value = field(typeof lie === 'function' ? lie(value) : lie)
    }
    this.#sink.set(full, value)
    return value
  }

  /** Runs `model`, or plays back what it set the last time under this key, if no lie concerns this component. */
  remember<T>(key: string, model: (scope: Scope) => T): T {
    const inside = Object.keys(this.#lies).some((name) => name.startsWith(`${this.path}.`))
    return inside || !this.#sink.remember ? model(this) : this.#sink.remember(`${this.path} ${key}`, () => model(this))
  }

  /** As hint, and must be 0 or 1. */
  bit(name: string, honest: bigint): bigint {
    const value = this.put(name, honest)
    this.#sink.constrain?.(this.path, `${name} is 0 or 1`)
    return value
  }

  /** Whether the lowest bit takes what the sum of bits lacks: the lie `absorb` of a component that splits into bits. */
  absorbs(): boolean {
    return this.#cheat('absorb') !== undefined
  }

  /** The outcome of a comparison that the lie `claim` says. */
  claim(): bigint | undefined {
    return this.#cheat('claim')
  }

  #cheat(name: string): bigint | undefined {
    const full = `${this.path}.${name}`
    const lie = this.#lying ? this.#lies[full] : undefined
    if (lie === undefined) return undefined
    this.#told.add(full)
    return typeof lie === 'function' ? lie(0n) : lie
  }

  constrain(what: string): void {
    this.#sink.constrain?.(this.path, what)
  }

  /** Lies about signals that do not exist: a mistake of the test. */
  untold(): string[] {
    return Object.keys(this.#lies).filter((name) => !this.#told.has(name))
  }
}
