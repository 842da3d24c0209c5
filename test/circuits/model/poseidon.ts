import { readFileSync } from 'node:fs'
import { field, type Scope } from './signals.ts'

/** Every signal of circomlib's PoseidonEx(3, 1), with its constants. */
const T = 4
const FULL = 8
const PARTIAL = 56

function constants(name: 'C' | 'M' | 'P' | 'S'): bigint[] {
  const file = new URL('../../../node_modules/circomlib/circuits/poseidon_constants.circom', import.meta.url)
  const body = readFileSync(file, 'utf8').split(`function POSEIDON_${name}(t)`)[1]?.split('function POSEIDON_')[0] ?? ''
  const branch = body.split(/t\s*==\s*4\)/)[1]?.split(/t\s*==\s*5\)/)[0] ?? ''
  return [...branch.matchAll(/0x[0-9a-f]+/g)].map((match) => BigInt(match[0]))
}

const C = constants('C')
const M = constants('M')
const PRE = constants('P')
const S = constants('S')

function sigma(s: Scope, input: bigint, constant = false): bigint {
  s.put('in', input)
  const in2 = s.put('in2', input * input)
  const in4 = s.put('in4', in2 * in2)
  const out = s.put('out', in4 * input)
  if (!constant) for (const name of ['in2', 'in4', 'out']) s.constrain(name)
  return out
}

function ark(s: Scope, input: readonly bigint[], r: number): bigint[] {
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
      input.reduce((sum, x, j) => sum + matrix[j * T + i]! * x, 0n),
    )
  })
}

function mixS(s: Scope, input: readonly bigint[], r: number): bigint[] {
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

/** What is constant in the first round costs no S-box: the first element always, and inputs the circuit fixes. */
export function poseidonSignals(
  s: Scope,
  initialState: bigint,
  inputs: readonly bigint[],
  fixed: readonly number[] = [],
): bigint {
  s.put('initialState', initialState)
  inputs.forEach((value, i) => {
    s.put(`inputs[${i}]`, value)
  })
  const sBoxes = (r: number, state: readonly bigint[]) =>
    state.map((value, j) => sigma(s.part(`sigmaF[${r}][${j}]`), value, r === 0 && (j === 0 || fixed.includes(j - 1))))
  let state = ark(s.part('ark[0]'), [initialState, ...inputs], 0)
  for (let r = 0; r < FULL / 2; r++) {
    const added = ark(s.part(`ark[${r + 1}]`), sBoxes(r, state), (r + 1) * T)
    state = mix(s.part(`mix[${r}]`), added, r < FULL / 2 - 1 ? M : PRE)
  }
  for (let r = 0; r < PARTIAL; r++) {
    const head = sigma(s.part(`sigmaP[${r}]`), state[0]!)
    state = mixS(s.part(`mixS[${r}]`), [field(head + C[(FULL / 2 + 1) * T + r]!), ...state.slice(1)], r)
  }
  for (let r = 0; r < FULL / 2 - 1; r++) {
    const added = ark(
      s.part(`ark[${FULL / 2 + r + 1}]`),
      sBoxes(FULL / 2 + r, state),
      (FULL / 2 + 1) * T + PARTIAL + r * T,
    )
    state = mix(s.part(`mix[${FULL / 2 + r}]`), added, M)
  }
  state = sBoxes(FULL - 1, state)
  const last = s.part('mixLast[0]')
  state.forEach((value, j) => {
    last.put(`in[${j}]`, value)
  })
  return s.put(
    'out[0]',
    last.put(
      'out',
      state.reduce((sum, x, j) => sum + M[j * T]! * x, 0n),
    ),
  )
}
