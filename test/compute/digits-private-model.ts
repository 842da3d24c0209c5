import { readFileSync } from 'node:fs'
import { commitmentOf, digitOf } from './digits.ts'
import { saltedOf } from './salted.ts'

// graphs/digits-private-model as a program: what the circuit must say, in plain integers.

export const PRIVATE_MODEL_CIRCUIT = new URL(
  '../../graphs/digits-private-model/digits-private-model.circom',
  import.meta.url,
)
const [INPUTS, HIDDEN, DIGITS] = [144, 15, 10]

/** The model that training made, as the bytes that the circuit takes. */
const { weights } = JSON.parse(
  readFileSync(new URL('../../graphs/digits-private-model/vectors/model.json', import.meta.url), 'utf8'),
) as { readonly weights: readonly string[] }
export const trainedModel = Uint8Array.from(weights, Number)

/** A model out of its bytes. */
export function readModel(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const rows = (count: number, length: number, from: number) =>
    Array.from({ length: count }, (_, k) => Array.from({ length }, (_, i) => bytes[from + k * length + i]! - 128))
  const biases = (count: number, from: number) =>
    Array.from({ length: count }, (_, k) => {
      const at = from + 3 * k
      return view.getUint16(at, true) + view.getUint8(at + 2) * 65_536 - 2 ** 23
    })
  const scoresFrom = HIDDEN * INPUTS
  const biasesFrom = scoresFrom + DIGITS * HIDDEN
  return {
    hidden: { weights: rows(HIDDEN, INPUTS, 0), biases: biases(HIDDEN, biasesFrom) },
    scores: { weights: rows(DIGITS, HIDDEN, scoresFrom), biases: biases(DIGITS, biasesFrom + 3 * HIDDEN) },
  }
}

/** Sums of 2 × 2 pixels, of rows and columns 2 to 25. */
export function pooled(pixels: Uint8Array): number[] {
  const sums: number[] = []
  for (let row = 2; row < 26; row += 2) {
    for (let column = 2; column < 26; column += 2) {
      sums.push([0, 1, 28, 29].reduce((sum, beside) => sum + pixels[28 * row + column + beside]!, 0))
    }
  }
  return sums
}

export function privateModelValues(model: Uint8Array, pixels: Uint8Array) {
  const { hidden, scores } = readModel(model)
  const dot = (row: readonly number[], values: readonly number[], bias: number) =>
    row.reduce((sum, weight, i) => sum + weight * values[i]!, bias)
  const inputs = pooled(pixels)
  const hiddenSums = hidden.weights.map((row, j) => dot(row, inputs, hidden.biases[j]!))
  const values = hiddenSums.map((sum) => Math.max(0, Math.floor(sum / 4096)))
  const score = scores.weights.map((row, k) => dot(row, values, scores.biases[k]!))
  return { hiddenSums, scores: score, digit: digitOf(score) }
}

/** The public values of a run: digit, commitment to the image, salted commitment to the model. */
export function privateModelOutputs(model: Uint8Array, salt: bigint, pixels: Uint8Array): bigint[] {
  const { digit } = privateModelValues(model, pixels)
  return [BigInt(digit), commitmentOf(pixels), saltedOf(commitmentOf(model), salt)]
}
