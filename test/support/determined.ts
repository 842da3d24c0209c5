import { EquationPool } from './equation-pool.ts'
import { addScaled, bitsFollow, field, invert, type Linear, neverZero, scale } from './linear.ts'
import type { R1cs } from './r1cs.ts'

/**
 * Which wires of a circuit a prover can still choose once those of `given` are fixed. Wires are found to be determined by
 * going through the constraints again and again with five rules, each of them sound over the field:
 *
 *  - *factor*: a sum of unknown wires whose factor in a constraint is never zero;
 *  - *linear*: unknown wires in such sums, as many as there are equations;
 *  - *bits*: unknown wires that are all 0 or 1 by constraints of their own, in a linear equation that has one solution;
 *  - *top bit*: the same where the equation says that what a sum of bits lacks is 0 or 1 itself;
 *  - *is zero*: E·inverse = 1 − out and E·out = 0 determine out, whatever the inverse of zero is said to be.
 *
 * What is left needs another argument or is free.
 */
export function undetermined(r1cs: R1cs, given: Iterable<number>): number[] {
  return new Propagation(r1cs, given).run()
}

type Rows = [Linear, Linear, Linear]

class Propagation {
  readonly #r1cs: R1cs
  readonly #known: Uint8Array
  /** Wires that are 0 or 1 by a constraint of their own. */
  readonly #isBit: Uint8Array
  /** Sums that are 0 or 1 by the constraint of this number. */
  readonly #bitSums = new Map<number, Linear>()
  /** By wire, the sums in which it occurs without being a bit: the compiler solved a bit away there. */
  readonly #within = new Map<number, Linear[]>()
  readonly #uses: number[][]
  readonly #pool: EquationPool
  readonly #queue: number[] = []
  readonly #queued: Uint8Array

  constructor(r1cs: R1cs, given: Iterable<number>) {
    this.#r1cs = r1cs
    this.#known = new Uint8Array(r1cs.wires)
    this.#isBit = new Uint8Array(r1cs.wires)
    this.#queued = new Uint8Array(r1cs.constraints)
    this.#uses = Array.from({ length: r1cs.wires }, () => [])
    this.#pool = new EquationPool((wire) => this.#known[wire] === 1)
    this.#known[0] = 1
    for (const wire of given) this.#known[wire] = 1
    for (let i = 0; i < r1cs.constraints; i++) {
      for (const wire of this.#wiresOf(i)) this.#uses[wire]?.push(i)
      this.#noteBit(i)
    }
    for (const sum of this.#bitSums.values()) {
      for (const wire of sum.keys()) {
        if (wire === 0 || this.#isBit[wire] === 1) continue
        const sums = this.#within.get(wire)
        if (sums === undefined) this.#within.set(wire, [sum])
        else sums.push(sum)
      }
    }
  }

  run(): number[] {
    for (let i = 0; i < this.#r1cs.constraints; i++) this.#enqueue(i)
    for (let at = 0; at < this.#queue.length; at++) {
      const i = this.#queue[at] as number
      this.#queued[i] = 0
      const found = [...this.#conclude(i)]
      for (let wire = found.pop(); wire !== undefined; wire = found.pop()) {
        if (this.#known[wire] === 1) continue
        this.#known[wire] = 1
        for (const user of this.#uses[wire] as number[]) this.#enqueue(user)
        found.push(...this.#pool.becameKnown(wire))
      }
    }
    return [...this.#known.keys()].filter((wire) => this.#known[wire] === 0)
  }

  #enqueue(i: number): void {
    if (this.#queued[i] === 1) return
    this.#queued[i] = 1
    this.#queue.push(i)
  }

  #wiresOf(i: number): Set<number> {
    const { starts, termWire } = this.#r1cs
    const wires = new Set(termWire.subarray(starts[3 * i], starts[3 * i + 3]))
    wires.delete(0)
    return wires
  }

  #row(row: number): Linear {
    const { starts, termWire, termCoefficient, coefficients } = this.#r1cs
    const out: Linear = new Map()
    for (let t = starts[row] as number; t < (starts[row + 1] as number); t++) {
      out.set(termWire[t] as number, coefficients[termCoefficient[t] as number] as bigint)
    }
    return out
  }

  /** A·(λA + μ) = 0: then A is 0 or −μ/λ. */
  #noteBit(i: number): void {
    const starts = this.#r1cs.starts
    const [from, middle, end, last] = [0, 1, 2, 3].map((k) => starts[3 * i + k]) as [number, number, number, number]
    // C has no terms, A and B differ in a constant at most.
    if (last !== end || from === middle || Math.abs(2 * middle - from - end) > 1) return
    const [a, b] = [this.#row(3 * i), this.#row(3 * i + 1)]
    const wire = [...a.keys()].find((one) => one !== 0)
    if (wire === undefined || !b.has(wire)) return
    const factor = (b.get(wire) as bigint) * invert(a.get(wire) as bigint)
    const rest = addScaled(b, a, -factor)
    if (rest.size !== 1 || !rest.has(0)) return
    const sum = scale(a, invert(-(rest.get(0) as bigint) * invert(factor)))
    this.#bitSums.set(i, sum)
    const [constant, own] = [sum.get(0) ?? 0n, sum.get(wire)]
    const alone = sum.size === (sum.has(0) ? 2 : 1)
    if (alone && ((constant === 0n && own === 1n) || (constant === 1n && own === -1n))) this.#isBit[wire] = 1
  }

  /** Wires that this constraint determines by what is known. */
  #conclude(i: number): readonly number[] {
    const unknown = [...this.#wiresOf(i)].filter((wire) => this.#known[wire] === 0)
    if (unknown.length === 0) return []
    const sum = this.#bitSums.get(i)
    if (sum !== undefined) {
      // Where nothing of the sum is known, the constraint says no more than that it is a bit.
      const something = sum.size - (sum.has(0) ? 1 : 0) > unknown.length
      return something && this.#bitsFollow(sum, [1n], sum) ? unknown : []
    }
    const rows = [0, 1, 2].map((k) => this.#pool.reduce(this.#row(3 * i + k)))
    const [a, b, c] = rows as Rows
    const left = new Set(rows.flatMap((row) => [...row.keys()].filter((wire) => this.#known[wire] === 0)))
    return this.#solve([...left], a, b, c)
  }

  #solve(unknown: readonly number[], a: Linear, b: Linear, c: Linear): readonly number[] {
    const sum = this.#knownSum(a, b, c)
    if (sum === null) return this.#isZero(a, b, c)
    return this.#bitsFollow(sum, []) ? unknown : this.#learn(sum)
  }

  /** The sum of unknown wires that (a + αY)·(b + βY) = c + γY determines, Y being all of them that occur anywhere. */
  #knownSum(a: Linear, b: Linear, c: Linear): Linear | null {
    const [inA, inB, inC] = [a, b, c].map(
      (row) => new Map([...row].filter(([wire]) => this.#known[wire] === 0)),
    ) as Rows
    if (inA.size > 0 && inB.size > 0) return null
    const [within, factor] = inA.size > 0 ? [inA, b] : [inB, a]
    if (within.size === 0) return inC
    const [first] = within.keys()
    const [own, other] = [within.get(first as number) as bigint, inC.get(first as number) ?? 0n]
    if (addScaled(inC, within, -other * invert(own)).size > 0) return null
    const multiple = addScaled(scale(factor, own), new Map([[0, 1n]]), -other)
    const constant = (wire: number) => wire === 0
    const inBits = this.#inBits(multiple, constant, constant)
    return inBits !== null && neverZero(inBits.constant, inBits.coefficients) ? within : null
  }

  /** The sum is known. What uses its wires may be known by that alone. */
  #learn(sum: Linear): readonly number[] {
    const found = this.#pool.add(sum)
    if (found === null) return []
    for (const wire of sum.keys()) {
      if (this.#known[wire] === 0) for (const user of this.#uses[wire] as number[]) this.#enqueue(user)
    }
    return found
  }

  /** Whether the unknown wires of a sum that is known follow from it; `more`: coefficients of further bits in it. */
  #bitsFollow(sum: Linear, more: readonly bigint[], own?: Linear): boolean {
    const unknown = new Map([...sum].filter(([wire]) => this.#known[wire] === 0))
    const known = (wire: number) => this.#known[wire] === 1
    // A wire may be part of several sums of bits: of those that bring as few new wires, one or the other is of help.
    return [known, () => false].some((uncounted) => {
      const inBits = this.#inBits(unknown, known, uncounted, own)
      return inBits !== null && bitsFollow([...more, ...inBits.coefficients])
    })
  }

  /**
   * A sum as one of bits, those put back that the compiler solved away; null where it is none. `ignored` wires are left
   * out, `uncounted` ones do not count as new.
   */
  #inBits(sum: Linear, ignored: (wire: number) => boolean, uncounted: (wire: number) => boolean, own?: Linear) {
    const others = (of: Linear) => [...of.keys()].filter((wire) => this.#isBit[wire] === 0 && !ignored(wire))
    const coefficients: bigint[] = []
    let reduced = sum
    for (let left = others(reduced); left.length > 0; left = others(reduced)) {
      const wire = left[0] as number
      let best: { readonly reduced: Linear; readonly cost: number; readonly factor: bigint } | undefined
      for (const bit of this.#within.get(wire) ?? []) {
        if (bit === own) continue
        const factor = field((reduced.get(wire) as bigint) * invert(bit.get(wire) as bigint))
        const next = addScaled(reduced, bit, -factor)
        if (others(next).length >= left.length) continue
        // Of several, the one that brings the fewest new wires is about the same bits.
        const cost = [...next.keys()].filter((one) => !reduced.has(one) && !uncounted(one)).length
        if (best === undefined || cost < best.cost) best = { reduced: next, cost, factor }
      }
      if (best === undefined) return null
      coefficients.push(best.factor)
      reduced = best.reduced
    }
    for (const [wire, coefficient] of reduced) if (!ignored(wire)) coefficients.push(coefficient)
    return { constant: reduced.get(0) ?? 0n, coefficients }
  }

  /** E·inverse = K − λ·D, where E is known and the inverse occurs nowhere else, and E·D = 0 elsewhere: D is determined. */
  #isZero(a: Linear, b: Linear, c: Linear): readonly number[] {
    const known = (of: Linear) => [...of.keys()].every((wire) => this.#known[wire] === 1)
    for (const [e, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const [inverse] = other.keys()
      if (other.size !== 1 || inverse === undefined || this.#uses[inverse]?.length !== 1 || !known(e)) continue
      const [first] = [...c.keys()].filter((wire) => this.#known[wire] === 0)
      for (const user of first === undefined ? [] : (this.#uses[first] as number[])) {
        const of = this.#zeroed(user, e)
        const same = of?.get(first as number)
        if (of === null || same === undefined) continue
        const rest = addScaled(c, of, -(c.get(first as number) as bigint) * invert(same))
        if (known(rest)) return this.#learn(of)
      }
    }
    return []
  }

  /** D where constraint i is E·D = 0, up to a factor. */
  #zeroed(i: number, e: Linear): Linear | null {
    if (this.#row(3 * i + 2).size > 0) return null
    const [a, b] = [this.#row(3 * i), this.#row(3 * i + 1)]
    const [first] = e.keys()
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const same = first === undefined ? undefined : other.get(first)
      if (same === undefined || other.size !== e.size) continue
      if (addScaled(other, e, -same * invert(e.get(first as number) as bigint)).size === 0) return one
    }
    return null
  }
}
