import { WscError } from '../lib/index.ts'

export type WasmVerifierErrorCode = 'E_KEY' | 'E_PUBLIC_VALUES' | 'E_PROOF_MALFORMED' | 'E_PROOF_INVALID' | 'E_INTERNAL'

export function wasmVerifierError(
  code: WasmVerifierErrorCode,
  message: string,
  options?: ErrorOptions,
): WscError<WasmVerifierErrorCode> {
  return new WscError(code, message, options)
}

/** What `folding/src/wasm.rs` exports. Pointers and lengths are 32-bit, `steps` is 64-bit. */
export interface WasmExports {
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
  wsc_circuit_key_load(key: number, keyLength: number, pin: number, pinLength: number): number
  wsc_circuit_verify(
    handle: number,
    proof: number,
    proofLength: number,
    publicValues: number,
    publicValuesLength: number,
  ): number
  wsc_poseidon(tag: number, inputs: number, inputsLength: number): number
  wsc_unit_roots(units: number, unitsLength: number): number
  wsc_tree_nodes(tag: number, children: number, childrenLength: number): number
  wsc_storage_draw(tag: number, inputs: number, inputsLength: number): number
  wsc_encode_column(dataUnits: number, width: number, data: number, dataLength: number): number
  wsc_restore_column(
    dataUnits: number,
    width: number,
    numbers: number,
    numbersLength: number,
    units: number,
    unitsLength: number,
  ): number
}

/** Pointer and length of each input in memory; there are at most two. */
type Places = readonly [at: number, length: number, at2: number, length2: number]

/** Starts instances of the verifier's module, each with a memory of its own. */
export type StartInstance = () => Promise<WasmInstance>

/** Compiles the module. Runs wherever WebAssembly does; needs nothing of the host. */
export async function compileVerifier(wasm: Uint8Array | WebAssembly.Module): Promise<StartInstance> {
  const module = wasm instanceof WebAssembly.Module ? wasm : await compile(wasm)
  return async () => new WasmInstance((await WebAssembly.instantiate(module)).exports as unknown as WasmExports)
}

async function compile(wasm: Uint8Array): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(wasm as Uint8Array<ArrayBuffer>)
  } catch (cause) {
    throw wasmVerifierError('E_INTERNAL', 'the verifier cannot be compiled', { cause })
  }
}

const CODES: Readonly<Record<number, WasmVerifierErrorCode>> = {
  [-1]: 'E_KEY',
  [-2]: 'E_PROOF_MALFORMED',
  [-3]: 'E_PROOF_INVALID',
  [-5]: 'E_PUBLIC_VALUES',
}

/** One instance. After a trap its memory means nothing: whoever holds it takes a fresh one. */
export class WasmInstance {
  trapped = false
  readonly #exports: WasmExports

  constructor(exports: WasmExports) {
    this.#exports = exports
  }

  /**
   * Puts the inputs into memory, calls, and copies the result out; a failure's result is its text.
   *
   * @param inputs one or two
   */
  call(inputs: readonly Uint8Array[], call: (exports: WasmExports, ...places: Places) => number): WasmAnswer {
    const exports = this.#exports
    let status: number
    let bytes: Uint8Array<ArrayBuffer>
    try {
      const places = inputs.flatMap((input) => {
        const at = exports.wsc_alloc(input.length)
        // `memory.buffer` is another one after each growth.
        new Uint8Array(exports.memory.buffer).set(input, at)
        return [at, input.length]
      })
      status = call(exports, ...(places as unknown as Places))
      for (let i = 0; i < places.length; i += 2) exports.wsc_free(places[i] as number, places[i + 1] as number)
      const at = exports.wsc_result_ptr()
      bytes = new Uint8Array(exports.memory.buffer).slice(at, at + exports.wsc_result_len())
    } catch (cause) {
      this.trapped = true
      throw wasmVerifierError('E_INTERNAL', 'the verifier trapped', { cause })
    }
    if (status >= 0) return { status, bytes }
    throw wasmVerifierError(CODES[status] ?? 'E_INTERNAL', new TextDecoder().decode(bytes))
  }
}

export interface WasmAnswer {
  /** A handle, where the call makes one. */
  readonly status: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** A key in an instance: what was loaded goes along when a trap makes a fresh instance necessary. */
export class LoadedKey {
  readonly #start: StartInstance
  readonly #load: (instance: WasmInstance) => WasmAnswer
  #instance: WasmInstance
  #handle: number
  #recovering: Promise<void> | undefined
  /** What loading told of the key. */
  readonly info: Uint8Array<ArrayBuffer>

  /** @param first an instance to begin with */
  constructor(start: StartInstance, load: (instance: WasmInstance) => WasmAnswer, first: WasmInstance) {
    this.#start = start
    this.#load = load
    this.#instance = first
    const { status, bytes } = load(first)
    this.#handle = status
    this.info = bytes
  }

  call(
    inputs: readonly Uint8Array[],
    call: (exports: WasmExports, handle: number, ...places: Places) => number,
  ): Uint8Array<ArrayBuffer> {
    return this.#instance.call(inputs, (exports, ...places) => call(exports, this.#handle, ...places)).bytes
  }

  /** Calls with untrusted bytes: never in an instance that trapped before, and a fresh one is there afterwards. */
  async judge(
    inputs: readonly Uint8Array[],
    call: (exports: WasmExports, handle: number, ...places: Places) => number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    await this.#recover()
    try {
      return this.call(inputs, call)
    } finally {
      await this.#recover()
    }
  }

  async #recover(): Promise<void> {
    while (this.#instance.trapped) {
      this.#recovering ??= this.#start()
        .then((instance) => {
          this.#handle = this.#load(instance).status
          this.#instance = instance
        })
        .finally(() => {
          this.#recovering = undefined
        })
      await this.#recovering
    }
  }
}

export interface OpenWasmOptions {
  /** Counts as the ceremony's τ·G2 instead of the built-in one: for tests. */
  readonly ceremonyTauG2?: Uint8Array
  readonly onStage?: (stage: 'compile' | 'key') => void
}

/** Compiles the module, and loads a key into an instance of it by one of its exports. */
export async function loadKey(
  wasm: Uint8Array | WebAssembly.Module,
  key: Uint8Array,
  { ceremonyTauG2: pin = new Uint8Array(), onStage }: OpenWasmOptions,
  load: 'wsc_key_load' | 'wsc_circuit_key_load',
): Promise<LoadedKey> {
  onStage?.('compile')
  const start = await compileVerifier(wasm)
  const first = await start()
  onStage?.('key')
  const into = (instance: WasmInstance) => instance.call([key, pin], (exports, ...places) => exports[load](...places))
  return new LoadedKey(start, into, first)
}
