import { readFile } from 'node:fs/promises'
import type { NetworkParams } from '../bitcoin/index.ts'
import { BUILT_IN_KEY_ID, needsNoCeremony } from '../bus/index.ts'
import { stepCircuit } from '../bus/io/index.ts'
import { openWasmVerifier, type SnarkVerifier } from '../proving/index.ts'
import { compileCircuit, ensureSetup, type KeyDirectory, NativeVerifier, requireProver } from '../proving/io/index.ts'
import type { CliContext } from './context.ts'
import { UsageError } from './exit.ts'
import { readBytes } from './inputs.ts'

/** The development setup's compact key, committed beside the WASM verifier. */
const BUILT_IN_KEY = new URL('../bus/verifier/dev.key', import.meta.url)

const BUILT_IN_WASM = new URL('../bus/verifier/wsc-folding.wasm', import.meta.url)

/**
 * A verifier for `--key`, or for the key built in. A key may be anybody's: its digests are recomputed here, and verifying
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

/** Parameters and keys for proving: the ceremony's where `--ptau` names it, the development's where they are allowed. */
export async function openKeys(
  params: NetworkParams,
  ptau: string | undefined,
  insecure: boolean,
  context: CliContext,
): Promise<KeyDirectory> {
  if (ptau === undefined && !needsNoCeremony(params) && !insecure) {
    throw new UsageError(
      `a proof of ${params.name} must rest on the public ceremony: give its file by --ptau FILE, ` +
        'or say --insecure-dev-setup to use the development powers, whose secret is public',
    )
  }
  return await makeKeys(ptau, context)
}

/** A stage of the set-up; how far it is only where that is counted finely. */
export function setupLine(stage: string, done: number, total: number): string {
  return `setup: ${stage} …${total > 10 ? ` ${Math.floor((100 * done) / total)} %` : ''}`
}

export async function makeKeys(ptau: string | undefined, context: CliContext): Promise<KeyDirectory> {
  const { terminal, signal } = context
  requireProver()
  terminal.progress('circuit …')
  const circuit = await compileCircuit(stepCircuit)
  const keys = await ensureSetup(circuit, {
    signal,
    onProgress: (stage, done, total) => terminal.progress(setupLine(stage, done, total)),
    ...(ptau === undefined ? {} : { ptau }),
  })
  terminal.settle()
  return keys
}
