import { readFileSync } from 'node:fs'
import { field, type Scope } from './signals.ts'

/** Every signal of circomlib's PoseidonEx, with its constants; T is one more than it has inputs. */
const FULL = 8
const PARTIAL = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68] as const

const source = readFileSync(
  new URL('../../../node_modules/circomlib/circuits/poseidon_constants.circom', import.meta.url),
  'utf8',
)

function constants(name: 'C' | 'M' | 'P' | 'S', T: number): bigint[] {
  const body = source.split(`function POSEIDON_${name}(t)`)[1]?.split('function POSEIDON_')[0] ?? ''
  const branch = body.split(new RegExp(`t\\s*==\\s*${T}\\)`))[1]?.split(/t\s*==/)[0] ?? ''
  return [...branch.matchAll(/0x[0-9a-f]+/g)].map((match) => BigInt(match[0]))
}

interface Constants {
  readonly C: readonly bigint[]
  readonly M: readonly bigint[]
  readonly pre: readonly bigint[]
  readonly S: readonly bigint[]
}

const byWidth = new Map<number, Constants>()

function constantsOf(T: number): Constants {
  const known = byWidth.get(T)
  if (known !== undefined) return known
  const [C, M, pre, S] = (['C', 'M', 'P', 'S'] as const).map((name) => constants(name, T)) as [
    bigint[],
    bigint[],
    bigint[],
    bigint[],
  ]
  const all = { C, M, pre, S }
  byWidth.set(T, all)
  return all
}

function sigma(s: Scope, input: bigint, constant = false): bigint {
  s.put('in', input)
  const in2 = s.put('in2', input * input)
  const in4 = s.put('in4', in2 * in2)
  const out = s.put('out', in4 * input)
  if (!constant) for (const name of ['in2', 'in4', 'out']) s.constrain(name)
  return out
}

function ark(s: Scope, C: readonly bigint[], input: readonly bigint[], r: number): bigint[] {
  return input.map((value, i) => {
    s.put(`in[${i}]`, value)
    return s.put(`out[${i}]`, value + C[i + r]!)
  })
}

function mix(s: Scope, input: readonly bigint[], matrix: readonly bigint[]): bigint[] {
  return input.map((value, i) => {
    s.put(`in[${i}]`, value)
    return s.put(
      `out[${i}]`,
      input.reduce((sum, x, j) => sum + matrix[j * input.length + i]! * x, 0n),
    )
  })
}

function mixS(s: Scope, S: readonly bigint[], input: readonly bigint[], r: number): bigint[] {
  const T = input.length
  const row = (T * 2 - 1) * r
  return input.map((value, i) => {
    s.put(`in[${i}]`, value)
    if (i === 0)
      return s.put(
        'out[0]',
        input.reduce((sum, x, j) => sum + S[row + j]! * x, 0n),
      )
    return s.put(`out[${i}]`, value + input[0]! * S[row + T + i - 1]!)
  })
}

/** What is constant in the first round costs no S-box: the first element where it is, and inputs the circuit fixes. */
export function poseidonSignals(
  s: Scope,
  initialState: bigint,
  inputs: readonly bigint[],
  fixed: readonly number[] = [],
  knownState = true,
): bigint {
  return poseidonOutputs(s, initialState, inputs, fixed, 1, knownState)[0]!
}

/** The same of PoseidonEx with so many outputs. */
export function poseidonOutputs(
  s: Scope,
  initialState: bigint,
  inputs: readonly bigint[],
  fixed: readonly number[],
  outputs: number,
  knownState = true,
): bigint[] {
  const T = inputs.length + 1
  const { C, M, pre, S } = constantsOf(T)
  const partial = PARTIAL[T - 2]!
  s.put('initialState', initialState)
  inputs.forEach((value, i) => {
    s.put(`inputs[${i}]`, value)
  })
  const sBoxes = (r: number, state: readonly bigint[]) =>
    state.map((value, j) =>
      sigma(s.part(`sigmaF[${r}][${j}]`), value, r === 0 && ((j === 0 && knownState) || fixed.includes(j - 1))),
    )
  let state = ark(s.part('ark[0]'), C, [initialState, ...inputs], 0)
  for (let r = 0; r < FULL / 2; r++) {
    const added = ark(s.part(`ark[${r + 1}]`), C, sBoxes(r, state), (r + 1) * T)
    state = mix(s.part(`mix[${r}]`), added, r < FULL / 2 - 1 ? M : pre)
  }
  for (let r = 0; r < partial; r++) {
    const head = sigma(s.part(`sigmaP[${r}]`), state[0]!)
    state = mixS(s.part(`mixS[${r}]`), S, [field(head + C[(FULL / 2 + 1) * T + r]!), ...state.slice(1)], r)
  }
  for (let r = 0; r < FULL / 2 - 1; r++) {
    const added = ark(
      s.part(`ark[${FULL / 2 + r + 1}]`),
      C,
      sBoxes(FULL / 2 + r, state),
      (FULL / 2 + 1) * T + partial + r * T,
    )
    state = mix(s.part(`mix[${FULL / 2 + r}]`), added, M)
  }
  state = sBoxes(FULL - 1, state)
  return Array.from({ length: outputs }, (_, out) => {
    const last = s.part(`mixLast[${out}]`)
    state.forEach((value, j) => {
      last.put(`in[${j}]`, value)
    })
    const value = state.reduce((sum, x, j) => sum + M[j * T + out]! * x, 0n)
    return s.put(`out[${out}]`, last.put('out', value))
  })
}
