/** Proving, as far as it runs anywhere: what an engine is, and the verifier by WebAssembly. */

export type { CircuitDeclaration, CircuitKind, CompiledCircuit } from './circuit.ts'
export type {
  CircuitInput,
  CircuitProof,
  CircuitValue,
  EngineInfo,
  Fold,
  FoldEngine,
  ProofEngine,
  ProofInfo,
  ProofReject,
  ProofVerifier,
  ProveOptions,
  SetupKind,
  SnarkVerifier,
  WitnessSource,
} from './engine.ts'
export { ProvingError, type ProvingErrorCode } from './errors.ts'
export { FIELD_MODULUS } from './modulus.ts'
export { WasmVerifierError, type WasmVerifierErrorCode } from './wasm-instance.ts'
export { openWasmProofVerifier } from './wasm-proof-verifier.ts'
export { type OpenWasmOptions, openWasmVerifier } from './wasm-verifier.ts'
export { WitnessCalculator, WitnessError } from './witness-calculator.ts'
