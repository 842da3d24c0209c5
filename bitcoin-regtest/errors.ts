/** No bitcoind could be had; the message says why and what to do. */
export class BitcoindUnavailableError extends Error {
  readonly code = 'E_BITCOIND_UNAVAILABLE'
  override readonly name = 'BitcoindUnavailableError'
  /** The message without its cure. */
  readonly reason: string

  constructor(reason: string, cause?: unknown) {
    const cure = 'Install Bitcoin Core and put bitcoind on PATH, or set WSC_BITCOIND to its path.'
    super(`No bitcoind: ${reason}\n${cure}`, cause === undefined ? undefined : { cause })
    this.reason = reason
  }
}

/** A bitcoind that was found did not start, or stopped unasked. */
export class BitcoindFailedError extends Error {
  readonly code = 'E_BITCOIND_FAILED'
  override readonly name = 'BitcoindFailedError'
}

/** The bitcoind found lacks an option that the wanted node needs. */
export class BitcoindUnsuitableError extends Error {
  readonly code = 'E_BITCOIND_UNSUITABLE'
  override readonly name = 'BitcoindUnsuitableError'
}
