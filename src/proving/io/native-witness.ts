import { readFile } from 'node:fs/promises'
import { WscError } from '../../lib/index.ts'
import type { CompiledCircuit } from '../circuit.ts'
import type { CircuitInput, CircuitValue, WitnessSource } from '../engine.ts'
import type { WitnessErrorCode } from '../errors.ts'
import { loadAddon } from './addon.ts'

const FIELD_BYTES = 32

/** Input signals in the addon's order, with the bytes of one value. */
type Layout = readonly { readonly name: string; readonly values: number; readonly bytes: number }[]

/** Of circuits/bus/step.circom. */
const BUS: Layout = [
  { name: 'state', values: 10, bytes: FIELD_BYTES },
  { name: 'peaks', values: 9, bytes: FIELD_BYTES },
  { name: 'words', values: 24, bytes: 4 },
  { name: 'active', values: 1, bytes: 1 },
]

/** Of circuits/storage/certify.circom. */
const CERTIFY: Layout = [
  { name: 'state', values: 5, bytes: FIELD_BYTES },
  { name: 'encoded', values: 6 * 256, bytes: FIELD_BYTES },
  { name: 'children', values: 6 * 4 * 16, bytes: FIELD_BYTES },
]

/** A generator of the addon's own. */
interface Generator {
  compute(input: Uint8Array): Promise<Uint8Array>
}

/** Witnesses of a circuit that the addon knows: some milliseconds each, off the event loop. */
class NativeWitnessSource implements WitnessSource {
  readonly #generator: Generator
  readonly #layout: Layout

  constructor(generator: Generator, layout: Layout) {
    this.#generator = generator
    this.#layout = layout
  }

  async witness(input: CircuitInput, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted()
    return await this.#generator.compute(encode(this.#layout, input))
  }

  async close(): Promise<void> {}
}

/** Of the bus's step. */
export class BusWitnessSource extends NativeWitnessSource {
  static async load(circuit: CompiledCircuit): Promise<BusWitnessSource> {
    const { BusWitness } = loadAddon()
    return new BusWitnessSource(new BusWitness(await readFile(circuit.sym)), BUS)
  }
}

/** Of a certificate's step. */
export class CertifyWitnessSource extends NativeWitnessSource {
  static async load(circuit: CompiledCircuit): Promise<CertifyWitnessSource> {
    const { CertifyWitness } = loadAddon()
    return new CertifyWitnessSource(new CertifyWitness(await readFile(circuit.sym)), CERTIFY)
  }
}

function encode(layout: Layout, input: CircuitInput): Uint8Array {
  const out = new Uint8Array(layout.reduce((sum, { values, bytes }) => sum + values * bytes, 0))
  let at = 0
  for (const { name, values, bytes } of layout) {
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
