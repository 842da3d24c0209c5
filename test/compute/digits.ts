import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { poseidonOfWidth } from '../bus/poseidon-reference.ts'

// graphs/digits as a program: what the circuit must say, in plain integers.

export const DIGITS_CIRCUIT = new URL('../../graphs/digits/digits.circom', import.meta.url)
export const PIXELS = 784

interface Layer {
  readonly bits: number
  readonly biases: readonly number[]
  readonly weights: readonly (readonly number[])[]
}

export const digitWeights = JSON.parse(
  readFileSync(new URL('../../graphs/digits/weights.json', import.meta.url), 'utf8'),
) as { readonly hidden: Layer & { readonly shift: number }; readonly scores: Layer }

export interface LabelledImage {
  readonly label: number
  /** 784 bytes, rows from the top. */
  readonly pixels: Uint8Array
}

/** Every fifth of the images that training held out, 20 of each digit. */
export function heldOutDigits(): LabelledImage[] {
  const bytes = new Uint8Array(gunzipSync(readFileSync(new URL('../vectors/digits.bin.gz', import.meta.url))))
  return Array.from({ length: bytes.length / (1 + PIXELS) }, (_, i) => {
    const from = i * (1 + PIXELS)
    return { label: bytes[from]!, pixels: bytes.slice(from + 1, from + 1 + PIXELS) }
  })
}

/** Sums of the hidden layer before they are divided. */
export function hiddenSums(pixels: Uint8Array): number[] {
  const { weights, biases } = digitWeights.hidden
  return weights.map((row, j) => row.reduce((sum, weight, i) => sum + weight * pixels[i]!, biases[j]!))
}

export function scoresOf(hiddenSums: readonly number[]): number[] {
  const { hidden, scores } = digitWeights
  const values = hiddenSums.map((sum) => (sum < 0 ? 0 : Math.floor(sum / 2 ** hidden.shift)))
  return scores.weights.map((row, k) => row.reduce((sum, weight, j) => sum + weight * values[j]!, scores.biases[k]!))
}

export const digitOf = (scores: readonly number[]): number => scores.indexOf(Math.max(...scores))

const ofSixteen = poseidonOfWidth(17, 68)

/** What commits to bytes: circuits/compute/bytes-commitment.circom. */
export function commitmentOf(bytes: Uint8Array): bigint {
  const elements = [BigInt(bytes.length), 8n]
  for (let at = 0; at < bytes.length; at += 31) {
    elements.push(
      BigInt(
        `0x${Buffer.from(bytes.slice(at, at + 31))
          .reverse()
          .toString('hex')}`,
      ),
    )
  }
  while (elements.length % 15 !== 0) elements.push(0n)
  let link = 0n
  for (let at = 0; at < elements.length; at += 15) link = ofSixteen(65, [link, ...elements.slice(at, at + 15)])
  return link
}

/** The public values of a run: digit, commitment, scores. */
export function digitOutputs(pixels: Uint8Array): bigint[] {
  const scores = scoresOf(hiddenSums(pixels))
  return [BigInt(digitOf(scores)), commitmentOf(pixels), ...scores.map(BigInt)]
}

/**
 * An image near to `pixels` of which two digits have the same score and no digit a greater one: pixels are changed where
 * that brings the two greatest scores nearer to each other.
 */
export function tiedImage(pixels: Uint8Array): Uint8Array {
  const image = pixels.slice()
  const sums = hiddenSums(image)
  const gapOf = (some: readonly number[]) => {
    const [first, second] = scoresOf(some).sort((a, b) => b - a) as [number, number]
    return first - second
  }
  let gap = gapOf(sums)
  for (let state = 1, tries = 0; gap > 0; tries++) {
    if (tries > 1_000_000) throw new Error('no tie was found')
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    const [i, value] = [(state >>> 8) % PIXELS, state >>> 24]
    const moved = sums.map((sum, j) => sum + digitWeights.hidden.weights[j]![i]! * (value - image[i]!))
    const next = gapOf(moved)
    if (next >= gap) continue
    image[i] = value
    sums.splice(0, sums.length, ...moved)
    gap = next
  }
  return image
}
