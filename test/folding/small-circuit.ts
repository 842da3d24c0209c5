/** A small step circuit as bytes, no compiler needed: state (a, b) and a private x become ((a + x)² + b, b + 1). */

export const FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617n

export type State = readonly [bigint, bigint]

function number(value: bigint | number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 255n))
}

export function elements(...values: readonly bigint[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => number(value, 32)))
}

/** The wires that are summed in A, in B and in C of one constraint. */
export type Row = readonly [readonly number[], readonly number[], readonly number[]]

/** An `.r1cs` file, its rows of coefficients one. */
export function r1csFile(
  counts: { readonly wires: number; readonly outputs: number; readonly inputs: number; readonly privates: number },
  rows: readonly Row[],
  prime = FIELD,
): Uint8Array {
  const u32 = (value: number) => number(value, 4)
  const { wires } = counts
  const header = [wires, counts.outputs, counts.inputs, counts.privates].flatMap(u32)
  const combination = (wires: readonly number[]) => [
    ...u32(wires.length),
    ...wires.flatMap((wire) => [...u32(wire), ...number(1, 32)]),
  ]
  const sections: [number, number[]][] = [
    [1, [...u32(32), ...number(prime, 32), ...header, ...number(wires, 8), ...u32(rows.length)]],
    [2, rows.flatMap((row) => row.flatMap(combination))],
    [3, Array.from({ length: wires }, (_, label) => number(label, 8)).flat()],
  ]
  return Uint8Array.from([
    ...new TextEncoder().encode('r1cs'),
    ...u32(1),
    ...u32(sections.length),
    ...sections.flatMap(([kind, content]) => [...u32(kind), ...number(content.length, 8), ...content]),
  ])
}

/** The `.r1cs` file; wires are 1, a', b', a, b, x, (a + x)². */
export function smallCircuit(prime = FIELD): Uint8Array {
  const rows: readonly Row[] = [
    [[3, 5], [3, 5], [6]],
    [[6, 4], [0], [1]],
    [[4, 0], [0], [2]],
  ]
  return r1csFile({ wires: 7, outputs: 2, inputs: 2, privates: 1 }, rows, prime)
}

export function step([a, b]: State, x: bigint): { readonly witness: Uint8Array; readonly next: State } {
  const square = (a + x) ** 2n % FIELD
  const next: State = [(square + b) % FIELD, b + 1n]
  return { witness: elements(1n, ...next, a, b, x, square), next }
}
