import { readFile } from 'node:fs/promises'
import type { BlockHash } from '../../../src/bitcoin/index.ts'
import type { PeerTransport } from '../../../src/bus/index.ts'
import { asError, Emitter, type Events, Running, type RunningService } from '../../../src/lib/index.ts'
import type { MaskKernel, StorageKernel } from '../../../src/proving/index.ts'
import { NativeVerifier } from '../../../src/proving/io/index.ts'
import type { StorageParams } from '../../params.ts'
import type { EncodedUnits } from '../../replica/encoded-units.ts'
import type { KeptUnits } from '../kept-unit.ts'
import type { TableService } from '../table-service.ts'
import { answerCertificates } from './answer-certificates.ts'
import { Certifier } from './certifier.ts'
import { openStepsEngine, type StepsKeysOptions, stepsKeys } from './open-steps-engine.ts'

/** By whom certificates are signed: a wallet is one. */
export interface CertificateSigner {
  /** X-only, 32 bytes. */
  readonly publicKey: Uint8Array
  signTagged(hash: Uint8Array): Uint8Array
}

export interface CertificateComponents {
  /** Started, and by whoever made it. */
  readonly table: TableService
  readonly transport: PeerTransport
  readonly params: StorageParams
  readonly kernel: StorageKernel
  readonly mask: MaskKernel
  /** What is kept encoded under the signer's key; null where nothing is. */
  units(): EncodedUnits | null
  readonly signer: CertificateSigner
  /** Of the active chain; null above its tip. */
  hashAt(height: number): Promise<BlockHash | null>
  /** A powers-of-tau file of the public ceremony; the development powers when left out. */
  readonly ptau?: string | undefined
}

export interface CertificateEvents {
  /** What proves steps is there from now on: the first time it takes minutes. */
  readonly ready: object
  readonly failed: Error
}

/** Gives peers this provider's parts of certificates. */
export class CertificateService implements RunningService {
  readonly #components: CertificateComponents
  readonly #events = new Emitter<CertificateEvents>()
  readonly #running = new Running()

  constructor(components: CertificateComponents) {
    this.#components = components
  }

  get events(): Events<CertificateEvents> {
    return this.#events
  }

  async start(signal?: AbortSignal): Promise<void> {
    this.#running.begin((ending) => this.#run(ending), signal)
  }

  async stop(): Promise<void> {
    await this.#running.stop()
  }

  async ended(): Promise<void> {
    await this.#running.ended()
  }

  /** Nothing is promised to peers before it can be kept: keys are made first. */
  async #run(signal: AbortSignal): Promise<void> {
    const { kernel, mask, signer, units, ptau, ...rest } = this.#components
    const prepared = await prepare({ ptau, signal }).catch((error: unknown) => {
      if (!signal.aborted) this.#events.emit('failed', asError(error))
      return null
    })
    if (prepared === null) return
    const { keys, verifyingKey } = prepared
    const certifier = new Certifier({
      kernel,
      open: () => openStepsEngine(kernel, keys),
      sign: (hash) => signer.signTagged(hash),
    })
    const from = {
      kernel,
      mask,
      units: { provedEncodedUnit: async (...place) => (await units()?.provedEncodedUnit(...place)) ?? null },
    } satisfies KeptUnits
    const close = await answerCertificates({ ...rest, key: signer.publicKey, certifier, verifyingKey, from })
    this.#events.emit('ready', {})
    try {
      const fired = Promise.withResolvers<void>()
      signal.addEventListener('abort', () => fired.resolve(), { once: true })
      if (!signal.aborted) await fired.promise
    } finally {
      await close()
    }
  }
}

async function prepare(options: StepsKeysOptions) {
  const keys = await stepsKeys(options)
  const { keyId } = new NativeVerifier(await readFile(keys.verifierKey))
  return { keys, verifyingKey: keyId }
}
