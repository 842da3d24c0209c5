import { readFile } from 'node:fs/promises'
import { openWasmVerifier, type SnarkVerifier } from '../proving/index.ts'
import { NativeVerifier } from '../proving/io/index.ts'
import { readBytes } from './inputs.ts'
import type { Terminal } from './terminal.ts'

/** The development setup's compact key, committed beside the WASM verifier. */
const BUILT_IN_KEY = new URL('../bus/verifier/dev.key', import.meta.url)

const BUILT_IN_WASM = new URL('../bus/verifier/wsc-folding.wasm', import.meta.url)

/**
 * A verifier for `--key`, or for the key built in. The ceremony's point in a key says nothing of the circuit in it, so
 * a key that is not the built-in one is told: the verdict is worth what that key is worth.
 */
export async function openVerifier(keyFile: string | undefined, terminal: Terminal): Promise<SnarkVerifier> {
  const builtIn = await readFile(BUILT_IN_KEY)
  const key = keyFile === undefined ? builtIn : await readBytes(keyFile, 'key')
  const verifier = await loadVerifier(key)
  if (!builtIn.equals(key)) {
    terminal.note(`key ${verifier.keyId} is not built in: compare this id with one that you made by \`wsc setup\``)
  }
  return verifier
}

async function loadVerifier(key: Uint8Array): Promise<SnarkVerifier> {
  try {
    return new NativeVerifier(key)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'E_NO_ADDON') throw error
    // Where nothing was built (no cargo, an installed package): slower, the same verdicts.
    return await openWasmVerifier(await readFile(BUILT_IN_WASM), key)
  }
}
