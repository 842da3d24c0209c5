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
export type { ProvingErrorCode, WitnessErrorCode } from './errors.ts'
export { FIELD_MODULUS } from './modulus.ts'
export type { WasmVerifierErrorCode } from './wasm-instance.ts'
export { openWasmProofVerifier } from './wasm-proof-verifier.ts'
export { type OpenWasmOptions, openWasmVerifier } from './wasm-verifier.ts'
export { WitnessCalculator } from './witness-calculator.ts'
