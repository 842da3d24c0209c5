import type { R1cs } from './r1cs.ts'

/** A sum's coefficients by wire; wire 0 is the constant one. */
export type Row = Readonly<Record<number, bigint>>

/** A circuit from its constraints A·B = C. */
export function smallCircuit(wires: number, constraints: readonly (readonly [Row, Row, Row])[]): R1cs {
  const rows = constraints.flat().map((row) => Object.entries(row).map(([wire, c]) => [Number(wire), c] as const))
  const coefficients = [...new Set(rows.flat().map(([, c]) => c))]
  return {
    ...{ wires, outputs: 0, publicInputs: 0, privateInputs: 0, constraints: constraints.length, linear: 0 },
    starts: Uint32Array.from([0, ...rows.map((_, i) => rows.slice(0, i + 1).flat().length)]),
    termWire: Uint32Array.from(rows.flat().map(([wire]) => wire)),
    termCoefficient: Uint32Array.from(rows.flat().map(([, c]) => coefficients.indexOf(c))),
    coefficients,
  }
}
