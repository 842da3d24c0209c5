import { WscError } from '../lib/index.ts'

/** Every exception of this part: a bug of the caller or unusable input, never a mere invalid header. */
export type BitcoinErrorCode = 'E_HEADER_LENGTH' | 'E_HEADER_RANGE' | 'E_HASH' | 'E_COMPACT' | 'E_PARAMS'

/** An exception with one of this part's codes. */
export function bitcoinError(
  code: BitcoinErrorCode,
  message: string,
  options?: ErrorOptions,
): WscError<BitcoinErrorCode> {
  return new WscError(code, message, options)
}
