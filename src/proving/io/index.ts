/** Proving's half that needs Node: the addon, the compiler of circuits, keys and their cache. */
export { requireProver } from './addon.ts'
export { BusWitnessSource } from './bus-witness.ts'
export { cacheDirectory } from './cache.ts'
export { type CompiledCircuit, compileCircom, compileCircuit } from './circuits.ts'
export { NativeEngine } from './native-engine.ts'
export { NativeVerifier } from './native-verifier.ts'
export { type R1csCounts, readR1csCounts } from './r1cs-header.ts'
export { developmentPowers, ensureSetup, type KeyDirectory, type SetupOptions } from './setup.ts'
