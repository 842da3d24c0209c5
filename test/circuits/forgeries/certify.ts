import { FIELD_MODULUS as P } from '../../../src/bus/index.ts'
import type { CertifyScene } from '../certify-scene.ts'
import type { Lies } from '../model/signals.ts'
import type { CertifySignals } from '../model/storage/certify.ts'
import { inBits } from './forgery.ts'

export interface CertifyForgery {
  readonly name: string
  readonly attempt: (scene: CertifyScene) => { readonly input: CertifySignals; readonly lies?: Lies }
  /** Every constraint that refuses the witness, and no other. */
  readonly refusedBy: readonly string[]
}

const ALL = [0, 1, 2, 3, 4, 5]
const hashed = (part: string, at: number) =>
  ['in2', 'out'].map((name) => `main.${part}.poseidon.sigmaF[0][${at + 1}]: ${name}`)
const CHILD = (sample: number, level: number) =>
  `main.opened[${sample}].path.node[${level}]: the child stands at its digit`
const SHARE = (sample: number) => `main.draw[${sample}]: the share of count that beta says`

/** The same about each sample. */
const each = (lie: (sample: number) => Lies): Lies => Object.assign({}, ...ALL.map(lie))

const stateWith = ({ honest }: CertifyScene, at: number): CertifySignals => ({
  ...honest,
  state: honest.state.with(at, honest.state[at]! + 1n),
})

/** What a state may say that is none of the samples: the lies by which they stay as they are, and who refuses. */
const OTHERS: readonly {
  readonly name: string
  readonly at: number
  readonly lies: (scene: CertifyScene) => Lies
  readonly refusedBy: readonly string[]
  /** Who refuses where the next state keeps what the samples are of. */
  readonly next: string | null
}[] = [
  {
    ...{ name: 'base', at: 0, next: 'linear 2' },
    lies: ({ honest }) => each((sample) => ({ [`main.opened[${sample}].base`]: honest.state[0]! })),
    refusedBy: ALL.flatMap((sample) => hashed(`opened[${sample}].keys`, 0)),
  },
  {
    ...{ name: 'root', at: 1, next: 'linear 3' },
    lies: () => ({}),
    refusedBy: ALL.map((sample) => `main.opened[${sample}].path.node[3].hash.poseidon.sigmaF[7][16]: out`),
  },
  {
    ...{ name: 'number of units', at: 2, next: 'linear 0' },
    lies: ({ honest }) => each((sample) => ({ [`main.draw[${sample}].count`]: honest.state[2]! })),
    refusedBy: ALL.map(SHARE),
  },
  {
    ...{ name: 'seed', at: 3, next: 'linear 1' },
    lies: ({ honest }) => each((sample) => ({ [`main.beta[${sample}].in[0]`]: honest.state[3]! })),
    refusedBy: ALL.flatMap((sample) => hashed(`beta[${sample}]`, 0)),
  },
  {
    ...{ name: 'sample', at: 4, next: null },
    lies: ({ honest }) => each((sample) => ({ [`main.beta[${sample}].in[1]`]: honest.state[4]! + BigInt(sample) })),
    refusedBy: ALL.flatMap((sample) => hashed(`beta[${sample}]`, 1)),
  },
]

/** Another unit for a sample, opened as it is. */
function withUnit(scene: CertifyScene, sample: number, number: number): CertifySignals {
  const { encoded, children } = scene.opened(number)
  const { honest } = scene
  return { ...honest, encoded: honest.encoded.with(sample, encoded), children: honest.children.with(sample, children) }
}

export const certifyForgeries: readonly CertifyForgery[] = [
  {
    name: 'an element is another',
    attempt: ({ honest }) => {
      const unit = honest.encoded[5]!
      return { input: { ...honest, encoded: honest.encoded.with(5, unit.with(255, (unit[255]! + 1n) % P)) } }
    },
    refusedBy: [CHILD(5, 0)],
  },
  {
    name: 'a unit of one’s choice',
    attempt: (scene) => {
      const number = scene.numbers[3] === 0 ? 1 : 0
      return { input: withUnit(scene, 3, number), lies: inBits('main.draw[3].product.out', BigInt(number), 16, 64) }
    },
    refusedBy: [SHARE(3)],
  },
  {
    name: 'the sample before once more',
    attempt: (scene) => ({
      input: withUnit(scene, 4, scene.numbers[3]!),
      lies: { 'main.beta[4].in[1]': scene.honest.state[4]! + 3n },
    }),
    refusedBy: hashed('beta[4]', 1),
  },
  {
    name: 'a unit by the bits of β + p',
    attempt: (scene) => {
      const beta = scene.betas[0]! + P
      const number = Number(((beta % 2n ** 64n) * scene.honest.state[2]!) >> 64n)
      return { input: withUnit(scene, 0, number), lies: inBits('main.draw[0].canonical.out', beta, 254) }
    },
    refusedBy: ['main.draw[0].canonical: not above p from bit 247 on'],
  },
  ...OTHERS.map(
    ({ name, at, lies, refusedBy }): CertifyForgery => ({
      name: `another ${name} in the state than the samples are of`,
      attempt: (scene) => ({ input: stateWith(scene, at), lies: lies(scene) }),
      refusedBy,
    }),
  ),
  // Where the circuit reads an element of the state it reads that of the next one, all but the number of the sample.
  ...OTHERS.filter(({ next }) => next !== null).map(
    ({ name, at, lies, next }): CertifyForgery => ({
      name: `the samples and the next state are of another ${name}`,
      attempt: (scene) => ({
        input: stateWith(scene, at),
        lies: { ...lies(scene), [`main.next[${at}]`]: scene.honest.state[at]! },
      }),
      refusedBy: [next!],
    }),
  ),
  ...[-1n, 1n].map(
    (by): CertifyForgery => ({
      name: `the next state goes on by ${6n + by} samples`,
      attempt: ({ honest }) => ({ input: honest, lies: { 'main.next[4]': (value) => value + by } }),
      refusedBy: ['linear 4'],
    }),
  ),
]
