import { FIELD_MODULUS as P } from '../../../src/bus/field.ts'
import { splitSignal } from '../../support/symbols.ts'

/**
 * A second witness generator for the circuits, written in TypeScript beside the Circom templates, in which the prover may
 * lie: any signal can be given another value. All that depends on it is then worked out anew from the lie, so that only
 * those constraints are left broken that forbid it.
 */
export type Lies = Readonly<Record<string, Lie>>
type Lie = bigint | ((honest: bigint) => bigint)

/** Where values go. */
export interface Sink {
  /** Takes the values of a component's own signals: of `main.enough[0].below`, for one, `bit[3]`, as circom writes it. */
  component(path: string): (name: string, value: bigint) => void
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
  readonly #set: (name: string, value: bigint) => void
  readonly #lies: LiesByComponent
  /** Those about signals of this component itself. */
  readonly #own: Map<string, Telling> | undefined

  constructor(sink: Sink, lies: LiesByComponent = new Map(), path = 'main') {
    this.#sink = sink
    this.#set = sink.component(path)
    this.#lies = lies
    this.#own = lies.get(path)
    this.path = path
  }

  part(name: string): Scope {
    return new Scope(this.#sink, this.#lies, `${this.path}.${name}`)
  }

  /** Gives a signal its value, or the lie about it. */
  put(name: string, honest: bigint): bigint {
    let value = field(honest)
    const lie = this.#tell(name)
    if (lie !== undefined) value = field(typeof lie === 'function' ? lie(value) : lie)
    this.#set(name, value)
    return value
  }

  /** Runs `model`, or plays back what it set the last time under this key, if no lie concerns this component. */
  remember<T>(key: string, model: (scope: Scope) => T): T {
    const inside = [...this.#lies.keys()].some((path) => path === this.path || path.startsWith(`${this.path}.`))
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
    const lie = this.#tell(name)
    return typeof lie === 'function' ? lie(0n) : lie
  }

  #tell(name: string): Lie | undefined {
    const telling = this.#own?.get(name)
    if (telling !== undefined) telling.told = true
    return telling?.lie
  }

  constrain(what: string): void {
    this.#sink.constrain?.(this.path, what)
  }

  /** Lies about signals that do not exist: a mistake of the test. */
  untold(): string[] {
    return [...this.#lies].flatMap(([path, own]) =>
      [...own].filter(([, { told }]) => !told).map(([name]) => `${path}.${name}`),
    )
  }
}

/** A lie, and whether the model came to its signal. */
interface Telling {
  readonly lie: Lie
  told: boolean
}

/** By component, then by signal. */
export type LiesByComponent = Map<string, Map<string, Telling>>

/** Lies as a model tells them; of one run, since it keeps which were told. */
export function byComponent(lies: Lies): LiesByComponent {
  const grouped: LiesByComponent = new Map()
  for (const [full, lie] of Object.entries(lies)) {
    const [path, name] = splitSignal(full)
    const own = grouped.get(path) ?? new Map<string, Telling>()
    grouped.set(path, own.set(name, { lie, told: false }))
  }
  return grouped
}
