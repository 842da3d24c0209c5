/** Exceptions of settlement: files, funds, fees, and a node that will not take a transaction. */
export type SettlementErrorCode =
  | 'E_WALLET_FILE'
  | 'E_WALLET_MODE'
  | 'E_WALLET_NETWORK'
  | 'E_WALLET_LOCKED'
  | 'E_NODE_WALLET'
  | 'E_NODE_WALLET_LOCKED'
  | 'E_NODE_WALLET_LEGACY'
  | 'E_FUNDS'
  | 'E_FEE_CAP'
  | 'E_FEE_ESTIMATE'
  | 'E_TOO_LARGE'
  | 'E_POLICY'
  | 'E_CONFLICT'
  | 'E_JOB'
  | 'E_STORE'
  | 'E_LOCKED'
  | 'E_NODE_GARBAGE'

export class SettlementError extends Error {
  readonly code: SettlementErrorCode

  constructor(code: SettlementErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SettlementError'
    this.code = code
  }
}
