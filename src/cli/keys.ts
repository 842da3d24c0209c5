import { readFile } from 'node:fs/promises'
import { BUILT_IN_KEY_ID } from '../bus/index.ts'
import { openWasmVerifier, type SnarkVerifier } from '../proving/index.ts'
import { NativeVerifier } from '../proving/io/index.ts'
import { readBytes } from './inputs.ts'

/** The development setup's compact key, committed beside the WASM verifier. */
const BUILT_IN_KEY = new URL('../bus/verifier/dev.key', import.meta.url)

const BUILT_IN_WASM = new URL('../bus/verifier/wsc-folding.wasm', import.meta.url)

/**
 * A verifier for `--key`, or for the key built in. A key may be anybody’s: its digest is recomputed here, and verifying
 * refuses one of another circuit.
 */
export async function openVerifier(keyFile: string | undefined): Promise<SnarkVerifier> {
  const key = keyFile === undefined ? await readFile(BUILT_IN_KEY) : await readBytes(keyFile, 'key')
  try {
    return await NativeVerifier.open(key, BUILT_IN_KEY_ID)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'E_NO_ADDON') throw error
    // Where nothing was built (no cargo, an installed package): slower, the same verdicts.
    return await openWasmVerifier(await readFile(BUILT_IN_WASM), key, { trustedKeyId: BUILT_IN_KEY_ID })
  }
}
