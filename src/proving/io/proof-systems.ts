import { readRegular } from '../../lib/io/index.ts'
import type { CompiledCircuit } from '../circuit.ts'
import type { ProofEngine, ProofInfo, ProofVerifier } from '../engine.ts'
import { ensureGroth16Setup, Groth16Engine, openGroth16Verifier } from './groth16-engine.ts'
import { NativeProofEngine, NativeProofVerifier } from './native-proof-engine.ts'
import { ensureProofSetup, type KeyDirectory, type SetupOptions } from './setup.ts'

/** A one-shot proof system from keys to proofs, whichever it is. */
export interface ProofSystem {
  /** Makes the keys of a circuit, or finds them. */
  setUp(circuit: CompiledCircuit, options?: SetupOptions): Promise<KeyDirectory>
  openVerifier(keys: KeyDirectory): Promise<ProofVerifier>
  /** An engine may have a process of its own: whoever has opened it closes it. */
  openEngine(keys: KeyDirectory): Promise<ProofEngine & { close(): void }>
}

/** More than any key of Spartan has. */
const MAX_SPARTAN_KEY_BYTES = 16 << 20

/** Those that there are, as manifests name them. */
export const PROOF_SYSTEMS: Readonly<Record<ProofInfo['scheme'], ProofSystem>> = {
  spartan: {
    setUp: ensureProofSetup,
    openVerifier: async (keys) => new NativeProofVerifier(await readRegular(keys.verifierKey, MAX_SPARTAN_KEY_BYTES)),
    openEngine: async (keys) => Object.assign(await NativeProofEngine.load(keys), { close: () => undefined }),
  },
  groth16: {
    setUp: ensureGroth16Setup,
    openVerifier: openGroth16Verifier,
    openEngine: Groth16Engine.load,
  },
}
