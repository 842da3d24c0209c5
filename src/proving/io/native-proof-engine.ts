import { readFile } from 'node:fs/promises'
import type * as Addon from '../../../folding/index.d.ts'
import type { Result } from '../../lib/index.ts'
import type { CircuitProof, ProofEngine, ProofInfo, ProofReject, ProofVerifier, ProveOptions } from '../engine.ts'
import { judged } from '../judged.ts'
import { abortable, loadAddon } from './addon.ts'
import type { KeyDirectory } from './setup.ts'

/** Verifies a circuit's one-shot proofs by the addon. */
export class NativeProofVerifier implements ProofVerifier {
  readonly info: ProofInfo
  readonly #verifier: Addon.CircuitVerifier

  /**
   * @param key the circuit's compact verifying key
   * @param ceremonyTauG2 counts as the ceremony's τ·G2 instead of the built-in one: for tests
   */
  constructor(key: Uint8Array, ceremonyTauG2?: Uint8Array) {
    const addon = loadAddon()
    this.#verifier = new addon.CircuitVerifier(key, ceremonyTauG2)
    const { keyId, setup, publicValues } = this.#verifier
    this.info = { scheme: 'spartan', keyId, setup, publicValues }
  }

  verify(proof: Uint8Array, publicValues: Uint8Array): Promise<Result<object, ProofReject>> {
    return judged(proof, publicValues, (...given) => this.#verifier.verify(...given))
  }
}

/**
 * Proves and verifies one circuit by the addon: Spartan with Mercury, by powers of tau alone. Succinct, but not
 * zero-knowledge: a proof may tell of its private inputs.
 */
export class NativeProofEngine implements ProofEngine {
  readonly info: ProofEngine['info']
  readonly #prover: Addon.CircuitProver
  readonly #verifier: NativeProofVerifier

  private constructor(prover: Addon.CircuitProver, verifier: NativeProofVerifier) {
    this.#prover = prover
    this.#verifier = verifier
    const { constraints, wires } = prover.info
    this.info = { ...verifier.info, constraints, wires }
  }

  /** @param keys what `ensureProofSetup` made */
  static async load(keys: KeyDirectory, ceremonyTauG2?: Uint8Array): Promise<NativeProofEngine> {
    const prover = await loadAddon().CircuitProver.load(keys.directory, keys.circuit.r1cs)
    return new NativeProofEngine(prover, new NativeProofVerifier(await readFile(keys.verifierKey), ceremonyTauG2))
  }

  async prove(witness: Uint8Array, options: ProveOptions = {}): Promise<CircuitProof> {
    const { signal } = options
    const report = (stage: string, done: number, total: number) => options.onProgress?.(stage, done, total)
    const made = await abortable(loadAddon(), signal, (abort) => this.#prover.prove(witness, report, abort))
    // Who asked to stop too late for the addon to hear it hears the same.
    signal?.throwIfAborted()
    return made
  }

  verify(proof: Uint8Array, publicValues: Uint8Array): Promise<Result<object, ProofReject>> {
    return this.#verifier.verify(proof, publicValues)
  }
}
