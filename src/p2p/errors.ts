import { WscError, type WscErrorOptions } from '../lib/index.ts'

/** Exceptions of p2p: what an operator must look at. What a peer does wrong is never one. */
export type P2pErrorCode =
  /** An address that is none of its kind, or cannot be listened at. */
  | 'E_P2P_ADDRESS'
  /** The file of the peer identity cannot be read or written, is none, or is open to others. */
  | 'E_P2P_IDENTITY'
  /** Nobody can be reached at an address, or nobody may be: a private one on a public network. */
  | 'E_P2P_UNREACHABLE'

export function p2pError(code: P2pErrorCode, message: string, options?: WscErrorOptions): WscError<P2pErrorCode> {
  return new WscError(code, message, options)
}
