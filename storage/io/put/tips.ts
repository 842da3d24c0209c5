import type { PeerName } from '../../../src/bus/index.ts'
import { POSTAGE } from '../../../src/settlement/io/index.ts'
import { storageError } from '../../errors.ts'
import type { StorageTable } from '../../table/table.ts'

/** What each record of a put pays a provider beside. */
export interface Tip {
  /** Key that the provider has registered with; the output is its taproot address (BIP86), 64 hex digits. */
  readonly author: string
  /** Satoshis. */
  readonly value: bigint
}

/** The least that nodes relay to a taproot address. */
export const LEAST_TIP: bigint = POSTAGE

/**
 * Whom a tip for a peer goes to follows from the chain alone: to the key whose latest record names that peer, and which
 * counts in the next block; of several, to the one that registered last. Throws E_NO_TIP where there is none.
 */
export function tipFor(
  { providers }: Pick<StorageTable, 'providers'>,
  peer: { readonly name: PeerName; readonly key: string },
  value: bigint,
  height: number,
): Tip {
  const registered = providers.list().filter((one) => one.peer === peer.key && providers.counts(one.author, height + 1))
  const [last] = registered.sort((a, b) => b.from - a.from)
  if (last === undefined) {
    throw storageError(
      'E_NO_TIP',
      `nothing was paid: ${peer.name} has registered no key that counts after height ${height}, so that there is no address to tip`,
      { cure: { act: 'provider-registers' } },
    )
  }
  return { author: last.author, value }
}
