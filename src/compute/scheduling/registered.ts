import { type CountingRules, Providers } from '../../../storage/index.ts'
import type { ProverRecord } from './registration.ts'

/** A record with the height of the block that includes it. */
export interface PlacedProver extends ProverRecord {
  readonly height: number
}

/** Whose keys count for proving, by the records of one chain; as of those of storage's providers, and under the same rules. */
export class Registered {
  readonly #providers: Providers

  /** @param records in the order of the chain */
  constructor(rules: CountingRules, records: readonly PlacedProver[]) {
    this.#providers = new Providers(rules)
    for (const record of records) this.#providers.apply(record.height, [record])
  }

  /**
   * Peers that count for a block of this height, 64 hex digits each. Of each author one does: a record costs a fee, so that nobody
   * has many places in the order for nothing.
   */
  peersAt(height: number): string[] {
    const peers = this.#providers.list().flatMap(({ author }) => {
      const registration = this.#providers.registrationAt(author, height)
      return registration === null ? [] : [registration.peer]
    })
    return [...new Set(peers)]
  }
}
