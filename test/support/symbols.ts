import { type R1cs, R1csError } from './r1cs.ts'

/** Names of a circuit's wires, from circom's .sym file. Signals that the compiler solved away have no wire. */
export interface Symbols {
  /** By wire; wire 0 is the constant one. Each wire keeps one name, though several signals may be equal to it. */
  readonly names: readonly string[]
  readonly wires: ReadonlyMap<string, number>
  /** The same by component, then by the signal's name within it. */
  readonly components: ReadonlyMap<string, ReadonlyMap<string, number>>
}

/** `main.enough[0].below.bit[3]` → `main.enough[0].below` and `bit[3]`. */
export function splitSignal(full: string): readonly [component: string, name: string] {
  const dot = full.lastIndexOf('.')
  return [full.slice(0, dot), full.slice(dot + 1)]
}

export function readSymbols(text: string, wires: number): Symbols {
  const names = new Array<string>(wires).fill('')
  const byName = new Map<string, number>()
  const components = new Map<string, Map<string, number>>()
  names[0] = 'one'
  for (const line of text.split('\n')) {
    if (line === '') continue
    const [, wire, , name] = line.split(',')
    const index = Number(wire)
    if (name === undefined || !Number.isInteger(index) || index >= wires) throw new R1csError(`symbol line ${line}`)
    if (index <= 0) continue
    names[index] = name
    byName.set(name, index)
    const [component, own] = splitSignal(name)
    const signals = components.get(component) ?? new Map<string, number>()
    components.set(component, signals.set(own, index))
  }
  if (names.includes('')) throw new R1csError('a wire has no name')
  return { names, wires: byName, components }
}

/** Names of the wires a constraint touches, without duplicates. */
export function touched(r1cs: R1cs, symbols: Symbols, constraint: number): string[] {
  const { starts, termWire } = r1cs
  const found = new Set(termWire.subarray(starts[3 * constraint], starts[3 * constraint + 3]))
  found.delete(0)
  return [...found].map((wire) => symbols.names[wire]!)
}

/** A constraint as text: every row with names and coefficients. For reading, when a test fails. */
export function showConstraint(r1cs: R1cs, symbols: Symbols, constraint: number): string {
  const row = (r: number): string => {
    const terms: string[] = []
    for (let i = r1cs.starts[r]!; i < r1cs.starts[r + 1]!; i++) {
      const c = r1cs.coefficients[r1cs.termCoefficient[i]!]!
      terms.push(`${c}·${symbols.names[r1cs.termWire[i]!]}`)
    }
    return terms.length > 12 ? `${terms.slice(0, 12).join(' + ')} + … (${terms.length} terms)` : terms.join(' + ')
  }
  return `(${row(3 * constraint)}) · (${row(3 * constraint + 1)}) = ${row(3 * constraint + 2)}`
}
