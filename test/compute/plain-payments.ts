/** What a transaction's outputs pay to a script, read plainly: a second reading beside the circuit's and src/bitcoin's. */
export interface Paid {
  readonly outputs: bigint
  readonly sum: bigint
}

/** Null where the bytes are not exactly one transaction without a witness. */
export function plainPayments(bytes: Uint8Array, script: Uint8Array): Paid | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 4
  const size = (): number => {
    const first = view.getUint8(at++)
    if (first < 253) return first
    const [length, least] = first === 253 ? [2, 253] : first === 254 ? [4, 65_536] : [0, Number.NaN]
    const value = length === 2 ? view.getUint16(at, true) : length === 4 ? view.getUint32(at, true) : -1
    if (!(value >= least)) throw new RangeError('not the shortest form')
    at += length
    return value
  }
  const paid = { outputs: 0n, sum: 0n }
  try {
    const inputs = size()
    for (let input = 0; input < inputs; input++) {
      at += 36
      const length = size()
      at += length + 4
    }
    const outputs = size()
    for (let output = 0; output < outputs; output++) {
      const value = view.getBigUint64(at, true)
      at += 8
      const length = size()
      const own = bytes.subarray(at, at + length)
      at += length
      if (own.length !== script.length || own.some((byte, i) => byte !== script[i])) continue
      paid.outputs++
      paid.sum += value
    }
    return inputs > 0 && outputs > 0 && at + 4 === bytes.length ? paid : null
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
