import { WscError, type WscErrorOptions } from '../lib/index.ts'

const CODES = [
  'E_WALLET_FILE',
  'E_WALLET_MODE',
  'E_WALLET_NETWORK',
  'E_WALLET_LOCKED',
  'E_NODE_WALLET',
  'E_NODE_WALLET_LOCKED',
  'E_NODE_WALLET_LEGACY',
  'E_FUNDS',
  'E_FEE_CAP',
  'E_FEE_ESTIMATE',
  'E_TOO_LARGE',
  'E_POLICY',
  'E_CONFLICT',
  'E_JOB',
  // A graph's ticket is none, or cannot be spent now.
  'E_TICKET',
  // No record can be made of what is to be inscribed.
  'E_RECORD',
  'E_STORE',
  // Something the caller asked for that cannot be, such as another beginning of an index.
  'E_USAGE',
  'E_LOCKED',
] as const

/** Exceptions of settlement: files, funds, fees, and a node that will not take a transaction. */
export type SettlementErrorCode = (typeof CODES)[number] | 'E_NODE_GARBAGE'

/** An exception with one of settlement's codes. */
export function settlementError(
  code: SettlementErrorCode,
  message: string,
  options?: WscErrorOptions,
): WscError<SettlementErrorCode> {
  return new WscError(code, message, options)
}

/** Whether it is settlement's own; what a node's answer lacks (E_NODE_GARBAGE) is said by others too, and so is not. */
export function isSettlementError(error: unknown): error is WscError<SettlementErrorCode> {
  return error instanceof WscError && (CODES as readonly string[]).includes(error.code)
}
