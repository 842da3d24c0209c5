import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type AnchorContext, type NetworkParams, packParams } from '../../../bitcoin/index.ts'
import type { FoldEngine, SnarkVerifier } from '../../../proving/index.ts'
import { type KeyDirectory, NativeEngine, NativeVerifier } from '../../../proving/io/index.ts'
import type { Poseidon } from '../../accumulator.ts'
import { busError } from '../../errors.ts'
import { encodeField } from '../../field.ts'
import { poseidonOf } from '../../poseidon.ts'
import { anchorState, type ChainState, startState } from '../../state.ts'
import { packState } from '../../state-vector.ts'
import { refusesSetup, type VerifyOptions } from '../../verify.ts'
import { stepCircuit } from '../circuit.ts'
import { type HistoryStart, historyStart } from '../history/history.ts'
import { CheckpointStore } from './checkpoint-store.ts'
import { BusProver } from './prover.ts'
import { StatusKeeper } from './status-keeper.ts'

/**
 * A reorg right after catching up then folds its own blocks anew, not all since the last checkpoint. Saving costs some
 * 10 ms of CPU and 8 MB a step.
 */
const NEAR_TIP = 12

export interface OpenProverOptions {
  readonly params: NetworkParams
  /** The context of the anchor that the chain starts from; genesis otherwise. */
  readonly anchor?: AnchorContext | undefined
  /** The data directory: of this chain, from this start, under these keys alone. */
  readonly dir: string
  readonly keys: KeyDirectory
  /** Accept development keys on a network whose proofs must rest on the ceremony. */
  readonly allowInsecureSetup: boolean
  readonly checkpointEveryMs?: number | undefined
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** A prover and everything it works with, opened in order and closed together. Its directory is locked. */
export interface OpenProver {
  readonly dir: string
  readonly start: ChainState
  /** The first header of a history of this chain. */
  readonly historyStart: HistoryStart
  readonly store: CheckpointStore
  readonly engine: FoldEngine
  readonly prover: BusProver
  readonly poseidon: Poseidon
  readonly verifier: SnarkVerifier
  readonly status: StatusKeeper
  /** How a proof of this chain is judged, as of now. */
  verifyOptions(): VerifyOptions
  close(): Promise<void>
}

/**
 * Opens what a chain is proved with. Throws E_USAGE where the keys are not those that the network needs, else as
 * `CheckpointStore.open` does.
 */
export async function openProver(options: OpenProverOptions): Promise<OpenProver> {
  const { params, anchor, dir, keys, allowInsecureSetup, checkpointEveryMs, clock } = options
  const verifier = new NativeVerifier(await readFile(keys.verifierKey))
  if (refusesSetup(params, verifier.setup, allowInsecureSetup)) {
    throw busError('E_USAGE', `these powers are not the public ceremony's, which ${params.name} needs`)
  }
  const poseidon = poseidonOf(verifier)
  const start = anchor === undefined ? startState(params, poseidon) : anchorState(params, anchor, poseidon)
  // Before anything is claimed or folded: a proof by these parameters must verify by this key.
  const engine = await NativeEngine.load(keys)
  if (engine.info.keyId !== verifier.keyId) {
    const cure = { act: 'delete-and-again', subject: keys.directory }
    throw busError('E_USAGE', `the cached keys in ${keys.directory} are damaged`, { cure })
  }
  const owner = { params: packParams(params).toString(16), start: startId(start), keyId: verifier.keyId }
  const store = await CheckpointStore.open({ dir, owner, params, poseidon })
  try {
    const witnesses = await stepCircuit.openWitnesses(keys.circuit)
    const prover = new BusProver({
      start,
      engine,
      witnesses,
      store,
      poseidon,
      clock,
      saveNearTip: NEAR_TIP,
      ...(checkpointEveryMs !== undefined && { checkpointEveryMs }),
    })
    const status = await StatusKeeper.open({ dir, start, clock, newestTip: () => store.list()[0]?.hash ?? null })
    status.watch(prover)
    return {
      dir,
      start,
      historyStart: historyStart(params, anchor),
      store,
      engine,
      prover,
      poseidon,
      verifier,
      status,
      verifyOptions: () => ({
        params,
        verifier,
        now: clock() / 1000,
        allowInsecureSetup,
        ...(anchor !== undefined && { anchor }),
      }),
      async close() {
        await witnesses.close()
        await status.close()
        await store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Names a start exactly: two anchors at one header may differ in the window they carry. */
function startId(start: ChainState): string {
  const digest = createHash('sha256')
    .update(encodeField(packState(start)))
    .digest('hex')
  return `${start.start.kind}:${start.start.height}:${digest}`
}
