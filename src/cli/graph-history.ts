import { InvalidArgumentError, Option } from 'commander'
import { type HeaderRejection, toDisplay } from '../bitcoin/index.ts'
import { openVerifier } from '../bus/io/index.ts'
import { encodeResult, type HistoryBinding, lastOf, namedValues, newestOver, resultIdentity } from '../compute/index.ts'
import {
  type CompiledOnce,
  type Graph,
  type OnceOfKeys,
  type OpenedPeriod,
  openPeriodOnce,
  proveCircuit,
  runCircuit,
} from '../compute/io/index.ts'
import { bytesToHex, rejection } from '../lib/index.ts'
import { diskFiles, writeAtomic } from '../lib/io/index.ts'
import type { CliContext } from './context.ts'
import { EXIT, type ExitCode, usageError } from './exit.ts'
import { type GraphRunOptions, withGraphHeaders, withHeaderSource } from './graph-place.ts'
import { namedJson, namedLines } from './graph-text.ts'
import { readNetwork, requireProvable } from './inputs.ts'
import { tellRefused } from './refused.ts'
import { jsonLine } from './text.ts'

/** What a command that runs a graph over periods of headers takes. */
export interface PeriodOptions extends GraphRunOptions {
  readonly ordinal?: number
  readonly json?: boolean
}

export const ordinalOption = () =>
  new Option(
    '--ordinal <K>',
    'of a circuit that opens headers: which period, from 0 on (default: the newest that is over)',
  ).argParser((text) => {
    if (!/^[0-9]{1,9}$/.test(text)) throw new InvalidArgumentError('not a number of a period')
    return Number(text)
  })

/** Whether a circuit opens headers in the history. */
export function opensHeaders({ manifest }: CompiledOnce): boolean {
  return manifest.program.history !== undefined
}

/**
 * Throws E_USAGE where the period that is asked for is not over, which is told before anything is compiled; of a graph that is about
 * no periods nothing is asked.
 */
export async function requirePeriod({ manifest }: Graph, context: CliContext, options: PeriodOptions): Promise<void> {
  const { program } = manifest
  const history = program.kind === 'circuit' ? program.history : undefined
  if (history === undefined) return
  const { ordinal, height } = options
  await withHeaderSource(requireProvable(await readNetwork(options.network)), options, context, async (source) => {
    const tip = await source.tipHeight(context.signal)
    if (ordinal === undefined) requireOver(newestOver(height ?? tip, history.period), history, height ?? tip)
    else if (lastOf(ordinal, history.period) > tip) {
      const ends = lastOf(ordinal, history.period)
      throw usageError(`period ${ordinal} is not over: it ends at height ${ends}, and there are headers up to ${tip}`)
    }
  })
}

function requireOver(newest: number, { period }: HistoryBinding, last: number): void {
  if (newest < 0) throw usageError(`the first period of ${period} blocks is not over at height ${last}`)
}

/** Runs a circuit that opens headers in the history, and shows what it says. */
export async function execHistory(context: CliContext, graph: CompiledOnce, options: PeriodOptions): Promise<ExitCode> {
  const { terminal, signal } = context
  const ran = await withPeriod(graph, context, options, async (opened) => {
    const values = await runCircuit(graph, { arguments: opened.input }, signal)
    return { ok: true as const, opened, named: namedValues(graph.manifest.program, values) }
  })
  if (!ran.ok) return tellHeader(context, ran)
  const { opened, named } = ran
  const about = placeJson(opened)
  if (options.json) terminal.result(jsonLine({ ...about, ...namedJson(named), proved: false }))
  else {
    terminal.result(`period    ${about.ordinal}, up to height ${about.height}, not proved`)
    for (const line of namedLines(named)) terminal.result(line)
  }
  return EXIT.valid
}

/** Proves what it says. */
export async function proveHistoryResult(
  context: CliContext,
  program: OnceOfKeys,
  options: PeriodOptions & { readonly out: string },
): Promise<ExitCode> {
  const { terminal, signal, clock } = context
  const { manifest, id } = program
  const condition = manifest.program.history?.condition
  const began = clock()
  const proved = await withPeriod(program, context, options, async (opened) => {
    const onProgress = (stage: string, done: number, total: number) => terminal.progress(`${stage} ${done} of ${total}`)
    const run = await proveCircuit(program, { arguments: opened.input }, { signal, onProgress })
    return { ok: true as const, opened, ...run }
  })
  terminal.settle()
  if (!proved.ok) return tellHeader(context, proved)
  const { opened, values, proof } = proved
  const named = namedValues(manifest.program, values)
  if (condition !== undefined && named.outputs[condition] !== 1n) {
    const detail = `period ${opened.ordinal}: ${condition} is ${named.outputs[condition]}, and such a result counts for nothing`
    return tellRefused(context, options, rejection('condition-false', detail), 'not proved')
  }
  const { height, blockHash } = opened
  const result = { kind: 'circuit', program: id, height, blockHash, values, proof } as const
  const bytes = encodeResult(result)
  await writeAtomic(diskFiles, options.out, bytes)
  const identity = bytesToHex(resultIdentity(manifest, result))
  const about = { program: bytesToHex(id), identity, ...placeJson(opened), ...namedJson(named) }
  const seconds = (clock() - began) / 1000
  if (options.json) terminal.result(jsonLine({ ...about, file: options.out, bytes: bytes.length, seconds }))
  else {
    const what = `what ${manifest.name} makes of period ${opened.ordinal}, up to height ${height}`
    terminal.result(`${options.out}: ${bytes.length} bytes prove ${what}`)
  }
  return EXIT.valid
}

function placeJson({ ordinal, height, blockHash }: OpenedPeriod) {
  return { ordinal, height, blockHash: toDisplay(blockHash) }
}

function tellHeader({ terminal }: CliContext, { reject, height, detail }: HeaderRejection): ExitCode {
  terminal.note(`invalid: ${reject} at height ${height}: ${detail}`)
  return EXIT.invalid
}

/** Reads and judges headers up to the end of a period, opens what the circuit reads of it, and hands that to `work`. */
async function withPeriod<T>(
  { manifest }: CompiledOnce,
  context: CliContext,
  options: PeriodOptions,
  work: (opened: OpenedPeriod) => Promise<T>,
): Promise<T | HeaderRejection> {
  const { terminal, signal } = context
  const binding = manifest.program.history as HistoryBinding
  const { ordinal, height } = options
  if (ordinal !== undefined && height !== undefined) throw usageError('give --ordinal or --height, not both')
  const to = ordinal === undefined ? height : lastOf(ordinal, binding.period)
  const limits = to === undefined ? options : { ...options, height: to }
  return await withGraphHeaders(limits, context, async ({ source, from, to: last }) => {
    const newest = ordinal ?? newestOver(last, binding.period)
    requireOver(newest, binding, last)
    terminal.progress('history …')
    const poseidon = await openVerifier()
    const opened = await openPeriodOnce(binding, newest, { source, from, poseidon, signal })
    terminal.settle()
    return await work(opened)
  })
}
