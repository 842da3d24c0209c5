import { type NetworkParams, parseEnvelopes, sameHash, toDisplay } from '../../../bitcoin/index.ts'
import { bytesToHex } from '../../../lib/index.ts'
import { decodeRecord } from '../../record/codec.ts'
import type { WscRecord } from '../../record/record.ts'
import { counts, lineOf } from '../../record/sequence.ts'
import type { BitcoindCalls, CallOptions } from './client.ts'

/** Why a record will not count, or will not be believed, if it is inscribed as it is. */
export interface RecordWarning {
  /** Which of the inscriptions, counted from 0. */
  readonly inscription: number
  readonly reason: /** Its `seq` is not greater than one of its author and program that counts, or is being inscribed. */
    | 'seq-not-higher'
    /** bitcoind's chain has another block at its height. */
    | 'other-block'
    /** bitcoind's chain has no block at its height yet. */
    | 'no-such-block'
  /** The same with the values. */
  readonly detail: string
}

/** Greatest `seq` by author and program (`lineOf`), of what somebody knows; undefined where that is nothing. */
export interface KnownSequences {
  greatest(line: string): Promise<number | undefined>
}

/** The record that a leaf script inscribes; null where it is none of this network. */
export function recordIn(leaf: Uint8Array, params: NetworkParams): WscRecord | null {
  return recordAndBodyIn(leaf, params)?.record ?? null
}

/** The same with what it is about. */
export function recordAndBodyIn(
  leaf: Uint8Array,
  params: NetworkParams,
): { readonly record: WscRecord; readonly body: Uint8Array } | null {
  const [envelope] = parseEnvelopes({ inputs: [{ witness: [leaf, new Uint8Array(33)] }] })
  const result = envelope === undefined ? null : decodeRecord(envelope, params)
  return result?.ok === true ? result : null
}

export function lineOfRecord({ author, program }: WscRecord): string {
  return lineOf({ author: bytesToHex(author), program: bytesToHex(program) })
}

/** What is to be said of these records, one for each inscription, before anyone pays for them. */
export async function recordWarnings(
  records: readonly (WscRecord | null)[],
  client: BitcoindCalls,
  known: readonly KnownSequences[],
  options: CallOptions,
): Promise<RecordWarning[]> {
  const warnings: RecordWarning[] = []
  const greatest = new Map<string, number | undefined>()
  for (const [inscription, record] of records.entries()) {
    if (record === null) continue
    const warn = (reason: RecordWarning['reason'], detail: string) => warnings.push({ inscription, reason, detail })
    const line = lineOfRecord(record)
    if (!greatest.has(line)) greatest.set(line, await greatestOf(line, known))
    const before = greatest.get(line)
    if (counts(record.seq, before)) greatest.set(line, record.seq)
    else warn('seq-not-higher', `its seq is ${record.seq}, and ${before} has been used for its program`)
    const hash = await client.getBlockHash(record.height, options)
    if (hash === undefined) warn('no-such-block', `the node has no block ${record.height} yet`)
    else if (!sameHash(hash, record.blockHash)) {
      warn(
        'other-block',
        `block ${record.height} of the node is ${toDisplay(hash)}, not ${toDisplay(record.blockHash)}`,
      )
    }
  }
  return warnings
}

async function greatestOf(line: string, known: readonly KnownSequences[]): Promise<number | undefined> {
  const found = await Promise.all(known.map((one) => one.greatest(line)))
  const all = found.filter((seq) => seq !== undefined)
  return all.length === 0 ? undefined : Math.max(...all)
}
