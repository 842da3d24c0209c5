/** Proving, as far as it runs anywhere: what an engine is, and the verifier by WebAssembly. */

export type { CircuitDeclaration, CompiledCircuit } from './circuit.ts'
export type {
  CircuitInput,
  CircuitProof,
  CircuitValue,
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
export { openWasmProofVerifier } from './wasm-proof-verifier.ts'
export { openWasmVerifier } from './wasm-verifier.ts'
export { WitnessCalculator } from './witness-calculator.ts'
