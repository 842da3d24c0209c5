import { commitmentOf, heldOutDigits } from '../../compute/digits.ts'
import { privateModelValues, trainedModel } from '../../compute/digits-private-model.ts'
import { saltedOf } from '../../compute/salted.ts'
import type { PrivateModelInput } from '../model/compute/digits-private-model.ts'
import type { Lies } from '../model/signals.ts'
import { inBits } from './forgery.ts'

/** What a dishonest owner of a model hands in. */
export interface PrivateModelForgery {
  readonly name: string
  readonly given: PrivateModelInput
  readonly lies?: Lies
  /** Every constraint that refuses the witness, and no other. */
  readonly refusedBy: readonly string[]
}

const images = heldOutDigits()
const SALT = 3n ** 150n
const seven = images.find(
  ({ label, pixels }) => label === 7 && privateModelValues(trainedModel, pixels).digit === 7,
)!.pixels
const honest = { pixels: Array.from(seven, BigInt), weights: Array.from(trainedModel, BigInt), salt: SALT }
const { hiddenSums } = privateModelValues(trainedModel, seven)
const [driven, idle] = [hiddenSums.findIndex((sum) => sum >= 4096), hiddenSums.findIndex((sum) => sum < 0)]
const lying = (name: string, lies: Lies, refusedBy: readonly string[]): PrivateModelForgery => ({
  ...{ name, given: honest, lies, refusedBy },
})
const changed = (name: string, change: Partial<PrivateModelInput>, refusedBy: readonly string[]) => ({
  ...{ name, given: { ...honest, ...change }, refusedBy },
})
const BASE = 1n << 26n
const SALTED = 'main.salted.hash.poseidon.sigmaF[7][3]: out'

export const privateModelForgeries: readonly PrivateModelForgery[] = [
  { name: 'a model and an image, which are valid', given: honest, refusedBy: [] },
  changed('a model of nothing but the least weights, which is one too', { weights: honest.weights.map(() => 0n) }, []),

  // ---------------------------------------------------------------- model and image
  changed('a weight of 256', { weights: honest.weights.with(77, 256n) }, ['main.bytes.byte[77]: in range']),
  changed('a weight of the scores below -128', { weights: honest.weights.with(2170, -1n) }, [
    'main.bytes.byte[2170]: in range',
  ]),
  changed(
    'another model with the same commitment',
    { weights: honest.weights.with(0, honest.weights[0]! + 256n).with(1, honest.weights[1]! - 1n) },
    ['main.bytes.byte[0]: in range'],
  ),
  changed('a bias of more than three bytes', { weights: honest.weights.with(2312, 300n) }, [
    'main.bytes.byte[2312]: in range',
  ]),
  changed('a pixel of 256', { pixels: honest.pixels.with(300, 256n) }, ['main.pixels.byte[300]: in range']),
  lying('a commitment to another model', { 'main.model': saltedOf(commitmentOf(trainedModel.with(5, 1)), SALT) }, [
    SALTED,
  ]),
  lying('a commitment to another image', { 'main.image': commitmentOf(images[0]!.pixels) }, [
    'main.pixels.link[1].sigmaF[7][16]: out',
  ]),

  // ---------------------------------------------------------------- the sums: the equation of all of them stands for the last product
  lying(
    'a sum that takes from its neighbour',
    { 'main.low.out[0]': (sum) => sum + BASE, 'main.low.out[1]': (sum) => sum - 1n },
    ['main.hidden[0]: in range', 'main.low.range[0]: in range'],
  ),
  lying('a sum that is another', { 'main.low.out[3]': (sum) => sum + 1n }, ['main.low: product[0][143]']),
  lying('a product that is another', { 'main.low.product[0][70]': (product) => product + BASE }, [
    'main.low: product[0][70]',
    'main.low: product[0][143]',
  ]),
  lying('a score that is another', { 'main.high.out[4]': (sum) => sum + 1n }, ['main.high: product[0][14]']),
  lying(
    'a quotient that is one more',
    inBits(`main.hidden[${driven}].bit`, BigInt(hiddenSums[driven]! + 4096 + 2 ** 25) >> 1n, 25),
    [`main.hidden[${driven}]: in range`],
  ),
  lying(
    'a negative sum taken for a positive one',
    inBits(`main.hidden[${idle}].bit`, BigInt(hiddenSums[idle]! + 2 ** 26) >> 1n, 25),
    [`main.hidden[${idle}]: in range`],
  ),
  lying('a hidden unit that a negative sum drives', { [`main.hidden[${idle}].out`]: 5n }, [
    `main.hidden[${idle}]: out`,
  ]),

  // ---------------------------------------------------------------- the digit
  lying('the digit told otherwise', { 'main.digit': 3n }, ['main.greatest: at[9]']),
  lying('a greater score passed by', { 'main.greatest.greater[6].claim': 0n }, [
    'main.greatest.greater[6]: bit[0] is 0 or 1',
  ]),
]
