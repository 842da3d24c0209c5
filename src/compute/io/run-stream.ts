import { sameHash } from '../../bitcoin/index.ts'
import type { PlacedHeader } from '../../bitcoin/io/index.ts'
import { encodeField, fromPeaks, leafCount, peaksOf, type TaggedHash } from '../../bus/index.ts'
import type { HeaderSource } from '../../bus/io/index.ts'
import { equalBytes, errorCode, throwIfAborted } from '../../lib/index.ts'
import { NativeEngine } from '../../proving/io/index.ts'
import { computeError } from '../errors.ts'
import type { StreamCheckpoint } from '../stream/checkpoint.ts'
import { planStep, streamStart, streamStep, streamVector, wholeTrees } from '../stream/header-stream.ts'
import { logOf } from '../stream/log.ts'
import { entryWire } from './entry-wire.ts'
import type { Left, Reached } from './kept-folds.ts'
import type { CompiledStream, StreamOfKeys } from './open-program.ts'
import { openWitnesses } from './sandbox/open-witnesses.ts'
import type { StreamCheckpoints } from './stream-checkpoints.ts'
import type { StreamEngines } from './stream-engines.ts'
import { elementsOf } from './witness-elements.ts'

/** Headers from where to where, and who hears of it. */
export interface RunOptions {
  /** First and last height of the headers that are taken. */
  readonly from: number
  readonly to: number
  readonly source: HeaderSource
  readonly poseidon: TaggedHash
  readonly signal?: AbortSignal | undefined
  /** Shared with other runs; closed by whoever opened them. */
  readonly engines?: StreamEngines | undefined
  /** Headers taken, of how many; while the proof is compressed, undefined. */
  onProgress?(done: number | undefined, total: number): void
}

/** What a stream has come to after its last header. */
export interface StreamRun {
  readonly last: PlacedHeader
  readonly steps: number
  /** The program's own elements. */
  readonly state: readonly bigint[]
  /** Entries of the log, oldest first; empty for a program without one. */
  readonly log: readonly bigint[]
  /** What the circuit commits to as all headers taken. */
  readonly history: bigint
}

/** Runs a stream without proving anything: what it would say. */
export async function runStream(graph: CompiledStream, options: RunOptions): Promise<StreamRun> {
  return await run(graph, options, beginning(graph, options.poseidon), async () => undefined)
}

export interface ProveStreamOptions extends RunOptions {
  /** Where it may be gone on with, and is kept; from the first header on, and nowhere, unless given. */
  readonly checkpoints?: StreamCheckpoints | undefined
  /** Height of the last header that was taken before. */
  onResumed?(height: number): void
}

/** Runs and proves a stream: one proof of all its steps. */
export async function proveStream(
  program: StreamOfKeys,
  options: ProveStreamOptions,
): Promise<StreamRun & { readonly proof: Uint8Array }> {
  const { signal, from, to, onProgress, checkpoints, engines } = options
  const inMemory = await engines?.folds.below(program.id, from, to, options.source, signal)
  const { fold, at: begin } = inMemory ?? (await load(program, options))
  if (begin.last !== undefined) options.onResumed?.(begin.last.height)
  let kept = performance.now()
  const ran = await run(program, options, begin, async (witness, at) => {
    await fold.fold(witness)
    if (checkpoints === undefined || !isToBeKept(program, at, to - from + 1, kept)) return
    const saved = await fold.save()
    await checkpoints.keep(checkpointOf(program, from, at, saved))
    await engines?.folds.keep(program.id, from, { fold, at }, saved.length)
    kept = performance.now()
  })
  onProgress?.(undefined, to - from + 1)
  const proof = await fold.compress(signal === undefined ? {} : { signal })
  return { ...ran, proof }
}

function beginning({ manifest }: CompiledStream, poseidon: TaggedHash): Reached {
  return { state: streamStart(poseidon, manifest.program.state.length), log: [], steps: 0, taken: 0, last: undefined }
}

/** While a long run catches up, so much is lost by a kill, milliseconds. */
const KEEP_EVERY = 30_000

/** Trees are whole, and either the end is near, where the next run goes on, or much was done since the last one. */
function isToBeKept({ levels }: CompiledStream, { state, taken }: Reached, total: number, kept: number): boolean {
  const isNearEnd = total - taken < 2 ** levels - 1
  return wholeTrees(state.history, levels) && (isNearEnd || performance.now() - kept > KEEP_EVERY)
}

function checkpointOf(
  { id: program }: StreamOfKeys,
  from: number,
  { state, log, steps, last }: Reached,
  fold: Uint8Array,
): StreamCheckpoint {
  const { height, hash } = last as PlacedHeader
  const trees = peaksOf(state.history)
  return { program, from, height, blockHash: hash, steps, trees, state: state.own, log, fold }
}

/** A fold to go on with from disk, or one that begins. */
async function load(program: StreamOfKeys, options: ProveStreamOptions): Promise<Left> {
  const engine = await (options.engines?.engine(program.keys) ?? NativeEngine.load(program.keys))
  const at = beginning(program, options.poseidon)
  const start = encodeField(streamVector(at.state))
  return (await resume(program, options, engine, start)) ?? { fold: engine.begin(start), at }
}

/** The newest checkpoint on disk whose block is in the chain and whose fold is what it says; null where there is none. */
async function resume(
  program: StreamOfKeys,
  { from, to, source, poseidon, signal, checkpoints, engines }: ProveStreamOptions,
  engine: NativeEngine,
  start: Uint8Array,
): Promise<Left | null> {
  if (checkpoints === undefined) return null
  for await (const checkpoint of checkpoints.below(program.id, from, to)) {
    const { height, blockHash, steps, trees, state: own, log } = checkpoint
    const [last] = await source.headers(height, 1, signal)
    const history = fromPeaks(poseidon, trees)
    const isIn = last !== undefined && sameHash(last.hash, blockHash)
    if (isIn && history !== null && wholeTrees(history, program.levels)) {
      const state = { history, log: logOf(poseidon, log), own }
      const fold = await engine.restore(checkpoint.fold, start).catch((error) => {
        if (errorCode(error) === 'E_ACCUMULATOR') return null
        throw error
      })
      const taken = height - from + 1
      const isSo = fold !== null && fold.steps === steps && equalBytes(fold.state(), encodeField(streamVector(state)))
      if (isSo && leafCount(history) === BigInt(taken)) {
        const left = { fold, at: { state, log, steps, taken, last } }
        await engines?.folds.keep(program.id, from, left, checkpoint.fold.length)
        return left
      }
    }
    await checkpoints.remove(checkpoint)
  }
  return null
}

/** Step by step; `each` may take its time over a step while the next one is computed. */
async function run(
  graph: CompiledStream,
  options: RunOptions,
  begin: Reached,
  each: (witness: Uint8Array, at: Reached) => Promise<void>,
): Promise<StreamRun> {
  const { levels, manifest } = graph
  const { from, to, source, poseidon, signal, engines, onProgress } = options
  const width = manifest.program.state.length
  const total = to - from + 1
  const told = manifest.program.log === undefined ? null : await entryWire(graph)
  const witnesses = await (engines?.witnesses(graph) ?? openWitnesses(graph))
  try {
    let { state, steps, taken, last } = begin
    const log = [...begin.log]
    let busy: Promise<void> = Promise.resolve()
    let proved = state.history.commitment
    while (taken < total) {
      throwIfAborted(signal)
      const { joins, leaves } = planStep(state.history, levels, total - taken)
      const headers = await readHeaders(source, from + taken, joins + leaves, signal)
      const { input, history } = streamStep(poseidon, state, headers, levels)
      const witness = await witnesses.witness(input, signal)
      // Wire 0 is the constant 1, then come the outputs: the history, the log, and the program's own.
      const [commitment, chained, ...own] = elementsOf(witness, 1, 2 + width) as [bigint, bigint, ...bigint[]]
      proved = commitment
      state = { history, log: chained, own }
      const [entry] = told === null ? [0n] : (elementsOf(witness, told, 1) as [bigint])
      if (entry !== 0n) log.push(entry)
      taken += headers.length
      last = headers.at(-1)
      steps++
      await busy
      busy = each(witness, { state, log: [...log], steps, taken, last })
      // Whoever waits for it hears what went wrong.
      busy.catch(() => undefined)
      onProgress?.(taken, total)
    }
    await busy
    if (last === undefined) throw computeError('E_INPUT', `there are no headers from height ${from} to ${to}`)
    return { last, steps, state: state.own, log, history: proved }
  } finally {
    await witnesses.close()
  }
}

async function readHeaders(source: HeaderSource, from: number, count: number, signal: AbortSignal | undefined) {
  const headers: PlacedHeader[] = []
  while (headers.length < count) {
    const more = await source.headers(from + headers.length, count - headers.length, signal)
    if (more.length === 0) throw computeError('E_INPUT', `there is no header at height ${from + headers.length}`)
    headers.push(...more)
  }
  return headers
}
