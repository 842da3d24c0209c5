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
   * For a key that a set-up of one's own made; a stranger's is opened by `open`.
   *
   * @param key the compact verifying key
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

  /** Opens a key that may be anybody's: unless it is the trusted one, the digest in it that the powers are part of is recomputed. */
  static async open(key: Uint8Array, trustedKeyId: string): Promise<NativeVerifier> {
    const verifier = new NativeVerifier(key)
    if (verifier.keyId !== trustedKeyId) await verifier.#addon.checkKey(key)
    return verifier
  }

  verify(snark: Uint8Array, steps: number, start: Uint8Array): Promise<Uint8Array> {
    return this.#verifier.verify(snark, steps, start)
  }

  poseidon(tag: number, inputs: Uint8Array): Uint8Array {
    return this.#addon.poseidon(tag, inputs)
  }
}
