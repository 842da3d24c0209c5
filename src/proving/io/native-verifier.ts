import type * as Addon from '../../../folding/index.d.ts'
import type { SetupKind, SnarkVerifier } from '../engine.ts'
import { loadAddon } from './addon.ts'

/** The addon's verifier: a tenth of the WebAssembly one's time. */
export class NativeVerifier implements SnarkVerifier {
  readonly keyId: string
  readonly circuitId: string
  readonly setup: SetupKind
  readonly arity: number
  readonly #addon: typeof Addon
  readonly #verifier: Addon.Verifier

  /**
   * @param key the compact verifying key, which may be anybody’s: nothing in it is trusted
   * @param ceremonyTauG2 counts as the ceremony's τ·G2 instead of the built-in one: for tests
   */
  constructor(key: Uint8Array, ceremonyTauG2?: Uint8Array) {
    this.#addon = loadAddon()
    this.#verifier = new this.#addon.Verifier(key, ceremonyTauG2)
    this.keyId = this.#verifier.keyId
    this.circuitId = this.#verifier.circuitId
    this.setup = this.#verifier.setup
    this.arity = this.#verifier.arity
  }

  verify(snark: Uint8Array, steps: number, start: Uint8Array): Promise<Uint8Array> {
    return this.#verifier.verify(snark, steps, start)
  }

  poseidon(tag: number, inputs: Uint8Array): Uint8Array {
    return this.#addon.poseidon(tag, inputs)
  }
}
