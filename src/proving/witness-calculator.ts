/**
 * Witnesses from circom's WebAssembly witness generator, one instance reused.
 *
 * A witness is `wires` field elements of 32 bytes, little-endian canonical, in circom's wire order.
 */

import type { CircuitInput, CircuitValue } from './engine.ts'
import { FIELD_MODULUS } from './modulus.ts'

export class WitnessError extends Error {
  readonly code = 'E_WITNESS'
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'WitnessError'
  }
}

/** What circom's generated module exports (circom 2.1 and 2.2). */
interface CircomExports {
  readonly memory: WebAssembly.Memory
  init(sanityCheck: number): void
  getFieldNumLen32(): number
  getSharedRWMemoryStart(): number
  getInputSize(): number
  getInputSignalSize(high: number, low: number): number
  getWitnessSize(): number
  getWitness(index: number): void
  setInputSignal(high: number, low: number, index: number): void
  getMessageChar(): number
}

const CIRCOM_EXCEPTIONS: Readonly<Record<number, string>> = {
  1: 'signal not found',
  2: 'too many signals set',
  3: 'signal already set',
  4: 'assert failed',
  5: 'not enough memory',
  6: 'input signal array access exceeds the size',
}

export class WitnessCalculator {
  readonly wires: number
  readonly #exports: CircomExports
  #messages = ''

  private constructor(module: WebAssembly.Module) {
    const instance = new WebAssembly.Instance(module, {
      runtime: {
        exceptionHandler: (exception: number) => {
          throw new WitnessError(CIRCOM_EXCEPTIONS[exception] ?? `circom exception ${exception}`)
        },
        printErrorMessage: () => {
          this.#messages += `${this.#readMessage()} `
        },
        writeBufferMessage: () => {
          this.#readMessage()
        },
        showSharedRWMemory: () => {},
      },
    })
    this.#exports = instance.exports as unknown as CircomExports
    if (this.#exports.getFieldNumLen32() !== 8) throw new WitnessError('the circuit is not over a 256-bit field')
    this.wires = this.#exports.getWitnessSize()
  }

  static async load(wasm: Uint8Array<ArrayBuffer>): Promise<WitnessCalculator> {
    return new WitnessCalculator(await WebAssembly.compile(wasm))
  }

  /** Wires·32 bytes. Throws for inputs that break an assertion of the circuit. */
  calculate(input: CircuitInput): Uint8Array<ArrayBuffer> {
    const circom = this.#exports
    this.#messages = ''
    try {
      circom.init(1)
      const shared = circom.getSharedRWMemoryStart()
      let count = 0
      for (const [name, value] of Object.entries(input)) {
        const [high, low] = fnv1a(name)
        const values = flatten(value)
        const size = circom.getInputSignalSize(high, low)
        if (size !== values.length) {
          throw new WitnessError(`input ${name} takes ${size < 0 ? 'no' : size} values, got ${values.length}`)
        }
        values.forEach((v, i) => {
          // The memory may have grown: a view is made anew each time.
          const words = new Uint32Array(circom.memory.buffer, shared, 8)
          for (let k = 0; k < 8; k++) words[k] = Number((v >> BigInt(32 * k)) & 0xffffffffn)
          circom.setInputSignal(high, low, i)
        })
        count += values.length
      }
      if (count !== circom.getInputSize()) {
        throw new WitnessError(`the circuit takes ${circom.getInputSize()} input values, got ${count}`)
      }
      const witness = new Uint32Array(8 * this.wires)
      for (let i = 0; i < this.wires; i++) {
        circom.getWitness(i)
        witness.set(new Uint32Array(circom.memory.buffer, shared, 8), 8 * i)
      }
      return new Uint8Array(witness.buffer)
    } catch (cause) {
      const detail = this.#messages.trim()
      throw new WitnessError(`no witness: ${(cause as Error).message}${detail === '' ? '' : ` (${detail})`}`, { cause })
    }
  }

  #readMessage(): string {
    let message = ''
    for (let c = this.#exports.getMessageChar(); c !== 0; c = this.#exports.getMessageChar()) {
      message += String.fromCharCode(c)
    }
    return message
  }
}

function flatten(value: CircuitValue): bigint[] {
  if (Array.isArray(value)) return (value as readonly CircuitValue[]).flatMap(flatten)
  const n = BigInt(value as number | bigint) % FIELD_MODULUS
  return [n < 0n ? n + FIELD_MODULUS : n]
}

/** Circom finds an input by the 64-bit FNV-1a hash of its name. */
function fnv1a(name: string): [high: number, low: number] {
  let hash = 0xcbf29ce484222325n
  for (const c of name) {
    hash ^= BigInt(c.codePointAt(0) as number)
    hash = (hash * 0x100000001b3n) & 0xffffffffffffffffn
  }
  return [Number(hash >> 32n) | 0, Number(hash & 0xffffffffn) | 0]
}
