/** A real bitcoind for tests and demonstrations: finding one, and running it on private chains. */
export { type Bitcoind, type GetBitcoindOptions, getBitcoind, knowsOption } from './bitcoind.ts'
export { EphemeralBitcoind } from './ephemeral-node.ts'
export { BitcoindFailedError, BitcoindUnavailableError, BitcoindUnsuitableError } from './errors.ts'
export type { BitcoindOptions } from './launch.ts'
export { RegtestBitcoind } from './regtest-node.ts'
export { SignetBitcoind, type SignetOptions } from './signet-node.ts'
