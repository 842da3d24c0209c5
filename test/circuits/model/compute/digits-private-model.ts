import type { Scope } from '../signals.ts'
import { argmax } from './argmax.ts'
import { bytesCommitment } from './bytes-commitment.ts'
import { dense } from './dense.ts'
import { requantisedRelu } from './requantised-relu.ts'
import { salted } from './salted.ts'

export interface PrivateModelInput {
  readonly pixels: readonly bigint[]
  readonly weights: readonly bigint[]
  readonly salt: bigint
}

/** Every signal of DigitsPrivateModel. */
export function digitsPrivateModel(s: Scope, given: PrivateModelInput): void {
  const pixel = given.pixels.map((value, i) => s.put(`pixel[${i}]`, value))
  const weights = given.weights.map((value, i) => s.put(`weights[${i}]`, value))
  const salt = s.put('salt', given.salt)
  s.put('image', bytesCommitment(s.part('pixels'), pixel))
  s.put('model', salted(s.part('salted'), bytesCommitment(s.part('bytes'), weights), salt))
  const rows = (units: number, count: number, from: number) =>
    Array.from({ length: units }, (_, j) =>
      Array.from({ length: count }, (_, i) => weights[from + count * j + i]! - 128n),
    )
  const biases = (units: number, from: number) =>
    Array.from({ length: units }, (_, j) => {
      const [low, middle, high] = weights.slice(from + 3 * j, from + 3 * j + 3) as [bigint, bigint, bigint]
      return low + 256n * middle + 65_536n * high - (1n << 23n)
    })
  const corners = Array.from({ length: 144 }, (_, i) => 28 * (2 + 2 * Math.floor(i / 12)) + 2 + 2 * (i % 12))
  const sums = corners.map((at) => pixel[at]! + pixel[at + 1]! + pixel[at + 28]! + pixel[at + 29]!)
  const low = dense(s.part('low'), 25, sums, rows(15, 144, 0), biases(15, 2310))
  const hidden = low.map((sum, j) => requantisedRelu(s.part(`hidden[${j}]`), 25, 12, sum))
  const scores = dense(s.part('high'), 25, hidden, rows(10, 15, 2160), biases(10, 2355))
  s.put('digit', argmax(s.part('greatest'), 26, scores))
}
