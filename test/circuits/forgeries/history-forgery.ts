import { inputOf, madeUp } from '../history-scene.ts'
import type { HeaderInput, Hinted } from '../model/history.ts'
import type { Lies } from '../model/signals.ts'

/** A dishonest opening of a history: inputs, the shape that is hinted at, and lies about signals. */
export interface HistoryForgery {
  readonly name: string
  readonly input: HeaderInput
  readonly hinted: Hinted
  readonly lies: Lies
  /** Every constraint that refuses the witness, and no other; none where the witness is honest and must pass. */
  readonly refusedBy: readonly string[]
}

/** Trees of 63, 31, 3 and 3 leaves; leaf 41 is at the bottom of the first: older, newer, newer, older, newer. */
export const COUNT = 100
export const INDEX = 41
export const honest = inputOf(madeUp(COUNT, INDEX))
const PLACE = { count: COUNT, index: INDEX }

export const forged = (
  name: string,
  refusedBy: readonly string[],
  changes: Partial<HeaderInput> = {},
  hinted: Partial<Hinted> = {},
  lies: Lies = {},
): HistoryForgery => ({ name, refusedBy, input: { ...honest, ...changes }, hinted: { ...PLACE, ...hinted }, lies })

export const lying = (name: string, lies: Lies, refusedBy: readonly string[]) => forged(name, refusedBy, {}, {}, lies)

/** The same with a leaf in another place of the list. */
export const at = (
  count: number,
  index: number,
  name: string,
  lies: Lies,
  refusedBy: readonly string[],
): HistoryForgery => ({
  ...{ name: `${name} (leaf ${index} of ${count})`, refusedBy, lies },
  ...{ input: inputOf(madeUp(count, index)), hinted: { count, index } },
})

export const COMMITMENT = 'main.path.list: the commitment'
export const AS_MANY = 'main.path.shape: the trees hold as many leaves as the list'
export const PLACED = 'main.path.shape: the leaf stands at the index'
export const shape = (what: string) => `main.path.shape: ${what}`
export const tree = (what: string) => `main.path.tree: ${what}`
export const list = (what: string) => `main.path.list: ${what}`
/** Element i of the leaf is another in its hash. */
export const hashed = (i: number) =>
  ['in2', 'out'].map((signal) => `main.path.leafHash.poseidon.sigmaF[0][${i + 1}]: ${signal}`)
