import type { R1cs } from '../support/r1cs.ts'
import { Scope, type Sink } from './model/signals.ts'

/**
 * A name for every constraint of a compiled circuit: `component: what it says`. The compiler keeps non-linear constraints
 * in order, a component's own first and then its parts by name and index; the model says them in that order too. That
 * the numbers agree, and that each constraint touches wires of its component, is checked where this is used.
 */
export function constraintNames(r1cs: R1cs, run: (scope: Scope) => void): string[] {
  const list: { component: string; what: string }[] = []
  const sink: Sink = {
    component: () => () => {},
    constrain: (component, what) => list.push({ component, what }),
  }
  run(new Scope(sink))
  const keys = new Map<string, (string | number)[]>()
  for (const { component } of list) if (!keys.has(component)) keys.set(component, keyOf(component))
  list.sort((a, b) => compare(keys.get(a.component)!, keys.get(b.component)!))
  const names = list.map(({ component, what }) => `${component}: ${what}`)
  for (let i = 0; i < r1cs.linear; i++) names.push(`linear ${i}`)
  return names
}

/** `main.header[0].r2[7]` → main, header, 0, r2, 7. */
function keyOf(path: string): (string | number)[] {
  return path.split(/[.[\]]+/).flatMap((part) => (part === '' ? [] : [/^\d+$/.test(part) ? Number(part) : part]))
}

function compare(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i]!, b[i]!]
    if (x !== y) return x < y ? -1 : 1
  }
  return a.length - b.length
}
