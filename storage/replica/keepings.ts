import { hexToBytes } from '../../src/lib/index.ts'
import type { MaskKernel } from '../../src/proving/index.ts'
import { encodedKeeping } from './encoded-keeping.ts'
import { type Keeping, rawKeeping } from './keeping.ts'

const ENCODED = /^encoded-([0-9a-f]{64})$/

/** Every way of keeping that there is, by its name. */
export class Keepings {
  readonly #networkHash: Uint8Array
  readonly #mask: () => MaskKernel
  readonly #encoded = new Map<string, Keeping>()

  /** @param mask may throw E_NO_ADDON: asked for once something is encoded, or is to be */
  constructor(networkHash: Uint8Array, mask: () => MaskKernel) {
    this.#networkHash = networkHash
    this.#mask = mask
  }

  /** Under a provider's key, 64 hex digits. Throws E_NO_ADDON. */
  encoded(key: string): Keeping {
    const keeping = this.#encoded.get(key) ?? encodedKeeping(this.#mask(), this.#networkHash, hexToBytes(key))
    this.#encoded.set(key, keeping)
    return keeping
  }

  /** Null where nothing is kept like that. Throws E_NO_ADDON. */
  named(name: string): Keeping | null {
    if (name === rawKeeping.name) return rawKeeping
    const key = ENCODED.exec(name)?.[1]
    return key === undefined ? null : this.encoded(key)
  }
}
