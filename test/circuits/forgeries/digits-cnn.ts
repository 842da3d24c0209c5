import { commitmentOf, heldOutDigits } from '../../compute/digits.ts'
import { cnnValues, cnnWeights } from '../../compute/digits-cnn.ts'
import type { Lies } from '../model/signals.ts'
import type { DigitForgery } from './digits.ts'
import { inBits } from './forgery.ts'

const images = heldOutDigits()
const seven = images.find(({ label, pixels }) => label === 7 && cnnValues(pixels).digit === 7)!.pixels
const honest = Array.from(seven, BigInt)
const lying = (name: string, lies: Lies, refusedBy: readonly string[]): DigitForgery => ({
  ...{ name, pixels: honest, lies, refusedBy },
})

const { lowSums, highSums } = cnnValues(seven)
/** A layer's units that the image drives, and does not. */
const layers = (['low', 'high'] as const).map((name) => {
  const sums = name === 'low' ? lowSums : highSums
  const { bits, shift, weights } = cnnWeights[name]
  const side = Math.sqrt(sums.length / weights.length)
  const unit = (i: number) => {
    const place = Math.floor(i / weights.length)
    return `main.${name}.relu[${Math.floor(place / side)}][${place % side}][${i % weights.length}]`
  }
  const sumBits = (i: number, sum: number) => inBits(`${unit(i)}.bit`, BigInt(sum + 2 ** bits) >> 1n, bits)
  const [driven, idle] = [sums.findIndex((sum) => sum >= 2 ** shift), sums.findIndex((sum) => sum < 0)]
  return { name, sums, bits, shift, unit, sumBits, driven, idle }
})

/** The compiler solved these values away: it has them from the ten scores. */
const LAST_HIGH = Array.from({ length: 10 }, (_, i) => `main.high.relu[3][3][${6 + i}]: out`)

export const cnnForgeries: readonly DigitForgery[] = [
  { name: 'an image, which is valid', pixels: honest, refusedBy: [] },
  {
    ...{ name: 'a pixel of 256', pixels: honest.with(300, 256n) },
    refusedBy: ['main.commitment.byte[300]: in range'],
  },
  {
    ...{ name: 'a pixel below zero, with a bit that is none', pixels: honest.with(301, -1n) },
    lies: { 'main.commitment.byte[301].absorb': 1n },
    refusedBy: ['main.commitment.byte[301]: bit[0] is 0 or 1'],
  },
  lying('a commitment to another image', { 'main.image': commitmentOf(images[0]!.pixels) }, [
    'main.commitment.link[1].sigmaF[7][16]: out',
  ]),
  ...layers.flatMap(({ name, sums, bits, shift, unit, sumBits, driven, idle }) => [
    lying(`${name}: a quotient that is one more`, sumBits(driven, sums[driven]! + 2 ** shift), [
      `${unit(driven)}: in range`,
    ]),
    lying(`${name}: a remainder that is another`, sumBits(driven, sums[driven]! ^ 2), [`${unit(driven)}: in range`]),
    lying(`${name}: a negative sum taken for a positive one`, sumBits(idle, sums[idle]! + 2 ** bits), [
      `${unit(idle)}: in range`,
    ]),
    lying(
      `${name}: the sign put into a bit that is none`,
      { [`${unit(driven)}.bit[${bits - 1}]`]: 0n, [`${unit(driven)}.bit[${bits - 2}]`]: (bit) => bit + 2n },
      [`${unit(driven)}: bit[${bits - 2}] is 0 or 1`],
    ),
    lying(`${name}: a unit that a negative sum drives`, { [`${unit(idle)}.out`]: 5n }, [`${unit(idle)}: out`]),
  ]),
  lying('a score that is another', { 'main.score[3]': (score) => score + 1n }, LAST_HIGH),
  lying('the digit told otherwise', { 'main.digit': 3n }, ['main.greatest: at[9]']),
  lying('a greater score passed by', { 'main.greatest.greater[6].claim': 0n }, [
    'main.greatest.greater[6]: bit[0] is 0 or 1',
  ]),
]
