/** What an operator should know of how inscribing goes. */
export type InscriberNote =
  /** Its policy refuses what a reveal holds, for this reason; on regtest it is mined directly then. */
  | { readonly kind: 'mined-directly'; readonly reason: string }
  /** A child pays as much already; satoshis a virtual byte. */
  | { readonly kind: 'paid-already'; readonly feeRate: number }
  /** The sats of a coin (`<txid>:<vout>`) are followed back through so many transactions already; it goes on. */
  | { readonly kind: 'long-history'; readonly coin: string; readonly steps: number }
  /** bitcoind scans its unspent outputs for someone else, which is waited for. */
  | { readonly kind: 'scan-waits' }
  /** A quote assumes a coin: those that there are do not pay for it, for this reason. */
  | { readonly kind: 'coin-assumed'; readonly reason: string }
  /** So many transactions wait that they were not looked through for records of the wallet's key. */
  | { readonly kind: 'mempool-not-searched'; readonly transactions: number }

/** Who hears such a note. */
export type OnNote = ((note: InscriberNote) => void) | undefined
