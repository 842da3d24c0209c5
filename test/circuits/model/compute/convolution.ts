import type { Scope } from '../signals.ts'
import { type ReluLayer, weighted } from './perceptron.ts'
import { requantisedRelu } from './requantised-relu.ts'

/** Values by row, column and channel. */
export type Picture = readonly (readonly (readonly bigint[])[])[]

/** Every signal of Convolution with square kernels over inputs of the picture's side. */
export function convolution(s: Scope, layer: ReluLayer, kernel: number, stride: number, given: Picture): Picture {
  const picture = given.map((row, r) =>
    row.map((channels, c) => channels.map((value, k) => s.put(`in[${r}][${c}][${k}]`, value))),
  )
  const places = Math.floor((picture.length - kernel) / stride) + 1
  const range = Array.from({ length: places }, (_, i) => i)
  return range.map((r) =>
    range.map((c) => {
      const seen = picture
        .slice(stride * r, stride * r + kernel)
        .flatMap((row) => row.slice(stride * c, stride * c + kernel).flat())
      return layer.weights.map((weights, k) => {
        const at = `[${r}][${c}][${k}]`
        const sum = weighted(weights, seen, layer.biases[k]!)
        return s.put(`out${at}`, requantisedRelu(s.part(`relu${at}`), layer.bits, layer.shift, sum))
      })
    }),
  )
}
