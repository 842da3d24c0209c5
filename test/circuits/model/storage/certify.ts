import { tagged } from '../accumulator.ts'
import type { Scope } from '../signals.ts'
import { drawnUnit } from './draw.ts'
import { openedUnit } from './opening.ts'

/** Inputs of CertifyStep as the circuit names them. */
export interface CertifySignals {
  readonly state: readonly bigint[]
  readonly encoded: readonly (readonly bigint[])[]
  readonly children: readonly (readonly (readonly bigint[])[])[]
}

/** Every signal of CertifyStep. */
export function certify(s: Scope, given: CertifySignals): void {
  const state = given.state.map((value, i) => s.put(`state[${i}]`, value)) as [bigint, bigint, bigint, bigint, bigint]
  const [base, , count, seed, sample] = state
  given.encoded.forEach((unit, at) => {
    const encoded = unit.map((value, i) => s.put(`encoded[${at}][${i}]`, value))
    const children = given.children[at]!.map((level, k) =>
      level.map((child, i) => s.put(`children[${at}][${k}][${i}]`, child)),
    )
    const beta = tagged(s.part(`beta[${at}]`), 25n, [seed, sample + BigInt(at)])
    const bit = drawnUnit(s.part(`draw[${at}]`), 16, { beta, count })
    openedUnit(s.part(`opened[${at}]`), { base, bit, encoded, children })
  })
  for (const [i, value] of state.entries()) s.put(`next[${i}]`, i === 4 ? value + BigInt(given.encoded.length) : value)
}
