import { cnnWeights } from '../../../compute/digits-cnn.ts'
import type { Scope } from '../signals.ts'
import { argmax } from './argmax.ts'
import { bytesCommitment } from './bytes-commitment.ts'
import { convolution } from './convolution.ts'
import { weighted } from './perceptron.ts'

/** Every signal of DigitsCnn. */
export function digitsCnn(s: Scope, pixels: readonly bigint[]): void {
  const pixel = pixels.map((value, i) => s.put(`pixel[${i}]`, value))
  s.put('image', bytesCommitment(s.part('commitment'), pixel))
  const rows = Array.from({ length: 28 }, (_, r) => pixel.slice(28 * r, 28 * r + 28).map((value) => [value]))
  const low = convolution(s.part('low'), cnnWeights.low, 5, 2, rows)
  const high = convolution(s.part('high'), cnnWeights.high, 5, 2, low).flat(2)
  const { scores } = cnnWeights
  const score = scores.weights.map((row, k) => s.put(`score[${k}]`, weighted(row, high, scores.biases[k]!)))
  s.put('digit', argmax(s.part('greatest'), scores.bits, score))
}
