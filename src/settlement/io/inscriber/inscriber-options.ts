import type { WscRecord } from '../../record/record.ts'
import type { Store } from '../store.ts'
import type { Wallet } from '../wallet/wallet.ts'
import type { BitcoindCalls } from './client.ts'
import type { OnNote } from './notes.ts'
import type { Cost } from './plan.ts'
import type { KnownSequences, RecordWarning } from './record-warnings.ts'

/** Who pays for inscriptions, at which rate, and where jobs are kept. */
export interface InscriberOptions {
  readonly wallet: Wallet
  readonly client: BitcoindCalls
  readonly store: Store
  /** The node's wallet that pays for the commits of new jobs; the coins of `wallet` do unless given. */
  readonly fundFrom?: string | undefined
  /** Confirmations after which an inscription needs no more care; 6 unless given. */
  readonly finality?: number | undefined
  /** Most that is paid, satoshis a virtual byte; 200 unless given. */
  readonly maxFeeRate?: number | undefined
  /** Lets coins pay that carry inscriptions, or may. */
  readonly allowInscribed?: boolean | undefined
  /** Has quotes assume a coin where there are too few; what is inscribed is paid for in any case. */
  readonly assumeCoin?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  /** What others than this store know of records, an index. */
  readonly known?: KnownSequences | undefined
  /** Told of a new job's records before anything is paid or sent. */
  readonly onWarning?: ((warning: RecordWarning) => void) | undefined
  /** Told before anything is sent. */
  readonly onCost?: ((cost: Cost) => void) | undefined
  /** What an operator should know: blocks mined directly, what is waited for. */
  readonly onNote?: OnNote
  /** Told the records of a job that was dropped, since another inscription with its ticket is final. */
  readonly onSuperseded?: ((records: readonly SupersededRecord[]) => void) | undefined
}

/** A record of a job that came to nothing. The same inscribed anew is a job of the same id. */
export interface SupersededRecord {
  readonly job: string
  readonly record: WscRecord
  readonly body: Uint8Array
}
