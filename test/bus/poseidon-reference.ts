import { readFileSync } from 'node:fs'
import { decodeField, encodeField, FIELD_MODULUS as P } from '../../src/bus/field.ts'
import type { TaggedHash } from '../../src/bus/poseidon.ts'

const FULL = 8

function constants(name: 'C' | 'M' | 'P' | 'S', width: number): bigint[] {
  const file = new URL('../../node_modules/circomlib/circuits/poseidon_constants.circom', import.meta.url)
  const text = readFileSync(file, 'utf8')
  const body = text.split(`function POSEIDON_${name}(t)`)[1]?.split('function POSEIDON_')[0] ?? ''
  const branch = body.split(new RegExp(`t\\s*==\\s*${width}\\)`))[1]?.split(/t\s*==/)[0] ?? ''
  return [...branch.matchAll(/0x[0-9a-f]+/g)].map((match) => BigInt(match[0]))
}

/** Nothing here is negative. */
const mod = (x: bigint) => x % P
function pow5(x: bigint): bigint {
  const square = mod(x * x)
  return mod(mod(square * square) * x)
}
const at = (list: readonly bigint[], i: number) => {
  const value = list[i]
  if (value === undefined) throw new Error(`Poseidon constant ${i} is missing`)
  return value
}

/**
 * All that circomlib's PoseidonEx(T - 1, T) puts out, computed from circomlib's own constants: the same rounds as its
 * template, written as a program. 8 full rounds; how many partial ones the template has for the width the caller says.
 */
export function poseidonOutputs(T: number, PARTIAL: number): (tag: number, inputs: readonly bigint[]) => bigint[] {
  const [C, M, PRE, S] = (['C', 'M', 'P', 'S'] as const).map((name) => constants(name, T)) as [
    bigint[],
    bigint[],
    bigint[],
    bigint[],
  ]
  const mix = (state: bigint[], m: readonly bigint[]) =>
    state.map((_, i) => mod(state.reduce((sum, value, j) => sum + at(m, j * T + i) * value, 0n)))
  const ark = (state: bigint[], r: number) => state.map((value, i) => mod(value + at(C, r + i)))
  return (tag, inputs) => {
    let state = ark([BigInt(tag), ...inputs], 0)
    for (let r = 0; r < FULL / 2 - 1; r++) state = mix(ark(state.map(pow5), (r + 1) * T), M)
    state = mix(ark(state.map(pow5), (FULL / 2) * T), PRE)
    for (let r = 0; r < PARTIAL; r++) {
      const head = mod(pow5(at(state, 0)) + at(C, (FULL / 2 + 1) * T + r))
      const row = (T * 2 - 1) * r
      const rest = state.slice(1)
      state = [
        mod(at(S, row) * head + rest.reduce((sum, value, i) => sum + at(S, row + 1 + i) * value, 0n)),
        ...rest.map((value, i) => mod(value + head * at(S, row + T + i))),
      ]
    }
    for (let r = 0; r < FULL / 2 - 1; r++) {
      state = mix(ark(state.map(pow5), (FULL / 2 + 1) * T + PARTIAL + r * T), M)
    }
    return mix(state.map(pow5), M)
  }
}

/** The first of them: PoseidonEx(T - 1, 1). */
export function poseidonOfWidth(T: number, PARTIAL: number): (tag: number, inputs: readonly bigint[]) => bigint {
  const outputs = poseidonOutputs(T, PARTIAL)
  return (tag, inputs) => at(outputs(tag, inputs), 0)
}

const ofThree = poseidonOfWidth(4, 56)

/** Tests go over the same few chains again and again. */
const known = new Map<string, bigint>()
const MOST_KNOWN = 20_000

export const poseidon: TaggedHash = (tag, a, b, c) => {
  const key = [tag, a, b, c].map((input) => input.toString(36)).join(' ')
  let output = known.get(key)
  if (output === undefined) {
    output = ofThree(tag, [a, b, c])
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(key, output)
  }
  return output
}

/** The same in batches over bytes, as addon and WASM have it. */
export const poseidonSource = {
  poseidon(tag: number, inputs: Uint8Array): Uint8Array {
    const elements = decodeField(inputs) ?? []
    const out: bigint[] = []
    for (let i = 0; i < elements.length; i += 3) {
      out.push(poseidon(tag as 1, at(elements, i), at(elements, i + 1), at(elements, i + 2)))
    }
    return encodeField(out)
  },
}
