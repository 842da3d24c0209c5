import { FIELD_MODULUS } from '../../../src/bus/index.ts'
import { commitmentOf, digitOf, heldOutDigits, hiddenSums, scoresOf } from '../../compute/digits.ts'
import { saltedOf } from '../../compute/salted.ts'
import type { Lies } from '../model/signals.ts'

/** What a dishonest prover hands in of a hidden image. */
export interface PrivateImageForgery {
  readonly name: string
  readonly given: { readonly pixels: readonly bigint[]; readonly salt: bigint }
  readonly lies?: Lies
  /** Every constraint that refuses the witness, and no other. */
  readonly refusedBy: readonly string[]
}

const images = heldOutDigits()
const seven = images.find(({ label, pixels }) => label === 7 && digitOf(scoresOf(hiddenSums(pixels))) === 7)!.pixels
const honest = { pixels: Array.from(seven, BigInt), salt: FIELD_MODULUS - 12_345n }
const lying = (name: string, lies: Lies, refusedBy: readonly string[]): PrivateImageForgery => ({
  ...{ name, given: honest, lies, refusedBy },
})
/** The compiler solved the salted hash's output away: it is what the last S-box leaves. */
const SALTED = 'main.salted.hash.poseidon.sigmaF[7][3]: out'

export const privateImageForgeries: readonly PrivateImageForgery[] = [
  { name: 'an image, which is valid', given: honest, refusedBy: [] },
  { name: 'the same with another salt, which is valid', given: { ...honest, salt: 0n }, refusedBy: [] },
  {
    ...{ name: 'a pixel of 256', given: { ...honest, pixels: honest.pixels.with(783, 256n) } },
    refusedBy: ['main.commitment.byte[783]: in range'],
  },
  lying('a commitment to another image', { 'main.image': saltedOf(commitmentOf(images[0]!.pixels), honest.salt) }, [
    SALTED,
  ]),
  lying('a commitment with another salt', { 'main.image': saltedOf(commitmentOf(seven), 1n) }, [SALTED]),
  lying('the commitment without its salt', { 'main.image': commitmentOf(seven) }, [SALTED]),
  lying(
    'salted pixels that are not those classified',
    { 'main.commitment.link[0].ark[0].out[8]': (packed) => packed + 1n },
    ['in2', 'out'].map((name) => `main.commitment.link[0].sigmaF[0][8]: ${name}`),
  ),
  lying('a hidden value that is another', { 'main.model.hidden[3].out': (value) => value + 1n }, [
    'main.model.hidden[3]: out',
  ]),
  lying('the digit told otherwise', { 'main.digit': 3n }, ['main.model.greatest: at[9]']),
  lying('a greater score passed by', { 'main.model.greatest.greater[6].claim': 0n }, [
    'main.model.greatest.greater[6]: bit[0] is 0 or 1',
  ]),
]
