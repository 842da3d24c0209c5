import { WscError, type WscErrorOptions } from '../lib/index.ts'

/**
 * Exceptions of computing: a manifest says what it may not, or a folder holds none; the circuit is not what the manifest says
 * of it; there is no input of the kind or at the height asked for; a graph's vectors say what they may not, or there are none;
 * a store of this part is damaged, of something else, or in use; the chain has moved away from a block meanwhile;
 * a file of webhooks cannot be read; what is to be inscribed was paid for elsewhere.
 */
export type ComputeErrorCode =
  | 'E_MANIFEST'
  | 'E_PROGRAM'
  | 'E_INPUT'
  | 'E_VECTORS'
  | 'E_STORE'
  | 'E_LOCKED'
  | 'E_MOVED'
  | 'E_WEBHOOKS'
  | 'E_RECORD'

export function computeError(
  code: ComputeErrorCode,
  message: string,
  options?: WscErrorOptions,
): WscError<ComputeErrorCode> {
  return new WscError(code, message, options)
}
