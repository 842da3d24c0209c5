import { epochOf, ListedChain } from '../header-at-scene.ts'
import type { LongEpochInput } from '../model/compute/header-at.ts'
import type { Hinted } from '../model/history.ts'
import { invert, type Lies } from '../model/signals.ts'

/** What a dishonest prover hands in of an epoch, and what he says of it. */
export interface EpochForgery {
  readonly name: string
  readonly input: LongEpochInput
  readonly hinted: readonly [Hinted, Hinted]
  readonly lies: Lies
  /** Every constraint that refuses the witness, and no other; none where the witness is honest and must pass. */
  readonly refusedBy: readonly string[]
}

const times = (spacing: number) => Array.from({ length: 26 }, (_, i) => 1_700_000_000 + spacing * i)
/** Epochs of 5 · 721 and of 5 · 720 seconds, from the first header to the last. */
const slow = new ListedChain(times(721))
const even = new ListedChain(times(720))
const ORDINAL = 2
const honest = epochOf(slow, ORDINAL)
const short = epochOf(even, ORDINAL)

const forged = (
  name: string,
  refusedBy: readonly string[],
  change: Partial<LongEpochInput> = {},
  lies: Lies = {},
  { input, hinted } = honest,
): EpochForgery => ({ name, refusedBy, lies, hinted, input: { ...input, ...change } })
const lying = (name: string, lies: Lies, refusedBy: readonly string[], of = honest) =>
  forged(name, refusedBy, {}, lies, of)

const header = (slot: 0 | 1, ...what: readonly string[]) => what.map((one) => `main.header[${slot}].header.${one}`)
const COMMITMENT = 'path.list: the commitment'
/** The list has another number of headers, or the header another place in it. */
const SHAPE = ['path.shape: the trees hold as many leaves as the list', 'path.shape: the leaf stands at the index']
/** The leaf says another height, or field: an equation of its bits lies, which takes up the difference. */
const head = (top: number) => ['fields.head.all: out[127] is 0 or 1', `fields.head.all: out[${top}] is 0 or 1`]
const HEIGHT = head(159)

const [first, last] = honest.input.opening as [readonly bigint[], readonly bigint[]]
/** An epoch that begins at height 13: with a fraction of the field as its ordinal, both heights are right. */
const between = {
  history: slow.history(18),
  ordinal: 13n * invert(6n),
  opening: [slow.opening(13, 18), slow.opening(18, 18)],
}

export const epochForgeries: readonly EpochForgery[] = [
  lying('a long epoch, which is valid', {}, []),
  lying('a short epoch, which is valid', {}, [], short),
  { ...epochOf(slow, 0), name: 'the first epoch, which is valid', lies: {}, refusedBy: [] },

  lying('a short epoch taken for a long one', { 'main.longer.claim': 1n }, ['main.longer: bit[0] is 0 or 1'], short),
  lying('a long epoch taken for a short one', { 'main.longer.claim': 0n }, ['main.longer: bit[0] is 0 or 1']),
  lying('a short epoch told as a long one', { 'main.long': 1n }, ['main.longer: bit[32] is 0 or 1'], short),
  lying('the first time told otherwise', { 'main.first': (time) => time - 1n }, header(0, ...head(191))),
  lying('the last time told otherwise', { 'main.last': (time) => time + 1n }, header(1, ...head(191))),
  lying('nBits told otherwise', { 'main.bits': (bits) => bits + 1n }, header(0, ...head(223))),
  forged(
    'epochs counted from another height',
    ['main.whole: in range'],
    between,
    {},
    {
      ...honest,
      hinted: [
        { count: 19, index: 13 },
        { count: 19, index: 18 },
      ],
    },
  ),
  forged('another epoch', [...header(0, ...HEIGHT, ...SHAPE), ...header(1, ...HEIGHT, ...SHAPE)], { ordinal: 1n }),
  forged('an epoch that is not over', [...header(0, ...HEIGHT, ...SHAPE), ...header(1, ...HEIGHT, ...SHAPE)], {
    ordinal: 3n,
  }),
  forged('another start of the chain', [...header(0, ...SHAPE), ...header(1, ...SHAPE)], { start: 1n }),
  forged('the second header as the first', header(0, ...HEIGHT, COMMITMENT), { opening: [slow.opening(13, 17), last] }),
  forged('the last but one as the last', header(1, ...HEIGHT, COMMITMENT), { opening: [first, slow.opening(16, 17)] }),
  forged('first and last exchanged', [...header(0, ...HEIGHT, COMMITMENT), ...header(1, ...HEIGHT, COMMITMENT)], {
    opening: [last, first],
  }),
  forged('the last header of another chain', header(1, COMMITMENT), { opening: [first, even.opening(17, 17)] }),
  forged('the first header of another chain', header(0, COMMITMENT), { opening: [even.opening(12, 17), last] }),
  forged('another history', [...header(0, COMMITMENT), ...header(1, COMMITMENT)], { history: even.history(17) }),
]
