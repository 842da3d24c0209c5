/** Core: serialize.h, WriteCompactSize: the shortest form of a number below 2^32. */
export function compactSize(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) throw new RangeError(`${value} is no size`)
  const bytes = value < 253 ? 1 : value < 0x1_0000 ? 3 : 5
  const out = new Uint8Array(bytes)
  const view = new DataView(out.buffer)
  if (bytes === 1) view.setUint8(0, value)
  else view.setUint8(0, bytes === 3 ? 253 : 254)
  if (bytes === 3) view.setUint16(1, value, true)
  if (bytes === 5) view.setUint32(1, value, true)
  return out
}
