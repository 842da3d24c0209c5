import { join } from 'node:path'
import { type Block, decodeBlock, headerHash, toDisplay } from '../../../bitcoin/index.ts'
import { poseidonOf } from '../../../bus/index.ts'
import {
  fileSource,
  type HeaderSource,
  History,
  memoryTable,
  openVerifier,
  provedPlaces,
} from '../../../bus/io/index.ts'
import { errorCode, hexToBytes, rejection } from '../../../lib/index.ts'
import { readRegular } from '../../../lib/io/index.ts'
import { newestOver } from '../../automation/periods.ts'
import { namedValues } from '../../circuit/public-values.ts'
import { readArguments } from '../../circuit/read-arguments.ts'
import { computeError } from '../../errors.ts'
import type { HistoryBinding } from '../../manifest/history-binding.ts'
import { saidOf } from '../../stream/said.ts'
import { VECTORS_FILE, type Vector } from '../../vectors/vectors.ts'
import { collectTransactions } from '../collect-transactions.ts'
import { openPeriodOnce } from '../history-inputs.ts'
import type { CompiledGraph, CompiledOnce, CompiledStream, CompiledTransactions } from '../open-program.ts'
import { runCircuit } from '../run-circuit.ts'
import { runStream } from '../run-stream.ts'
import { runPayments } from '../run-transactions.ts'

export type Named = Readonly<Record<string, bigint>>

/** What a graph says of a case. */
export interface Said {
  readonly outputs?: Named
  readonly state?: Named
  readonly log?: readonly Named[]
}

/** Of a file that a vector names. */
export const MAX_VECTOR_FILE_BYTES: number = 8 << 20

/** Runs a compiled graph over what a case gives it, and proves nothing. Throws E_VECTORS for a case of another kind of graph. */
export async function saysOf(graph: CompiledGraph, vector: Vector, signal: AbortSignal | undefined): Promise<Said> {
  if (graph.kind === 'stream') return await streamSays(graph, vector, signal)
  if (graph.kind === 'transactions') return await transactionsSay(graph, vector, signal)
  const { history } = graph.manifest.program
  return history === undefined
    ? await circuitSays(graph, vector, signal)
    : await periodSays(graph, history, vector, signal)
}

/** Whether an error is an answer of the program: its circuit has no witness, or what it reads of a chain is not there. */
export function isRefusal(graph: CompiledGraph, error: unknown): boolean {
  const readsChain =
    graph.kind === 'transactions' || (graph.kind === 'circuit' && graph.manifest.program.history !== undefined)
  return errorCode(error) === 'E_WITNESS' || (readsChain && errorCode(error) === 'E_INPUT')
}

async function circuitSays(graph: CompiledOnce, vector: Vector, signal: AbortSignal | undefined): Promise<Said> {
  requireOnly(vector, graph.kind, ['input', 'arguments', 'outputs'])
  const { program } = graph.manifest
  const { input, arguments: given } = vector
  const reads = program.input?.signal !== undefined
  if ((input !== undefined) !== reads) {
    throw of(vector, !reads ? 'the circuit reads no input' : 'a circuit reads an input')
  }
  if ((given === undefined) !== (program.arguments.length === 0)) {
    throw of(vector, given === undefined ? 'the circuit takes arguments' : 'the circuit takes no arguments')
  }
  const bytes = input === undefined ? undefined : await readFile(graph.folder, vector, input)
  const json = given === undefined ? '{}' : new TextDecoder().decode(await readFile(graph.folder, vector, given))
  const read = readArguments(program, json)
  if (!read.ok) throw of(vector, `${given}: ${read.detail}`)
  const values = await runCircuit(graph, { bytes, arguments: read.input }, signal)
  return { outputs: namedValues(program, values).outputs }
}

async function streamSays(graph: CompiledStream, vector: Vector, signal: AbortSignal | undefined): Promise<Said> {
  requireOnly(vector, graph.kind, ['headers', 'startHeight', 'height', 'state', 'log'])
  const headers = await readHeaders(graph, vector)
  const poseidon = poseidonOf(await openVerifier())
  const { state, log } = await runStream(graph, { ...headers, poseidon, signal })
  const said = saidOf(graph.manifest, state, log)
  if (!said.ok) throw of(vector, said.detail)
  return { state: said.state, log: said.log ?? [] }
}

async function periodSays(
  graph: CompiledOnce,
  binding: HistoryBinding,
  vector: Vector,
  signal: AbortSignal | undefined,
): Promise<Said> {
  requireOnly(vector, graph.kind, ['headers', 'startHeight', 'ordinal', 'outputs'])
  const { source, from, to } = await readHeaders(graph, vector)
  const poseidon = await openVerifier()
  const ordinal = vector.ordinal ?? newestOver(to, binding.period)
  if (ordinal < 0) throw of(vector, `no period of ${binding.period} blocks is over at height ${to}`)
  const { input } = await openPeriodOnce(binding, ordinal, { source, from, poseidon, signal })
  const values = await runCircuit(graph, { arguments: input }, signal)
  return { outputs: namedValues(graph.manifest.program, values).outputs }
}

async function transactionsSay(
  graph: CompiledTransactions,
  vector: Vector,
  signal: AbortSignal | undefined,
): Promise<Said> {
  const own = ['headers', 'startHeight', 'height', 'blocks', 'script', 'from', 'to', 'txids', 'outputs'] as const
  requireOnly(vector, graph.kind, own)
  const { source, from: start, to: height } = await readHeaders(graph, vector)
  const { script: fixed } = graph.manifest.program
  if ((fixed === undefined) === (vector.script === undefined)) {
    throw of(vector, fixed === undefined ? 'it says no script' : 'the manifest says the script')
  }
  const script = hexToBytes(fixed ?? (vector.script as string))
  const { from = start, to = height, txids } = vector
  const verifier = await openVerifier()
  const poseidon = poseidonOf(verifier)
  const [first] = await source.headers(start, 1, signal)
  if (first === undefined) throw of(vector, 'there are no headers')
  const history = await History.open(first, memoryTable(), verifier)
  await history.sync(source, height, signal)
  const anchor = start === 0 ? null : { height: start, hash: toDisplay(headerHash(first.header)) }
  const chain = { height, accumulator: await history.commitment(height), anchor }
  const placed = await collectTransactions({
    ...{ script, txids: txids && new Set(txids), from, to, chain, poseidon, signal },
    ...{ places: await provedPlaces(history, chain), blocks: await readBlocks(graph, vector) },
  })
  const run = { history: chain.accumulator, script, from, placed, poseidon, signal }
  const { outputs, sum, transactions } = await runPayments(graph, run)
  return { outputs: { outputs, satoshis: sum, transactions: BigInt(transactions.length) } }
}

/** The headers of a case, from the chain's first one that it has, and how far they are taken. */
async function readHeaders(
  { folder, kind }: CompiledGraph,
  vector: Vector,
): Promise<{ readonly source: HeaderSource; readonly from: number; readonly to: number }> {
  const { headers, startHeight: from = 0 } = vector
  if (headers === undefined) throw of(vector, `a ${kind} reads headers`)
  const made = fileSource(await readFile(folder, vector, headers), from)
  if (!made.ok) throw of(vector, `${headers}: ${made.detail}`)
  const last = await made.source.tipHeight()
  const to = vector.height ?? last
  if (to < from || to > last) throw of(vector, `it takes headers up to height ${to}, there are ${from} to ${last}`)
  return { source: made.source, from, to }
}

async function readBlocks({ folder }: CompiledGraph, vector: Vector) {
  const blocks = new Map<string, Block>()
  for (const path of vector.blocks ?? []) {
    const read = decodeBlock(await readFile(folder, vector, path))
    if (!read.ok) throw of(vector, `${path} is no raw block: ${read.detail}`)
    blocks.set(toDisplay(read.block.hash), read.block)
  }
  return {
    async block(hash: Block['hash']) {
      const block = blocks.get(toDisplay(hash))
      return block === undefined
        ? rejection('no-such-block' as const, 'no file of it is named')
        : { ok: true as const, block }
    },
  }
}

/** A key of another kind of graph would be ignored, and what it says believed. */
function requireOnly(vector: Vector, kind: CompiledGraph['kind'], own: readonly (keyof Vector)[]): void {
  const known: readonly string[] = ['name', 'refused', ...own]
  const other = Object.keys(vector).find((key) => !known.includes(key))
  if (other !== undefined) throw of(vector, `${other} is not for a ${kind}`)
}

async function readFile(folder: string, vector: Vector, path: string): Promise<Uint8Array> {
  const bytes = await readRegular(join(folder, path), MAX_VECTOR_FILE_BYTES).catch((cause) => {
    throw of(vector, `${path} cannot be read: ${(cause as Error).message}`, cause)
  })
  if (bytes.length > MAX_VECTOR_FILE_BYTES) throw of(vector, `${path} has more than ${MAX_VECTOR_FILE_BYTES} bytes`)
  return bytes
}

function of({ name }: Vector, why: string, cause?: unknown) {
  return computeError('E_VECTORS', `case ${JSON.stringify(name)} of ${VECTORS_FILE}: ${why}`, { cause })
}
