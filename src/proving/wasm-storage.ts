import { uint32Bytes } from '../lib/index.ts'
import type { StorageKernel } from './storage-kernel.ts'
import { compileVerifier, type WasmExports, type WasmInstance } from './wasm-instance.ts'

/** Storage's computations by the verifier's module: in browsers, and where the addon is not built. */
export async function openWasmStorage(wasm: Uint8Array | WebAssembly.Module): Promise<StorageKernel> {
  const start = await compileVerifier(wasm)
  return new WasmStorage(await start())
}

class WasmStorage implements StorageKernel {
  readonly #instance: WasmInstance

  constructor(instance: WasmInstance) {
    this.#instance = instance
  }

  async unitRoots(units: Uint8Array): Promise<Uint8Array> {
    return this.#call([units], (exports, at, length) => exports.wsc_unit_roots(at, length))
  }

  treeNodes(tag: number, children: Uint8Array): Uint8Array {
    return this.#call([children], (exports, at, length) => exports.wsc_tree_nodes(tag, at, length))
  }

  poseidon(tag: number, inputs: Uint8Array): Uint8Array {
    return this.#call([inputs], (exports, at, length) => exports.wsc_poseidon(tag, at, length))
  }

  storageDraw(tag: number, inputs: Uint8Array): Uint8Array {
    return this.#call([inputs], (exports, at, length) => exports.wsc_storage_draw(tag, at, length))
  }

  async encodeColumn(dataUnits: number, width: number, data: Uint8Array): Promise<Uint8Array> {
    return this.#call([data], (exports, at, length) => exports.wsc_encode_column(dataUnits, width, at, length))
  }

  async restoreColumn(dataUnits: number, width: number, numbers: Uint32Array, units: Uint8Array): Promise<Uint8Array> {
    const bytes = new Uint8Array(4 * numbers.length)
    for (const [i, number] of numbers.entries()) bytes.set(uint32Bytes(number), 4 * i)
    return this.#call([bytes, units], (exports, ...places) => exports.wsc_restore_column(dataUnits, width, ...places))
  }

  #call(
    inputs: readonly Uint8Array[],
    call: (exports: WasmExports, ...places: [number, number, number, number]) => number,
  ): Uint8Array {
    return this.#instance.call(inputs, call).bytes
  }
}
