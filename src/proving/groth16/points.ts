import { bn254 } from '@noble/curves/bn254.js'
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js'
import { concatBytes } from '../../lib/index.ts'

/**
 * Points of BN254 in 32 bytes (G1) or 64 (G2): the x coordinate, little-endian, on G2 its real part first; the highest bit says that y
 * is the larger of the two that there are, by its imaginary part where that is not 0. Coordinates have 254 bits.
 */
export const G1_BYTES = 32
export const G2_BYTES = 64

export const G1: typeof bn254.G1.Point = bn254.G1.Point
export const G2: typeof bn254.G2.Point = bn254.G2.Point
export type G1Point = InstanceType<typeof G1>
export type G2Point = InstanceType<typeof G2>
type Fp2 = G2Point['x']

/** Why bytes are no point. */
export class PointError extends Error {}

const { Fp, Fp2 } = bn254.fields
const SIGN = 0x80

export function encodeG1(point: G1Point): Uint8Array {
  const { x, y } = point.toAffine()
  return signed(littleEndian(x), y > Fp.neg(y))
}

export function encodeG2(point: G2Point): Uint8Array {
  const { x, y } = point.toAffine()
  return signed(concatBytes(littleEndian(x.c0), littleEndian(x.c1)), isLarger(y))
}

/** Throws PointError for what is not the one form of a point of the curve. The neutral point has none. */
export function decodeG1(bytes: Uint8Array): G1Point {
  const { isSigned, parts } = takeApart(bytes, G1_BYTES)
  const [x = 0n] = parts
  const root = rootOf(Fp, Fp.add(Fp.mul(Fp.sqr(x), x), G1.CURVE().b))
  return G1.fromAffine({ x, y: root > Fp.neg(root) === isSigned ? root : Fp.neg(root) })
}

/** The same, and for points outside of the subgroup of order r: the curve's twist has many more. */
export function decodeG2(bytes: Uint8Array): G2Point {
  const { isSigned, parts } = takeApart(bytes, G2_BYTES)
  const x = Fp2.fromBigTuple(parts as [bigint, bigint])
  const root = rootOf(Fp2, Fp2.add(Fp2.mul(Fp2.sqr(x), x), G2.CURVE().b))
  const point = G2.fromAffine({ x, y: isLarger(root) === isSigned ? root : Fp2.neg(root) })
  if (!point.isTorsionFree()) throw new PointError('a point outside of the subgroup of order r')
  return point
}

function takeApart(
  bytes: Uint8Array,
  length: number,
): { readonly isSigned: boolean; readonly parts: readonly bigint[] } {
  if (bytes.length !== length) throw new PointError(`${bytes.length} bytes; a point has ${length}`)
  const plain = Uint8Array.from(bytes)
  const last = plain[length - 1] as number
  plain[length - 1] = last & ~SIGN
  const parts: bigint[] = []
  for (let at = 0; at < length; at += G1_BYTES) {
    const part = bytesToNumberLE(plain.subarray(at, at + G1_BYTES))
    if (part >= Fp.ORDER) throw new PointError('a coordinate that is not below the field’s order')
    parts.push(part)
  }
  return { isSigned: (last & SIGN) !== 0, parts }
}

function rootOf<Element>(
  field: { sqrt(square: Element): Element; is0(element: Element): boolean },
  square: Element,
): Element {
  let root: Element
  try {
    root = field.sqrt(square)
  } catch {
    throw new PointError('a point that is not on its curve')
  }
  // Of 0 there is one root, and its bit could be either.
  if (field.is0(root)) throw new PointError('a point whose y is 0')
  return root
}

function isLarger({ c0, c1 }: Fp2): boolean {
  return c1 === 0n ? c0 > Fp.neg(c0) : c1 > Fp.neg(c1)
}

function littleEndian(value: bigint): Uint8Array {
  return numberToBytesLE(value, G1_BYTES)
}

function signed(bytes: Uint8Array, isSigned: boolean): Uint8Array {
  const encoded = Uint8Array.from(bytes)
  if (isSigned) encoded[encoded.length - 1] = (encoded.at(-1) as number) | SIGN
  return encoded
}
