import { z } from 'zod'
import { type NetworkParams, networkHash } from '../../bitcoin/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import { settlementError } from '../errors.ts'
import { DAMAGE_CURES, type Store, type StoreContent } from './store.ts'

/** Marks a new store as of this format and network. Throws E_STORE, with this message, where it is of another. */
export async function requireOwner(
  store: Store,
  format: number,
  params: NetworkParams,
  message: string,
): Promise<void> {
  const network = bytesToHex(networkHash(params))
  const owner = await store.get('owner')
  const schema = z.strictObject({ format: z.literal(format), network: z.literal(network) })
  if (owner === undefined) await store.put('owner', { format, network }, { sync: true })
  else if (!schema.safeParse(owner).success) {
    throw settlementError('E_STORE', message, { cure: { act: 'other-settlement-dir' } })
  }
}

/** A value as it was put. Throws E_STORE, with this message and the cure of such a store, where it is not. */
export function parseStored<T>(schema: z.ZodType<T>, value: unknown, content: StoreContent, message: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw settlementError('E_STORE', message, { cure: DAMAGE_CURES[content] })
}
