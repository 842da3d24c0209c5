/** No bitcoind could be had; the message says why and what to do. */
export class BitcoindUnavailableError extends Error {
  readonly code = 'E_BITCOIND_UNAVAILABLE'
  override readonly name = 'BitcoindUnavailableError'

  constructor(reason: string, cause?: unknown) {
    const cure = 'Install Bitcoin Core and put bitcoind on PATH, or set WSC_BITCOIND to its path.'
    super(`No bitcoind: ${reason}\n${cure}`, cause === undefined ? undefined : { cause })
  }
}
