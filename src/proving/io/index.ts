/** Proving's half that needs Node: the addon, the compiler of circuits, keys and their cache. */
export { requireProver } from './addon.ts'
export { buildAddon } from './build-addon.ts'
export { cacheDirectory } from './cache.ts'
export { type CircuitRegistry, circuitRegistry } from './circuit-registry.ts'
export type { SourceFolders } from './circuit-sources.ts'
export {
  type CompileOptions,
  circomCompiler,
  circomSources,
  compileCircom,
  compileCircuit,
  inspectCircom,
} from './circuits.ts'
export { applyBeacon, beginCeremony, checkKey, contribute, contributionsOf } from './groth16-ceremony.ts'
export { BEACON_ROUNDS, ensureGroth16Key, noteSetup } from './groth16-engine.ts'
export { NativeEngine } from './native-engine.ts'
export { NativeProofEngine, NativeProofVerifier } from './native-proof-engine.ts'
export { openMask, openNativeStorage, openTries } from './native-storage.ts'
export { NativeVerifier } from './native-verifier.ts'
export { BusWitnessSource, CertifyWitnessSource } from './native-witness.ts'
export { PROOF_SYSTEMS } from './proof-systems.ts'
export { type R1csCounts, readR1csCounts } from './r1cs-header.ts'
export { ensureProofSetup, ensureSetup, type KeyDirectory, type SetupOptions } from './setup.ts'
export { WasmWitnessSource } from './wasm-witness-source.ts'
export type { WitnessLimits } from './witness-generator.ts'
export { WitnessThread } from './witness-thread.ts'
