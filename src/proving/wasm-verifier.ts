import type { SetupKind, SnarkVerifier } from './engine.ts'

export type WasmVerifierErrorCode = 'E_KEY' | 'E_PROOF_MALFORMED' | 'E_PROOF_INVALID' | 'E_INTERNAL'

export class WasmVerifierError extends Error {
  readonly code: WasmVerifierErrorCode

  constructor(code: WasmVerifierErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'WasmVerifierError'
    this.code = code
  }
}

/** What `folding/src/wasm.rs` exports. Pointers and lengths are 32-bit, `steps` is 64-bit. */
interface Exports {
  readonly memory: WebAssembly.Memory
  wsc_alloc(length: number): number
  wsc_free(pointer: number, length: number): void
  wsc_result_ptr(): number
  wsc_result_len(): number
  wsc_key_load(key: number, keyLength: number, pin: number, pinLength: number): number
  wsc_verify(
    handle: number,
    snark: number,
    snarkLength: number,
    steps: bigint,
    start: number,
    startLength: number,
  ): number
  wsc_poseidon(tag: number, inputs: number, inputsLength: number): number
}

export interface OpenWasmOptions {
  /** Counts as the ceremony's τ·G2 instead of the built-in one: for tests. */
  readonly ceremonyTauG2?: Uint8Array
  readonly onStage?: (stage: 'compile' | 'key') => void
}

/** Compiles the module and decodes the compact key. Runs wherever WebAssembly does; needs nothing of the host. */
export async function openWasmVerifier(
  wasm: Uint8Array | WebAssembly.Module,
  key: Uint8Array,
  options: OpenWasmOptions = {},
): Promise<SnarkVerifier> {
  options.onStage?.('compile')
  const module = wasm instanceof WebAssembly.Module ? wasm : await compile(wasm)
  const begin = async () => new LoadedModule(await instantiate(module), key, options.ceremonyTauG2)
  const first = await instantiate(module)
  options.onStage?.('key')
  return new WasmVerifier(new LoadedModule(first, key, options.ceremonyTauG2), begin)
}

async function compile(wasm: Uint8Array): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(wasm as Uint8Array<ArrayBuffer>)
  } catch (cause) {
    throw new WasmVerifierError('E_INTERNAL', 'the verifier cannot be compiled', { cause })
  }
}

async function instantiate(module: WebAssembly.Module): Promise<Exports> {
  return (await WebAssembly.instantiate(module)).exports as unknown as Exports
}

class WasmVerifier implements SnarkVerifier {
  readonly keyId: string
  readonly setup: SetupKind
  readonly arity: number
  readonly #begin: () => Promise<LoadedModule>
  #module: LoadedModule

  constructor(module: LoadedModule, begin: () => Promise<LoadedModule>) {
    this.keyId = module.keyId
    this.setup = module.setup
    this.arity = module.arity
    this.#module = module
    this.#begin = begin
  }

  async verify(snark: Uint8Array, steps: number, start: Uint8Array): Promise<Uint8Array> {
    // Steps come from an untrusted file: whole and exact, or refused.
    if (!Number.isSafeInteger(steps) || steps < 1) {
      throw new WasmVerifierError('E_PROOF_INVALID', 'the number of steps is not a positive integer')
    }
    try {
      return this.#module.verify(snark, steps, start)
    } finally {
      // After a trap the instance's memory means nothing: what comes next gets a fresh one.
      if (this.#module.trapped) this.#module = await this.#begin()
    }
  }

  poseidon(tag: number, inputs: Uint8Array): Uint8Array {
    return this.#module.poseidon(tag, inputs)
  }
}

const CODES: Readonly<Record<number, WasmVerifierErrorCode>> = {
  [-1]: 'E_KEY',
  [-2]: 'E_PROOF_MALFORMED',
  [-3]: 'E_PROOF_INVALID',
}

const KEY_ID_BYTES = 32

/** One instance with its key. */
class LoadedModule {
  readonly keyId: string
  readonly setup: SetupKind
  readonly arity: number
  trapped = false
  readonly #exports: Exports
  readonly #handle: number

  constructor(exports: Exports, key: Uint8Array, pin: Uint8Array = new Uint8Array()) {
    this.#exports = exports
    let handle = -1
    const info = this.#call([key, pin], (keyAt, pinAt) => {
      handle = exports.wsc_key_load(keyAt, key.length, pinAt, pin.length)
      return handle
    })
    this.#handle = handle
    this.keyId = [...info.subarray(0, KEY_ID_BYTES)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    this.setup = info[KEY_ID_BYTES] === 1 ? 'ceremony' : 'insecure-dev'
    this.arity = new DataView(info.buffer).getUint32(KEY_ID_BYTES + 1, true)
  }

  verify(snark: Uint8Array, steps: number, start: Uint8Array): Uint8Array {
    return this.#call([snark, start], (snarkAt, startAt) =>
      this.#exports.wsc_verify(this.#handle, snarkAt, snark.length, BigInt(steps), startAt, start.length),
    )
  }

  poseidon(tag: number, inputs: Uint8Array): Uint8Array {
    return this.#call([inputs], (at) => this.#exports.wsc_poseidon(tag, at, inputs.length))
  }

  /** Puts the inputs into memory, calls, and copies the result out; a failure's result is its text. */
  #call(inputs: readonly Uint8Array[], call: (...pointers: [number, number]) => number): Uint8Array<ArrayBuffer> {
    const exports = this.#exports
    let status: number
    let result: Uint8Array<ArrayBuffer>
    try {
      const pointers = inputs.map((bytes) => {
        const at = exports.wsc_alloc(bytes.length)
        // `memory.buffer` is another one after each growth.
        new Uint8Array(exports.memory.buffer).set(bytes, at)
        return at
      })
      status = call(...(pointers as [number, number]))
      inputs.forEach((bytes, i) => {
        exports.wsc_free(pointers[i] as number, bytes.length)
      })
      const at = exports.wsc_result_ptr()
      result = new Uint8Array(exports.memory.buffer).slice(at, at + exports.wsc_result_len())
    } catch (cause) {
      this.trapped = true
      throw new WasmVerifierError('E_INTERNAL', 'the verifier trapped', { cause })
    }
    if (status >= 0) return result
    throw new WasmVerifierError(CODES[status] ?? 'E_INTERNAL', new TextDecoder().decode(result))
  }
}
