import { blockHash, type Header, headerHash } from '../../src/bitcoin/index.ts'
import { type Accumulator, append, emptyAccumulator, leafOf } from '../../src/bus/index.ts'
import { type StreamHeader, type StreamState, streamStep } from '../../src/compute/stream/header-stream.ts'
import { logOf } from '../../src/compute/stream/log.ts'
import { poseidon } from '../bus/poseidon-reference.ts'
import type { StreamSignals } from './model/compute/header-stream.ts'
import { statistics } from './model/compute/statistics.ts'
import { modelInput } from './storage-circuit.ts'

/** Of test/circuits/mains/header-stream.circom. */
export const LEVELS = 3
export const LENGTH = 12
export const each = statistics(LENGTH, 4)

/** Headers with these times from a height on, joined by nothing: that they are a chain is the bus's to prove. */
export function headersAt(from: number, times: readonly number[]): StreamHeader[] {
  return times.map((time, i) => {
    const header: Header = {
      ...{ version: 4, prevHash: blockHash(new Uint8Array(32)) },
      ...{ merkleRoot: new Uint8Array(32).fill(i), time, bits: 0x207fffff - from - i, nonce: i },
    }
    return { height: from + i, hash: headerHash(header), header }
  })
}

/** What Statistics says of headers, computed plainly. */
export function plainStatistics(headers: readonly StreamHeader[], length: number) {
  const log: bigint[] = []
  let [first, last, bits, greatest, begun] = [0, 0, 0, 0n, false]
  for (const { height, header } of headers) {
    const over = begun && height % length === 0
    if (over) {
      const low = BigInt(first) | (BigInt(last) << 32n) | (BigInt(bits) << 64n) | (BigInt(height - 1) << 96n)
      log.push(low | (greatest << 128n))
    }
    if (over || !begun) [first, bits, greatest] = [header.time, header.bits, 0n]
    if (begun) {
      const interval = BigInt(header.time - last) + 2n ** 32n
      if (interval > greatest) greatest = interval
    }
    last = header.time
    begun = true
  }
  return { log, own: [BigInt(first), BigInt(last), BigInt(bits), greatest, begun ? 1n : 0n] }
}

/** What a stream has come to after these headers, whose history is given, by the plain computation. */
export function stateOf(history: Accumulator, headers: readonly StreamHeader[]): StreamState {
  const { log, own } = plainStatistics(headers, LENGTH)
  return { history, log: logOf(poseidon, log), own }
}

/** The same, with the history as the bus appends to it. */
export function stateAfter(headers: readonly StreamHeader[]): StreamState {
  const history = headers.reduce<Accumulator>(
    (list, { height, hash, header }) => append(poseidon, list, leafOf(height, hash, header)),
    emptyAccumulator(poseidon),
  )
  return stateOf(history, headers)
}

/** Signals of the step that takes `taken` headers after those `before`. */
export function stepOf(before: readonly StreamHeader[], taken: readonly StreamHeader[]): StreamSignals {
  return modelInput(streamStep(poseidon, stateAfter(before), taken, LEVELS).input)
}
