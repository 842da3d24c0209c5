/** The bus: one proof that a header chain obeys Bitcoin's rules, made (here) and verified (`pure.ts`). */
export { type CheckpointEntry, CheckpointStore, type StoreOptions } from './prover/checkpoint-store.ts'
export { nodeFiles, writeAtomic } from './prover/files.ts'
export { type FollowOptions, follow } from './prover/follow.ts'
export { fileSource, type HeaderClient, type HeaderSource, nodeSource } from './prover/header-source.ts'
export { type AdvanceResult, BusProver, type FoldProgress, type ProverOptions } from './prover/prover.ts'
export { type BusStatus, readStatus, type StatusFile, writeStatus } from './prover/status.ts'
export { exportCheckpoint, type ImportResult, importCheckpoint } from './prover/transfer.ts'
export * from './pure.ts'
