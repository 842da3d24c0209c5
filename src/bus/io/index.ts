/** The bus: one proof that a header chain obeys Bitcoin's rules, made (here) and verified (`../index.ts`). */
export {
  type AttestMaterial,
  type OpenAttestor,
  openAttestor,
} from './attest/open-attestor.ts'
export { stepCircuit } from './circuit.ts'
export { type Following, openFollowing } from './following.ts'
export { History, type HistoryStart, historyStart } from './history/history.ts'
export { type HistoryOwner, historyOwner, openLevelTable } from './history/level-table.ts'
export type { PoseidonSource } from './history/nodes.ts'
export { provedPlaces } from './history/places.ts'
export { type HistoryTable, memoryTable } from './history/table.ts'
export { openVerifier } from './open-verifier.ts'
export { checkAhead } from './prover/check-ahead.ts'
export { MAX_CHECKPOINT_BYTES } from './prover/checkpoint-codec.ts'
export { bitcoindSource, fileSource, type HeaderClient, type HeaderSource } from './prover/header-source.ts'
export { type OpenProver, type OpenProverOptions, openProver } from './prover/open-prover.ts'
export { proverKeys } from './prover/prover-keys.ts'
export { ProvingOnce } from './prover/proving-once.ts'
export { type BusStatus, readStatus } from './prover/status.ts'
export { exportCheckpoint, importCheckpoint } from './prover/transfer.ts'
export { type BusServerOptions, busServer } from './serve/bus-server.ts'
export { ServedBus, type ServedBusComponents, type ServedBusEvents, type ServedProof } from './serve/served-bus.ts'
export { ServedFile, type ServedFileComponents, type ServedFileEvents } from './serve/served-file.ts'
export { ownHistory, type ServedHistory } from './serve/served-history.ts'
export { openServing, type Serving } from './serving.ts'
export { ProofFetcher } from './sync/proof-fetcher.ts'
