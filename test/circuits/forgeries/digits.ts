import {
  commitmentOf,
  digitOf,
  digitWeights,
  heldOutDigits,
  hiddenSums,
  scoresOf,
  tiedImage,
} from '../../compute/digits.ts'
import type { Lies } from '../model/signals.ts'
import { inBits } from './forgery.ts'

/** What a dishonest prover hands in: pixels, and what he says of them. */
export interface DigitForgery {
  readonly name: string
  readonly pixels: readonly bigint[]
  readonly lies?: Lies
  /** Every constraint that refuses the witness, and no other. */
  readonly refusedBy: readonly string[]
}

const images = heldOutDigits()
const seven = images.find(({ label, pixels }) => label === 7 && digitOf(scoresOf(hiddenSums(pixels))) === 7)!.pixels
const pixelsOf = (image: Uint8Array): bigint[] => Array.from(image, BigInt)
const honest = pixelsOf(seven)
const lying = (name: string, lies: Lies, refusedBy: readonly string[]): DigitForgery => ({
  ...{ name, pixels: honest, lies, refusedBy },
})

const { bits, shift } = digitWeights.hidden
const sums = hiddenSums(seven)
/** Hidden units that the image drives, and does not. */
const [driven, idle] = [sums.findIndex((sum) => sum >= 2 ** shift), sums.findIndex((sum) => sum < 0)]
const sumBits = (unit: number, sum: number) =>
  inBits(`main.model.hidden[${unit}].bit`, BigInt(sum + 2 ** bits) >> 1n, bits)

/** An image whose two greatest scores are equal, and which they are. */
const tied = tiedImage(seven)
const tiedScores = scoresOf(hiddenSums(tied))
const [firstOfEqual, lastOfEqual] = [digitOf(tiedScores), tiedScores.lastIndexOf(Math.max(...tiedScores))]
const greatest = (number: number) => `main.model.greatest.greater[${number - 1}]`
/** A pixel with ink that shares an element with the one before it. */
const LIT = honest.findIndex((pixel, i) => pixel > 0n && i % 31 > 0)
/** The compiler solved these hidden values away: it has them from the ten scores. */
const LAST_HIDDEN = Array.from({ length: 10 }, (_, i) => `main.model.hidden[${22 + i}]: out`)
const LAST_LINK = 'main.commitment.link[1].sigmaF[7][16]: out'

export const digitForgeries: readonly DigitForgery[] = [
  { name: 'an image, which is valid', pixels: honest, refusedBy: [] },
  { name: 'an image with a tie, which is valid', pixels: pixelsOf(tied), refusedBy: [] },

  // ---------------------------------------------------------------- the pixels
  {
    ...{ name: 'a pixel of 256', pixels: honest.with(300, 256n) },
    refusedBy: ['main.commitment.byte[300]: in range'],
  },
  {
    ...{ name: 'a pixel below zero', pixels: honest.with(301, -1n) },
    refusedBy: ['main.commitment.byte[301]: in range'],
  },
  {
    ...{ name: 'a pixel of 511, with a bit that is none', pixels: honest.with(302, 511n) },
    lies: { 'main.commitment.byte[302].absorb': 1n },
    refusedBy: ['main.commitment.byte[302]: bit[0] is 0 or 1'],
  },
  {
    name: 'another image with the same commitment',
    pixels: honest.with(LIT - 1, honest[LIT - 1]! + 256n).with(LIT, honest[LIT]! - 1n),
    refusedBy: [`main.commitment.byte[${LIT - 1}]: in range`],
  },

  // ---------------------------------------------------------------- the commitment
  lying('a commitment to another image', { 'main.image': commitmentOf(images[0]!.pixels) }, [LAST_LINK]),
  lying(
    'pixels committed to that are not those classified',
    { 'main.commitment.link[0].ark[0].out[8]': (packed) => packed + 1n },
    ['in2', 'out'].map((name) => `main.commitment.link[0].sigmaF[0][8]: ${name}`),
  ),

  // ---------------------------------------------------------------- the hidden layer
  lying('a quotient that is one more', sumBits(driven, sums[driven]! + 2 ** shift), [
    `main.model.hidden[${driven}]: in range`,
  ]),
  lying('a quotient that is one less', sumBits(driven, sums[driven]! - 2 ** shift), [
    `main.model.hidden[${driven}]: in range`,
  ]),
  lying('a remainder that is another', sumBits(driven, sums[driven]! ^ 2), [`main.model.hidden[${driven}]: in range`]),
  lying('a negative sum taken for a positive one', sumBits(idle, sums[idle]! + 2 ** bits), [
    `main.model.hidden[${idle}]: in range`,
  ]),
  lying('a positive sum taken for a negative one', sumBits(driven, sums[driven]! - 2 ** bits), [
    `main.model.hidden[${driven}]: in range`,
  ]),
  lying(
    'the sign put into a bit that is none',
    {
      [`main.model.hidden[${driven}].bit[${bits - 1}]`]: 0n,
      [`main.model.hidden[${driven}].bit[${bits - 2}]`]: (bit) => bit + 2n,
    },
    [`main.model.hidden[${driven}]: bit[${bits - 2}] is 0 or 1`],
  ),
  lying('a hidden value that is another', { [`main.model.hidden[${driven}].out`]: (value) => value + 1n }, [
    `main.model.hidden[${driven}]: out`,
  ]),
  lying('a hidden unit that a negative sum drives', { [`main.model.hidden[${idle}].out`]: 5n }, [
    `main.model.hidden[${idle}]: out`,
  ]),

  // ---------------------------------------------------------------- the scores and the digit
  lying('a score that is another', { 'main.model.score[3]': (score) => score + 1n }, LAST_HIDDEN),
  lying('the digit told otherwise', { 'main.digit': 3n }, ['main.model.greatest: at[9]']),
  lying('a greater score passed by', { [`${greatest(7)}.claim`]: 0n }, [`${greatest(7)}: bit[0] is 0 or 1`]),
  lying('a smaller score taken', { [`${greatest(9)}.claim`]: 1n }, [`${greatest(9)}: bit[0] is 0 or 1`]),
  lying('the greatest score told otherwise', { 'main.model.greatest.greatest[7]': (score) => score - 1n }, [
    'main.model.greatest: greatest[7]',
  ]),
  {
    ...{ name: 'the later of two equal scores', pixels: pixelsOf(tied) },
    lies: { [`${greatest(lastOfEqual)}.claim`]: 1n },
    refusedBy: [`${greatest(lastOfEqual)}: bit[0] is 0 or 1`],
  },
  {
    ...{ name: 'the earlier of two equal scores passed by', pixels: pixelsOf(tied) },
    lies: { [`${greatest(firstOfEqual)}.claim`]: 0n },
    refusedBy: [`${greatest(firstOfEqual)}: bit[0] is 0 or 1`],
  },
]
