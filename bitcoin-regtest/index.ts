/** A real bitcoind for tests and demonstrations: finding one, and running it on private chains. */
export { type Bitcoind, type GetBitcoindOptions, getBitcoind, knowsOption } from './bitcoind.ts'
export { EphemeralNode } from './ephemeral-node.ts'
export { BitcoindFailedError, BitcoindUnavailableError, BitcoindUnsuitableError } from './errors.ts'
export type { NodeOptions } from './launch.ts'
export { RegtestNode } from './regtest-node.ts'
export { SignetNode, type SignetOptions } from './signet-node.ts'
