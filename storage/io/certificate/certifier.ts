import { bytesToHex, throwIfAborted } from '../../../src/lib/index.ts'
import type { StorageKernel } from '../../../src/proving/index.ts'
import type { SignedSteps } from '../../certificate/certificate.ts'
import { certificateMessage } from '../../certificate/signature.ts'
import { type Drawing, startOf } from '../../certificate/statement.ts'
import type { OpenedUnit } from '../../sampling/opened-unit.ts'
import { PROVING_PARTS, proveSteps, type StepsEngine } from './prove-steps.ts'

export interface CertifierComponents {
  readonly kernel: Pick<StorageKernel, 'storageDraw'>
  /** Loads what proves steps. */
  open(): Promise<StepsEngine>
  /** BIP340 by the provider's key. */
  sign(hash: Uint8Array): Uint8Array
}

/** Part of the work that is done. */
export type OnParts = (done: number, total: number) => void

/** Parts that were made last, by blob and block: asked again, one costs nothing. */
const KEPT = 16

/**
 * Makes a provider's parts of certificates, one at a time: each takes all cores for some seconds. What proves them is loaded
 * for the first that is not made already, and let go once none waits.
 */
export class Certifier {
  readonly #components: CertifierComponents
  readonly #made = new Map<string, SignedSteps>()
  #waiting = 0
  #last: Promise<unknown> = Promise.resolve()
  #engine: StepsEngine | null = null

  constructor(components: CertifierComponents) {
    this.#components = components
  }

  /** How many are being made or wait. */
  get underWay(): number {
    return this.#waiting
  }

  /** @param units those that are drawn, one for each sample */
  async certify(
    drawing: Drawing,
    units: readonly OpenedUnit[],
    signal: AbortSignal,
    onParts: OnParts = () => undefined,
  ): Promise<SignedSteps> {
    this.#waiting++
    const work = this.#last.then(() => this.#make(drawing, units, signal, onParts))
    this.#last = work.catch(() => undefined)
    try {
      return await work
    } finally {
      this.#waiting--
      if (this.#waiting === 0) this.#engine = null
    }
  }

  async #make(
    drawing: Drawing,
    units: readonly OpenedUnit[],
    signal: AbortSignal,
    onParts: OnParts,
  ): Promise<SignedSteps> {
    throwIfAborted(signal)
    const name = `${drawing.blob.id} ${bytesToHex(drawing.blockHash)}`
    const known = this.#made.get(name)
    if (known !== undefined) return known
    const { kernel, open, sign } = this.#components
    onParts(0, PROVING_PARTS)
    this.#engine ??= await open()
    const proof = await proveSteps(this.#engine, startOf(kernel, drawing), units, { signal, onProgress: onParts })
    const signed = { proof, signature: sign(certificateMessage(drawing, proof)) }
    this.#made.set(name, signed)
    const [oldest] = this.#made.keys()
    if (this.#made.size > KEPT && oldest !== undefined) this.#made.delete(oldest)
    return signed
  }
}
