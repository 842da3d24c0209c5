import type { CountingRules } from '../../../../storage/index.ts'
import type { IndexService } from '../../../settlement/io/index.ts'
import { type PlacedProver, Registered } from '../../scheduling/registered.ts'
import { PROVER_KIND, readProverRecord } from '../../scheduling/registration.ts'

/** Whose keys count, by the records that an index of inscriptions holds now. */
export async function registeredIn({ index }: Pick<IndexService, 'index'>, rules: CountingRules): Promise<Registered> {
  const records: PlacedProver[] = []
  for await (const { height, record } of index.query({ kind: PROVER_KIND })) {
    const read = record === null ? null : readProverRecord(record)
    if (read !== null) records.push({ ...read, height })
  }
  return new Registered(rules, records)
}
