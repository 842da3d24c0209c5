import { FIELD_MODULUS as P } from '../../src/bus/field.ts'

/**
 * A circuit's constraints A·B = C, from circom's .r1cs file, and whether a complete witness vector meets them. This is
 * what a prover is held to: the witness generator's own asserts play no part here.
 */
export interface R1cs {
  readonly wires: number
  readonly outputs: number
  readonly publicInputs: number
  readonly privateInputs: number
  readonly constraints: number
  /** How many constraints have an empty A or B: linear ones. */
  readonly linear: number
  /** Rows 3i, 3i+1, 3i+2 are A, B, C of constraint i; row r holds terms starts[r] to starts[r + 1]. */
  readonly starts: Uint32Array
  readonly termWire: Uint32Array
  readonly termCoefficient: Uint32Array
  /** Distinct coefficients, the representative of least magnitude. */
  readonly coefficients: readonly bigint[]
}

export class R1csError extends Error {
  readonly code = 'E_R1CS'
}

const FIELD_LENGTH = 32
const HEADER = 1
const CONSTRAINTS = 2
const WIRES_TO_LABELS = 3

/** Refuses anything circom would not write: unknown lengths, another field, wires or coefficients out of range. */
export function readR1cs(bytes: Uint8Array): R1cs {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const need = (good: boolean, what: string) => {
    if (!good) throw new R1csError(what)
  }
  need(buffer.length >= 12 && buffer.toString('latin1', 0, 4) === 'r1cs', 'no r1cs file')
  need(buffer.readUInt32LE(4) === 1, 'not version 1')
  const sections = new Map<number, { at: number; end: number }>()
  let at = 12
  for (let i = buffer.readUInt32LE(8); i > 0; i--) {
    need(at + 12 <= buffer.length, 'a section is cut off')
    const type = buffer.readUInt32LE(at)
    const end = at + 12 + Number(buffer.readBigUInt64LE(at + 4))
    need(end <= buffer.length && !sections.has(type), `section ${type} is cut off or there twice`)
    sections.set(type, { at: at + 12, end })
    at = end
  }
  need(at === buffer.length, 'trailing bytes')

  const header = sections.get(HEADER)
  need(header !== undefined && header.end - header.at === 32 + FIELD_LENGTH, 'header of another length')
  const h = header!.at
  need(buffer.readUInt32LE(h) === FIELD_LENGTH && readField(buffer, h + 4) === P, 'not over the BN254 scalar field')
  const counts = [0, 4, 8, 12].map((offset) => buffer.readUInt32LE(h + 36 + offset))
  const [wires, outputs, publicInputs, privateInputs] = counts as [number, number, number, number]
  const constraints = buffer.readUInt32LE(h + 60)
  const labels = sections.get(WIRES_TO_LABELS)
  need(labels !== undefined && labels.end - labels.at === 8 * wires, 'map of wires of another length')

  const body = sections.get(CONSTRAINTS)
  need(body !== undefined, 'no constraints')
  const starts = new Uint32Array(3 * constraints + 1)
  const most = Math.floor((body!.end - body!.at - 12 * constraints) / 36)
  const termWire = new Uint32Array(most)
  const termCoefficient = new Uint32Array(most)
  const coefficients: bigint[] = []
  const known = new Map<string, number>()
  let terms = 0
  let linear = 0
  at = body!.at
  for (let row = 0; row < 3 * constraints; row++) {
    need(at + 4 <= body!.end, 'constraints are cut off')
    const count = buffer.readUInt32LE(at)
    at += 4
    need(at + 36 * count <= body!.end, 'constraints are cut off')
    if (row % 3 === 0 && (count === 0 || buffer.readUInt32LE(at + 36 * count) === 0)) linear++
    for (let i = 0; i < count; i++, at += 36, terms++) {
      const wire = buffer.readUInt32LE(at)
      need(wire < wires, `wire ${wire} of ${wires}`)
      const key = buffer.toString('latin1', at + 4, at + 36)
      let index = known.get(key)
      if (index === undefined) {
        const value = readField(buffer, at + 4)
        need(value > 0n && value < P, 'a coefficient is zero or not canonical')
        index = coefficients.push(value > P / 2n ? value - P : value) - 1
        known.set(key, index)
      }
      termWire[terms] = wire
      termCoefficient[terms] = index
    }
    starts[row + 1] = terms
  }
  need(at === body!.end, 'bytes after the last constraint')
  return {
    wires,
    outputs,
    publicInputs,
    privateInputs,
    constraints,
    linear,
    starts,
    termWire,
    termCoefficient,
    coefficients,
  }
}

function readField(buffer: Buffer, at: number): bigint {
  let value = 0n
  for (let limb = 3; limb >= 0; limb--) value = (value << 64n) | buffer.readBigUInt64LE(at + 8 * limb)
  return value
}

/** A witness file's bytes (wires × 32, little-endian) as numbers. */
export function decodeWitness(bytes: Uint8Array): bigint[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: buffer.length / FIELD_LENGTH }, (_, i) => readField(buffer, i * FIELD_LENGTH))
}
