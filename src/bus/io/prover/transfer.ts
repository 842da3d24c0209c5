import { packParams, sameHash } from '../../../bitcoin/index.ts'
import { equalBytes, type Result } from '../../../lib/index.ts'
import type { FoldEngine } from '../../../proving/index.ts'
import type { Poseidon } from '../../accumulator.ts'
import { busError } from '../../errors.ts'
import { encodeField } from '../../field.ts'
import type { ChainState } from '../../state.ts'
import { packState } from '../../state-vector.ts'
import { decodeCheckpoint } from './checkpoint-codec.ts'
import type { CheckpointEntry, CheckpointStore } from './checkpoint-store.ts'
import { stateFromJson } from './state-codec.ts'

export type ImportReject = 'damaged' | 'wrong-format' | 'wrong-key' | 'wrong-network' | 'wrong-start' | 'not-proved'

export type ImportResult = Result<{ readonly entry: CheckpointEntry }, ImportReject>

/** The newest checkpoint (or the newest at or below a height) as one file that another machine can import. */
export async function exportCheckpoint(
  store: CheckpointStore,
  atOrBelow = Number.POSITIVE_INFINITY,
): Promise<{ readonly entry: CheckpointEntry; readonly bytes: Uint8Array }> {
  const entry = store.list().find(({ height }) => height <= atOrBelow)
  if (entry === undefined) throw busError('E_CHECKPOINT', `there is no checkpoint to export in ${store.dir}`)
  const bytes = await store.raw(entry)
  const decoded = decodeCheckpoint(bytes)
  if (!decoded.ok) throw busError('E_CHECKPOINT', `checkpoint ${entry.file} is ${decoded.detail}`)
  if ((await store.load(entry)) === null) {
    throw busError('E_CHECKPOINT', `checkpoint ${entry.file} is not the one that was saved`)
  }
  return { entry, bytes }
}

/**
 * Takes over a checkpoint made elsewhere. It comes from anybody, so everything is proved first: the engine verifies
 * the fold from *this* chain's start vector, and the state beside it must be the one the fold ended in.
 */
export async function importCheckpoint(
  bytes: Uint8Array,
  options: {
    readonly store: CheckpointStore
    readonly engine: FoldEngine
    readonly start: ChainState
    readonly poseidon: Poseidon
  },
): Promise<ImportResult> {
  const { store, engine, start, poseidon } = options
  const refuse = (reject: ImportReject, detail: string): ImportResult => ({ ok: false, reject, detail })
  const decoded = decodeCheckpoint(bytes)
  if (!decoded.ok) return refuse(decoded.reject === 'foreign' ? 'wrong-format' : 'damaged', decoded.detail)
  const { checkpoint } = decoded
  if (checkpoint.keyId !== engine.info.keyId) return refuse('wrong-key', `made for key ${checkpoint.keyId}`)
  if (BigInt(`0x${checkpoint.state.params}`) !== packParams(start.params)) {
    return refuse('wrong-network', `not a checkpoint of ${start.params.name}`)
  }
  const state = stateFromJson(checkpoint.state, start.params, poseidon)
  if (state === null) return refuse('damaged', 'its state is impossible')
  if (state.start.kind !== start.start.kind || !sameHash(state.start.hash, start.start.hash)) {
    return refuse('wrong-start', `it starts from ${state.start.kind} at height ${state.start.height}`)
  }
  try {
    const fold = await engine.restore(checkpoint.fold, encodeField(packState(start)))
    if (fold.steps !== checkpoint.steps || !equalBytes(fold.state(), encodeField(packState(state)))) {
      return refuse('not-proved', 'its state is not the one that was folded')
    }
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'E_ACCUMULATOR') throw error
    return refuse('not-proved', 'its fold does not verify from this start')
  }
  return { ok: true, entry: await store.save({ ...state, start: start.start }, checkpoint.steps, checkpoint.fold) }
}
