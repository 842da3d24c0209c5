import type * as Addon from '../../../folding/index.d.ts'
import type { EngineInfo, Fold, FoldEngine } from '../engine.ts'
import { abortable, loadAddon } from './addon.ts'
import type { KeyDirectory } from './setup.ts'

/** The folding engine of the native addon, with the parameters of one circuit and setup loaded. */
export class NativeEngine implements FoldEngine {
  readonly info: EngineInfo
  readonly #addon: typeof Addon
  readonly #prover: Addon.Prover

  private constructor(addon: typeof Addon, prover: Addon.Prover) {
    this.#addon = addon
    this.#prover = prover
    this.info = prover.info
  }

  static async load(keys: KeyDirectory): Promise<NativeEngine> {
    const addon = loadAddon()
    return new NativeEngine(addon, await addon.Prover.load(keys.directory, keys.circuit.r1cs))
  }

  begin(start: Uint8Array): Fold {
    return new NativeFold(this.#addon, this.#prover.begin(start))
  }

  async restore(saved: Uint8Array, start: Uint8Array): Promise<Fold> {
    return new NativeFold(this.#addon, await this.#prover.restore(saved, start))
  }
}

class NativeFold implements Fold {
  readonly #addon: typeof Addon
  readonly #fold: Addon.Fold

  constructor(addon: typeof Addon, fold: Addon.Fold) {
    this.#addon = addon
    this.#fold = fold
  }

  get steps(): number {
    return this.#fold.steps
  }

  state(): Uint8Array {
    return this.#fold.state()
  }

  fold(witness: Uint8Array): Promise<void> {
    return this.#fold.fold(witness)
  }

  async fork(): Promise<Fold> {
    return new NativeFold(this.#addon, await this.#fold.fork())
  }

  save(): Promise<Uint8Array> {
    return this.#fold.save()
  }

  compress(options: Parameters<Fold['compress']>[0] = {}): Promise<Uint8Array> {
    const report = (stage: string) => options.onProgress?.(stage)
    return abortable(this.#addon, options.signal, (abort) => this.#fold.compress(report, abort))
  }
}
