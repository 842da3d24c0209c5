/** Sections of a powers-of-tau file (iden3's binary container), to take apart and put together otherwise. */
export interface PtauSection {
  readonly type: number
  readonly body: Uint8Array
}

export const SECTION = { header: 1, tauG1: 2, tauG2: 3, firstLagrange: 12 } as const

const FIELD_BYTES = 32
const G1_BYTES = 2 * FIELD_BYTES
const G2_BYTES = 4 * FIELD_BYTES
const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n

export function readPtau(bytes: Uint8Array): PtauSection[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const sections: PtauSection[] = []
  for (let at = 12; at < bytes.length; ) {
    const length = Number(view.getBigUint64(at + 4, true))
    sections.push({ type: view.getUint32(at, true), body: bytes.subarray(at + 12, at + 12 + length) })
    at += 12 + length
  }
  return sections
}

export function writePtau(sections: readonly PtauSection[]): Uint8Array {
  const parts: Uint8Array[] = [new TextEncoder().encode('ptau'), number(4, 1n), number(4, BigInt(sections.length))]
  for (const { type, body } of sections) parts.push(number(4, BigInt(type)), number(8, BigInt(body.length)), body)
  return Buffer.concat(parts)
}

function number(bytes: number, value: bigint): Uint8Array {
  const out = new Uint8Array(bytes)
  for (let i = 0, rest = value; i < bytes; i++, rest >>= 8n) out[i] = Number(rest & 0xffn)
  return out
}

/** Replaces one section's content. */
export function changed(
  sections: readonly PtauSection[],
  type: number,
  change: (body: Uint8Array) => Uint8Array,
): PtauSection[] {
  return sections.map((section) => (section.type === type ? { type, body: change(section.body.slice()) } : section))
}

/** Two points of G1 in each other's place: still points, no longer powers. */
export function swapPoints(body: Uint8Array, i: number, j: number): Uint8Array {
  const first = body.slice(i * G1_BYTES, (i + 1) * G1_BYTES)
  body.copyWithin(i * G1_BYTES, j * G1_BYTES, (j + 1) * G1_BYTES)
  body.set(first, j * G1_BYTES)
  return body
}

/** τ·G2, canonical: what a pin holds. The file has it in Montgomery form. */
export function tauG2(sections: readonly PtauSection[]): Uint8Array {
  const points = sections.find(({ type }) => type === SECTION.tauG2)?.body
  if (points === undefined) throw new Error('no powers in G2')
  const inverse = modPow((1n << 256n) % Q, Q - 2n)
  const out = new Uint8Array(G2_BYTES)
  for (let at = 0; at < G2_BYTES; at += FIELD_BYTES) {
    let value = 0n
    for (let i = FIELD_BYTES - 1; i >= 0; i--) value = (value << 8n) | BigInt(points[G2_BYTES + at + i] ?? 0)
    out.set(number(FIELD_BYTES, (value * inverse) % Q), at)
  }
  return out
}

function modPow(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let b = base, e = exponent; e > 0n; e >>= 1n, b = (b * b) % Q) if (e & 1n) result = (result * b) % Q
  return result
}
