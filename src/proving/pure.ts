/** The half of this part that runs in a browser too: verifying by WebAssembly. */

export type { SetupKind, SnarkVerifier } from './engine.ts'
export { FIELD_MODULUS } from './modulus.ts'
export {
  type OpenWasmOptions,
  openWasmVerifier,
  WasmVerifierError,
  type WasmVerifierErrorCode,
} from './wasm-verifier.ts'
