import { digitWeights } from '../../../compute/digits.ts'
import type { Scope } from '../signals.ts'
import { bytesCommitment } from './bytes-commitment.ts'
import { perceptron } from './perceptron.ts'
import { salted } from './salted.ts'

/** Every signal of Digits. */
export function digits(s: Scope, pixels: readonly bigint[]): void {
  const pixel = pixels.map((value, i) => s.put(`pixel[${i}]`, value))
  s.put('image', bytesCommitment(s.part('commitment'), pixel))
  const said = perceptron(s.part('model'), digitWeights.hidden, digitWeights.scores, pixel)
  said.score.forEach((score, k) => {
    s.put(`score[${k}]`, score)
  })
  s.put('digit', said.class)
}

/** Every signal of DigitsPrivateImage. */
export function digitsPrivateImage(s: Scope, given: { pixels: readonly bigint[]; salt: bigint }): void {
  const pixel = given.pixels.map((value, i) => s.put(`pixel[${i}]`, value))
  const salt = s.put('salt', given.salt)
  s.put('image', salted(s.part('salted'), bytesCommitment(s.part('commitment'), pixel), salt))
  s.put('digit', perceptron(s.part('model'), digitWeights.hidden, digitWeights.scores, pixel).class)
}
