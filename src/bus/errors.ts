import { WscError, type WscErrorOptions } from '../lib/index.ts'

/** Exceptions of the bus: I/O and what an operator must look at. Invalid proofs and headers are returned values. */
export type BusErrorCode =
  | 'E_CHECKPOINT'
  | 'E_DATA_DIR_VERSION'
  | 'E_DATA_DIR_MISMATCH'
  | 'E_DISK_FULL'
  | 'E_ENGINE'
  | 'E_FETCH'
  | 'E_IO'
  | 'E_LOCKED'
  | 'E_MIN_WORK'
  | 'E_NO_HEADERS'
  | 'E_NOW'
  | 'E_REORG'
  | 'E_SOURCE'
  /** What was given does not fit together. */
  | 'E_USAGE'
  | 'E_ABORTED'

/** An exception with one of the bus's codes. */
export function busError(code: BusErrorCode, message: string, options?: WscErrorOptions): WscError<BusErrorCode> {
  return new WscError(code, message, options)
}
