import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Timing } from './timing.ts'

/** What a fresh process saw of the WebAssembly verifier. */
export interface WasmVerifyTimes {
  readonly keyId: string
  readonly wasmBytes: number
  readonly keyBytes: number
  /** Reading, compiling and key, up to a verifier that can be used. */
  readonly load: Timing
  readonly first: Timing
  readonly warm: readonly Timing[]
  readonly poseidonsPerSecond: number
  readonly peakBytes: number
}

export interface WasmVerifyRequest {
  readonly snark: Uint8Array
  readonly steps: number
  readonly start: Uint8Array
  readonly runs: number
}

export type WasmVerifyAnswer =
  | { readonly ok: true; readonly times: WasmVerifyTimes }
  | { readonly ok: false; readonly reason: string }

const script = fileURLToPath(new URL('wasm-verify-process.ts', import.meta.url))

/** Loads the package's WebAssembly verifier with its built-in key in a new process, and verifies there. */
export function wasmVerify(request: WasmVerifyRequest): Promise<WasmVerifyAnswer> {
  return new Promise((resolve, reject) => {
    const child = fork(script, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    child.once('message', (answer) => resolve(answer as WasmVerifyAnswer))
    child.once('error', reject)
    child.once('exit', (code) => resolve({ ok: false, reason: `its process ended with ${code}` }))
    child.send(request)
  })
}
