import { digitWeights } from '../../../compute/digits.ts'
import type { Scope } from '../signals.ts'
import { argmax } from './argmax.ts'
import { bytesCommitment } from './bytes-commitment.ts'
import { requantisedRelu } from './requantised-relu.ts'

const { hidden, scores } = digitWeights

/** Every signal of Digits. */
export function digits(s: Scope, pixels: readonly bigint[]): void {
  const pixel = pixels.map((value, i) => s.put(`pixel[${i}]`, value))
  s.put('image', bytesCommitment(s.part('commitment'), pixel))
  const values = hidden.weights.map((row, j) =>
    requantisedRelu(s.part(`hidden[${j}]`), hidden.bits, hidden.shift, weighted(row, pixel, hidden.biases[j]!)),
  )
  const score = scores.weights.map((row, k) => s.put(`score[${k}]`, weighted(row, values, scores.biases[k]!)))
  s.put('digit', argmax(s.part('greatest'), scores.bits, score))
}

function weighted(weights: readonly number[], values: readonly bigint[], bias: number): bigint {
  return weights.reduce((sum, weight, i) => sum + BigInt(weight) * values[i]!, BigInt(bias))
}
