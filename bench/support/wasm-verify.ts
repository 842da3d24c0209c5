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

const script = fileURLToPath(new URL('wasm-verify-process.ts', import.meta.url))

/** Loads the package's WebAssembly verifier with its built-in key in a new process, and verifies there. */
export function wasmVerify(request: WasmVerifyRequest): Promise<WasmVerifyTimes> {
  return new Promise((resolve, reject) => {
    const child = fork(script, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    let errors = ''
    child.stderr?.on('data', (data) => {
      errors += data
    })
    child.once('message', (times) => resolve(times as WasmVerifyTimes))
    child.once('error', reject)
    child.once('exit', (code) =>
      reject(new Error(`the WebAssembly verifier’s process: exit ${code}\n${errors.trim()}`)),
    )
    child.send(request)
  })
}
