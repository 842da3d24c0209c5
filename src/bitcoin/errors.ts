/** Every exception of this part: a bug of the caller or unusable input, never a mere invalid header. */
export type BitcoinErrorCode = 'E_HEADER_LENGTH' | 'E_HEADER_RANGE' | 'E_HASH' | 'E_COMPACT' | 'E_PARAMS'

export class BitcoinError extends Error {
  readonly code: BitcoinErrorCode

  constructor(code: BitcoinErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'BitcoinError'
    this.code = code
  }
}
