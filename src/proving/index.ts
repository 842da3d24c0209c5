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
export type { Contribution } from './groth16/contributions.ts'
export type { MaskKernel } from './mask-kernel.ts'
export { FIELD_MODULUS } from './modulus.ts'
export type { StorageKernel } from './storage-kernel.ts'
export type { TryKernel } from './try-kernel.ts'
export { openWasmProofVerifier } from './wasm-proof-verifier.ts'
export { openWasmStorage } from './wasm-storage.ts'
export { openWasmVerifier } from './wasm-verifier.ts'
export { WitnessCalculator } from './witness-calculator.ts'
export { confineModule, MAX_MODULE_BYTES, PAGE_BYTES } from './witness-module.ts'
