import { z } from 'zod'
import { decodeWholeTransaction, type NetworkParams, parseEnvelopes } from '../../../bitcoin/index.ts'
import { BitcoindError } from '../../../bitcoin/io/index.ts'
import { hexToBytes } from '../../../lib/index.ts'
import { decodeRecord } from '../../record/codec.ts'
import { lineOf } from '../../record/sequence.ts'
import type { BitcoindCalls, CallOptions } from './client.ts'
import { type JobStore, leavesOf } from './job.ts'
import type { OnNote } from './notes.ts'
import { type KnownSequences, lineOfRecord, recordAndBodyIn } from './record-warnings.ts'

/** The records of one author for one program; 64 hex digits each. */
export interface RecordLine {
  readonly author: string
  readonly program: string
}

/** A record of this store that is not final. */
interface WaitingRecord {
  readonly job: string
  /** Which of the job's inscriptions, counted from 0. */
  readonly inscription: number
  readonly seq: number
  readonly body: Uint8Array
  readonly output: Uint8Array
}

/** What is known of a line of records. */
export interface RecordStanding {
  /** Greatest `seq` that was used, wherever it is; null before the first. */
  readonly lastSeq: number | null
  /** Those of this store that are not final, the one with the greatest `seq` last. */
  readonly waiting: readonly WaitingRecord[]
}

export interface StandingComponents {
  readonly jobs: JobStore
  readonly known?: KnownSequences | undefined
  readonly client: BitcoindCalls
  readonly params: NetworkParams
  readonly onNote?: OnNote
}

/** More transactions are not looked through: each is asked for. */
const MAX_SEARCHED = 20_000
/** So many in one request: of the longest that nodes relay, 32 MB. */
const BATCH = 40
/** Of a transaction as nodes relay it (400,000 weight units), in hex. */
const MAX_HEX = 800_000

export async function recordStanding(
  components: StandingComponents,
  line: RecordLine,
  options: CallOptions,
): Promise<RecordStanding> {
  const { jobs, known, params } = components
  const key = lineOf(line)
  const found = [await jobs.greatest(key), await known?.greatest(key), await inMempool(components, key, options)]
  const seqs = found.filter((seq) => seq !== undefined)
  const waiting: WaitingRecord[] = []
  for (const job of await jobs.list()) {
    for (const [inscription, leaf] of leavesOf(job.attempts.at(-1)!).entries()) {
      const one = recordAndBodyIn(leaf, params)
      if (one === null || lineOfRecord(one.record) !== key) continue
      const { seq, output } = one.record
      waiting.push({ job: job.id, inscription, seq, output, body: one.body })
    }
  }
  return { lastSeq: seqs.length === 0 ? null : Math.max(...seqs), waiting: waiting.sort((a, b) => a.seq - b.seq) }
}

const idsSchema = z.array(z.string().regex(/^[0-9a-f]{64}$/))
const hexSchema = z
  .string()
  .max(MAX_HEX)
  .regex(/^([0-9a-f]{2})+$/)
/** Core: rpc/protocol.h, RPC_INVALID_ADDRESS_OR_KEY: it has left the mempool. */
const NOT_THERE = -5

/** Whoever has the same key, in another folder or on another machine, may have sent some. */
async function inMempool(
  { client, params, onNote }: StandingComponents,
  line: string,
  options: CallOptions,
): Promise<number | undefined> {
  const ids = await client.call({ method: 'getrawmempool', schema: idsSchema }, options)
  if (ids.length > MAX_SEARCHED) {
    onNote?.({ kind: 'mempool-not-searched', transactions: ids.length })
    return undefined
  }
  let greatest: number | undefined
  for (let from = 0; from < ids.length; from += BATCH) {
    for (const hex of await transactions(client, ids.slice(from, from + BATCH), options)) {
      const decoded = decodeWholeTransaction(hexToBytes(hex))
      for (const envelope of decoded.ok ? parseEnvelopes(decoded.tx) : []) {
        const read = decodeRecord(envelope, params)
        if (read.ok && lineOfRecord(read.record) === line) greatest = Math.max(read.record.seq, greatest ?? 0)
      }
    }
  }
  return greatest
}

/** Those that are still there, in hex. */
async function transactions(client: BitcoindCalls, ids: readonly string[], options: CallOptions): Promise<string[]> {
  const calls = ids.map((id) => ({ method: 'getrawtransaction', params: [id], schema: hexSchema }))
  try {
    return await client.batch(calls, options)
  } catch (error) {
    if (!hasLeft(error)) throw error
  }
  // One of them is gone, and its answer is that of all: one by one, then.
  const found: string[] = []
  for (const call of calls) {
    try {
      found.push(await client.call(call, options))
    } catch (error) {
      if (!hasLeft(error)) throw error
    }
  }
  return found
}

function hasLeft(error: unknown): boolean {
  return error instanceof BitcoindError && error.rpcCode === NOT_THERE
}
