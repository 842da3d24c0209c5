import type { PlacedHeader } from '../../bitcoin/io/index.ts'
import { encodeField, type Poseidon } from '../../bus/index.ts'
import type { HeaderSource } from '../../bus/io/index.ts'
import { throwIfAborted } from '../../lib/index.ts'
import { type KeyDirectory, NativeEngine } from '../../proving/io/index.ts'
import { computeError } from '../errors.ts'
import { planStep, type StreamState, streamStart, streamStep, streamVector } from '../stream/header-stream.ts'
import { entryWire } from './entry-wire.ts'
import type { CompiledStream } from './open-program.ts'
import { openWitnesses } from './sandbox/open-witnesses.ts'
import { elementsOf } from './witness-elements.ts'

/** Headers from where to where, and who hears of it. */
export interface RunOptions {
  /** First and last height of the headers that are taken. */
  readonly from: number
  readonly to: number
  readonly source: HeaderSource
  readonly poseidon: Poseidon
  readonly signal?: AbortSignal | undefined
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
  return await run(graph, options, async () => undefined)
}

/** Runs and proves a stream: one proof of all its steps. */
export async function proveStream(
  graph: CompiledStream,
  keys: KeyDirectory,
  options: RunOptions,
): Promise<StreamRun & { readonly proof: Uint8Array }> {
  const { signal, from, to, onProgress } = options
  const engine = await NativeEngine.load(keys)
  const start = streamVector(streamStart(options.poseidon, graph.manifest.program.state.length))
  const fold = engine.begin(encodeField(start))
  const ran = await run(graph, options, (witness) => fold.fold(witness))
  onProgress?.(undefined, to - from + 1)
  const proof = await fold.compress(signal === undefined ? {} : { signal })
  return { ...ran, proof }
}

/** Step by step; `each` may take its time over a step while the next one is computed. */
async function run(
  graph: CompiledStream,
  options: RunOptions,
  each: (witness: Uint8Array) => Promise<void>,
): Promise<StreamRun> {
  const { levels, manifest } = graph
  const { from, to, source, poseidon, signal, onProgress } = options
  const width = manifest.program.state.length
  const total = to - from + 1
  const told = manifest.program.log === undefined ? null : await entryWire(graph)
  const witnesses = await openWitnesses(graph)
  try {
    let state: StreamState = streamStart(poseidon, width)
    let last: PlacedHeader | undefined
    let busy: Promise<void> = Promise.resolve()
    let steps = 0
    let taken = 0
    let proved = state.history.commitment
    const log: bigint[] = []
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
      busy = each(witness)
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
