import { readFile } from 'node:fs/promises'
import type * as Addon from '../../../folding/index.d.ts'
import { WscError } from '../../lib/index.ts'
import type { CompiledCircuit } from '../circuit.ts'
import type { CircuitInput, CircuitValue, WitnessSource } from '../engine.ts'
import type { WitnessErrorCode } from '../errors.ts'
import { loadAddon } from './addon.ts'

const FIELD_BYTES = 32

/** Input signals of circuits/bus/step.circom in the addon's order, with the bytes of one value. */
const LAYOUT = [
  { name: 'state', values: 10, bytes: FIELD_BYTES },
  { name: 'peaks', values: 9, bytes: FIELD_BYTES },
  { name: 'words', values: 24, bytes: 4 },
  { name: 'active', values: 1, bytes: 1 },
] as const

const INPUT_BYTES = LAYOUT.reduce((sum, { values, bytes }) => sum + values * bytes, 0)

/** Witnesses of the bus circuit by the addon: a few milliseconds each, off the event loop. */
export class BusWitnessSource implements WitnessSource {
  readonly #witness: Addon.BusWitness

  private constructor(witness: Addon.BusWitness) {
    this.#witness = witness
  }

  static async load(circuit: CompiledCircuit): Promise<BusWitnessSource> {
    const addon = loadAddon()
    return new BusWitnessSource(new addon.BusWitness(await readFile(circuit.sym)))
  }

  async witness(input: CircuitInput, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted()
    return this.#witness.compute(encode(input))
  }

  async close(): Promise<void> {}
}

function encode(input: CircuitInput): Uint8Array {
  const out = new Uint8Array(INPUT_BYTES)
  let at = 0
  for (const { name, values, bytes } of LAYOUT) {
    const given = flatten(input[name] ?? [])
    if (given.length !== values)
      throw new WscError<WitnessErrorCode>('E_WITNESS', `input ${name} takes ${values} values, got ${given.length}`)
    for (const value of given) {
      let rest = BigInt(value)
      for (let i = 0; i < bytes; i++, rest >>= 8n) out[at + i] = Number(rest & 0xffn)
      if (rest !== 0n)
        throw new WscError<WitnessErrorCode>('E_WITNESS', `input ${name} has a value outside ${8 * bytes} bits`)
      at += bytes
    }
  }
  return out
}

function flatten(value: CircuitValue): (bigint | number)[] {
  return typeof value === 'object' ? value.flatMap(flatten) : [value]
}
