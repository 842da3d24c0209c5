export { requireProver } from './addon.ts'
export { BusWitnessSource } from './bus-witness.ts'
export { cacheDirectory } from './cache.ts'
export { type CompiledCircuit, compileCircom, compileCircuit } from './circuits.ts'
export type {
  CircuitInput,
  CircuitValue,
  EngineInfo,
  Fold,
  FoldEngine,
  SetupKind,
  SnarkVerifier,
  WitnessSource,
} from './engine.ts'
export { ProvingError, type ProvingErrorCode } from './errors.ts'
export { NativeEngine } from './native-engine.ts'
export { NativeVerifier } from './native-verifier.ts'
export { type R1csCounts, readR1csCounts } from './r1cs-header.ts'
export { developmentPowers, ensureSetup, type KeyDirectory, type SetupOptions } from './setup.ts'
export { WitnessCalculator, WitnessError } from './witness-calculator.ts'
