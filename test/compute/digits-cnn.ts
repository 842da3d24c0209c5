import { readFileSync } from 'node:fs'
import { commitmentOf, digitOf } from './digits.ts'

// graphs/digits-cnn as a program: what the circuit must say, in plain integers.

export const DIGITS_CNN_CIRCUIT = new URL('../../graphs/digits-cnn/digits-cnn.circom', import.meta.url)

interface Layer {
  readonly bits: number
  readonly biases: readonly number[]
  readonly weights: readonly (readonly number[])[]
}
type Convolution = Layer & { readonly shift: number }

export const cnnWeights = JSON.parse(
  readFileSync(new URL('../../graphs/digits-cnn/weights.json', import.meta.url), 'utf8'),
) as { readonly low: Convolution; readonly high: Convolution; readonly scores: Layer }

/** Sums of a layer, by row, column and channel: each place sees 5 × 5 places below, every second one. */
export function convolutionSums({ weights, biases }: Layer, side: number, values: ArrayLike<number>): number[] {
  const channels = values.length / side ** 2
  const places = Math.floor((side - 5) / 2) + 1
  const sums: number[] = []
  for (let place = 0; place < places ** 2; place++) {
    const [top, left] = [2 * Math.floor(place / places), 2 * (place % places)]
    for (const [c, kernel] of weights.entries()) {
      let sum = biases[c]!
      let at = 0
      for (let row = top; row < top + 5; row++) {
        for (let column = left; column < left + 5; column++) {
          for (let channel = 0; channel < channels; channel++) {
            sum += kernel[at++]! * values[(row * side + column) * channels + channel]!
          }
        }
      }
      sums.push(sum)
    }
  }
  return sums
}

export const cutOff = (sums: readonly number[], { shift }: Convolution): number[] =>
  sums.map((sum) => Math.max(0, Math.floor(sum / 2 ** shift)))

/** Sums of both layers and the scores. */
export function cnnValues(pixels: Uint8Array) {
  const { low, high, scores } = cnnWeights
  const lowSums = convolutionSums(low, 28, pixels)
  const highSums = convolutionSums(high, 12, cutOff(lowSums, low))
  const last = cutOff(highSums, high)
  const score = scores.weights.map((row, k) =>
    row.reduce((sum, weight, i) => sum + weight * last[i]!, scores.biases[k]!),
  )
  return { lowSums, highSums, scores: score, digit: digitOf(score) }
}

/** The public values of a run: digit, commitment, scores. */
export function cnnOutputs(pixels: Uint8Array): bigint[] {
  const { digit, scores } = cnnValues(pixels)
  return [BigInt(digit), commitmentOf(pixels), ...scores.map(BigInt)]
}
