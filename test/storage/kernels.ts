import { readFile } from 'node:fs/promises'
import { openWasmStorage, type StorageKernel } from '../../src/proving/index.ts'
import { openNativeStorage } from '../../src/proving/io/index.ts'

/** The addon's, which the tests of what is built on it use. */
export const kernel: StorageKernel = openNativeStorage()

export async function wasmKernel(): Promise<StorageKernel> {
  return openWasmStorage(await readFile(new URL('../../src/bus/verifier/wsc-folding.wasm', import.meta.url)))
}
