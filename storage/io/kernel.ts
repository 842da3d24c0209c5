import { builtInModule } from '../../src/bus/io/index.ts'
import { errorCode } from '../../src/lib/index.ts'
import { openWasmStorage, type StorageKernel } from '../../src/proving/index.ts'
import { openNativeStorage } from '../../src/proving/io/index.ts'

/**
 * Storage's computations: native where the addon is built, else, or if `wasm`, by WebAssembly, slower and with equal
 * results.
 */
export async function openKernel({
  wasm = false,
}: {
  readonly wasm?: boolean | undefined
} = {}): Promise<StorageKernel> {
  try {
    if (!wasm) return openNativeStorage()
  } catch (error) {
    if (errorCode(error) !== 'E_NO_ADDON') throw error
  }
  return await openWasmStorage(await builtInModule())
}
