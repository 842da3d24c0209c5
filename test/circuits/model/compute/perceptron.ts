import type { Scope } from '../signals.ts'
import { argmax } from './argmax.ts'
import { requantisedRelu } from './requantised-relu.ts'

/** A layer of a model in integers, as training writes it. */
export interface Layer {
  readonly bits: number
  readonly biases: readonly number[]
  readonly weights: readonly (readonly number[])[]
}
export interface ReluLayer extends Layer {
  readonly shift: number
}

/** Every signal of Perceptron: class and scores. */
export function perceptron(s: Scope, hidden: ReluLayer, scores: Layer, given: readonly bigint[]) {
  const input = given.map((value, i) => s.put(`in[${i}]`, value))
  const values = hidden.weights.map((row, j) =>
    requantisedRelu(s.part(`hidden[${j}]`), hidden.bits, hidden.shift, weighted(row, input, hidden.biases[j]!)),
  )
  const score = scores.weights.map((row, k) => s.put(`score[${k}]`, weighted(row, values, scores.biases[k]!)))
  return { class: s.put('class', argmax(s.part('greatest'), scores.bits, score)), score }
}

export function weighted(weights: readonly number[], values: readonly bigint[], bias: number): bigint {
  return weights.reduce((sum, weight, i) => sum + BigInt(weight) * values[i]!, BigInt(bias))
}
