/**
 * Witnesses from circom's WebAssembly witness generator, one instance reused.
 *
 * A witness is `wires` field elements of 32 bytes, little-endian canonical, in circom's wire order.
 */

import { WscError } from '../lib/index.ts'
import type { CircuitInput, CircuitValue } from './engine.ts'
import type { WitnessErrorCode } from './errors.ts'
import { FIELD_MODULUS } from './modulus.ts'

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

const EXPORTS: readonly (keyof CircomExports)[] = [
  'init',
  'getFieldNumLen32',
  'getSharedRWMemoryStart',
  'getInputSize',
  'getInputSignalSize',
  'getWitnessSize',
  'getWitness',
  'setInputSignal',
  'getMessageChar',
]

const CIRCOM_EXCEPTIONS: Readonly<Record<number, string>> = {
  1: 'signal not found',
  2: 'too many signals set',
  3: 'signal already set',
  4: 'assert failed',
  5: 'not enough memory',
  6: 'input signal array access exceeds the size',
}
const NOT_ENOUGH_MEMORY = 5

/** A generator may say as much as it likes; so much of it is kept. */
const MAX_MESSAGE = 2_000

export interface CalculatorOptions {
  /** How many wires the circuit's R1CS has: a generator of another circuit is refused. */
  readonly wires?: number
}

export class WitnessCalculator {
  readonly wires: number
  readonly #module: WebAssembly.Module
  #circom: CircomExports
  #messages = ''
  #trapped = false

  private constructor(module: WebAssembly.Module, options: CalculatorOptions) {
    this.#module = module
    this.#circom = this.#begin()
    this.wires = asTrap(() => this.#circom.getWitnessSize())
    // Before a vector of that length is made: the number is the module's to say.
    if (options.wires !== undefined && this.wires !== options.wires) {
      throw refused(`the generator makes ${this.wires} wires, the circuit has ${options.wires}`)
    }
  }

  /** Rejects with `E_WITNESS_MODULE` what is no generator of circom's. */
  static async load(wasm: Uint8Array<ArrayBuffer>, options: CalculatorOptions = {}): Promise<WitnessCalculator> {
    const module = await WebAssembly.compile(wasm).catch((cause) => {
      throw refused(`the generator does not compile: ${(cause as Error).message}`, cause)
    })
    return new WitnessCalculator(module, options)
  }

  /** Wires·32 bytes. Throws `E_WITNESS` for inputs of another shape, and for those that break an assertion of the circuit. */
  calculate(input: CircuitInput): Uint8Array<ArrayBuffer> {
    // After a trap the instance's memory means nothing.
    if (this.#trapped) this.#circom = this.#begin()
    this.#trapped = false
    this.#messages = ''
    try {
      return this.#calculate(input)
    } catch (cause) {
      const said = this.#messages.trim()
      const message = `no witness: ${(cause as Error).message}${said === '' ? '' : ` (${said})`}`
      if (cause instanceof WscError) throw new WscError(cause.code, message, { cause })
      this.#trapped = true
      throw new WscError<WitnessErrorCode>('E_WITNESS_TRAP', message, { cause })
    }
  }

  #calculate(input: CircuitInput): Uint8Array<ArrayBuffer> {
    const circom = this.#circom
    circom.init(1)
    const shared = circom.getSharedRWMemoryStart()
    let count = 0
    for (const [name, value] of Object.entries(input)) {
      const [high, low] = fnv1a(name)
      const values = flatten(value, name)
      const size = circom.getInputSignalSize(high, low)
      if (size !== values.length) {
        throw wrong(`input ${name} takes ${size < 0 ? 'no' : size} values, got ${values.length}`)
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
      throw wrong(`the circuit takes ${circom.getInputSize()} input values, got ${count}`)
    }
    const witness = new Uint32Array(8 * this.wires)
    for (let i = 0; i < this.wires; i++) {
      circom.getWitness(i)
      witness.set(new Uint32Array(circom.memory.buffer, shared, 8), 8 * i)
    }
    return new Uint8Array(witness.buffer)
  }

  #begin(): CircomExports {
    const runtime = {
      exceptionHandler: (exception: number) => {
        const what = CIRCOM_EXCEPTIONS[exception] ?? `circom exception ${exception}`
        if (exception === NOT_ENOUGH_MEMORY) throw new WscError<WitnessErrorCode>('E_WITNESS_MEMORY', what)
        throw wrong(what)
      },
      printErrorMessage: () => {
        const message = this.#readMessage()
        this.#messages = `${this.#messages}${message} `.slice(0, MAX_MESSAGE)
      },
      writeBufferMessage: () => {
        this.#readMessage()
      },
      showSharedRWMemory: () => {},
    }
    const circom = asTrap(() => new WebAssembly.Instance(this.#module, { runtime }).exports) as unknown as CircomExports
    if (!(circom.memory instanceof WebAssembly.Memory) || EXPORTS.some((name) => typeof circom[name] !== 'function')) {
      throw refused('the module is not a witness generator of circom')
    }
    if (asTrap(() => circom.getFieldNumLen32()) !== 8) throw refused('the circuit is not over a 256-bit field')
    return circom
  }

  #readMessage(): string {
    let message = ''
    for (let c = this.#circom.getMessageChar(); c !== 0; c = this.#circom.getMessageChar()) {
      if (message.length < MAX_MESSAGE) message += String.fromCharCode(c)
    }
    return message
  }
}

function refused(message: string, cause?: unknown): WscError<WitnessErrorCode> {
  return new WscError('E_WITNESS_MODULE', message, { cause })
}

function wrong(message: string): WscError<WitnessErrorCode> {
  return new WscError('E_WITNESS', message)
}

/** What a module does while it is started is its own fault, whatever comes of it. */
function asTrap<T>(call: () => T): T {
  try {
    return call()
  } catch (cause) {
    throw new WscError<WitnessErrorCode>('E_WITNESS_TRAP', `the generator fails: ${(cause as Error).message}`, {
      cause,
    })
  }
}

function flatten(value: CircuitValue, name: string): bigint[] {
  if (Array.isArray(value)) return (value as readonly CircuitValue[]).flatMap((each) => flatten(each, name))
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) {
    throw wrong(`input ${name} has a value that is no integer: ${String(value)}`)
  }
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
