import { readFile } from 'node:fs/promises'
import { errorCode } from '../../lib/index.ts'
import { openWasmVerifier, type SnarkVerifier } from '../../proving/index.ts'
import { NativeVerifier } from '../../proving/io/index.ts'

/** The development setup's compact key, committed beside the WASM verifier. */
const BUILT_IN_KEY = new URL('../verifier/dev.key', import.meta.url)

const BUILT_IN_WASM = new URL('../verifier/wsc-folding.wasm', import.meta.url)

/** The WebAssembly module that comes with the package. */
export async function builtInModule(): Promise<Uint8Array> {
  return await readFile(BUILT_IN_WASM)
}

/**
 * A verifier by this key, or by the one built in: native where the addon is built, else by WebAssembly. A key may be
 * anybody's: verifying refuses one of another circuit.
 */
export async function openVerifier(given?: Uint8Array): Promise<SnarkVerifier> {
  const key = given ?? (await readFile(BUILT_IN_KEY))
  try {
    return new NativeVerifier(key)
  } catch (error) {
    if (errorCode(error) !== 'E_NO_ADDON') throw error
    // Where nothing was built (no cargo, an installed package): slower, the same verdicts.
    return await openWasmVerifier(await builtInModule(), key)
  }
}
