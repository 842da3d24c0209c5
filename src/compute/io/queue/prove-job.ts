import { fromDisplay, toDisplay } from '../../../bitcoin/index.ts'
import { poseidonOf } from '../../../bus/index.ts'
import type { HeaderSource } from '../../../bus/io/index.ts'
import { equalBytes } from '../../../lib/index.ts'
import { givenArguments } from '../../circuit/public-values.ts'
import { readArguments } from '../../circuit/read-arguments.ts'
import { computeError } from '../../errors.ts'
import type { ProveJob, ProvingJob } from '../../queue/job.ts'
import { queueError } from '../../queue/queue.ts'
import { encodeResult } from '../../result/result-file.ts'
import { decodePaymentsInput } from '../../transactions/payments-input.ts'
import type { OnceOfKeys, Program, StreamOfKeys, TransactionsOfKeys } from '../open-program.ts'
import { proveCircuit } from '../run-circuit.ts'
import { proveStream } from '../run-stream.ts'
import { provePayments } from '../run-transactions.ts'
import type { StreamCheckpoints } from '../stream-checkpoints.ts'
import type { StreamEngines } from '../stream-engines.ts'
import { readInput, type StoredInputs } from './stored-inputs.ts'

/** The inputs of a circuit's job, by name: the bytes that it reads, and the JSON of its arguments, or of the headers that it opens. */
export const ATTESTED_INPUT = 'attested'
export const ARGUMENTS_INPUT = 'arguments'
/** Of a program over transactions: `encodePaymentsInput`. */
export const TRANSACTIONS_INPUT = 'transactions'

/** What jobs are proved with. */
export interface JobSources {
  /** Programs by their ids, 64 hex digits; null for one that is not served here. */
  open(id: string, signal: AbortSignal): Promise<Program | null>
  /** Headers from the chain's first up to a height, for streams. */
  withHeaders<T>(
    height: number,
    signal: AbortSignal,
    work: (headers: { readonly source: HeaderSource; readonly from: number }) => Promise<T>,
  ): Promise<T>
  /** Where streams are gone on with; each is folded from its first header on unless given. */
  readonly checkpoints?: StreamCheckpoints | undefined
  /** Shared by streams; each proof has its own unless given. */
  readonly engines?: StreamEngines | undefined
  /** Inputs that jobs name by their hash. */
  readonly stored?: StoredInputs | undefined
}

/** Proves jobs by programs of this machine. */
export function jobProver(sources: JobSources): ProveJob {
  return async (job, signal) => {
    const program = await sources.open(job.program, signal)
    if (program === null) throw queueError('E_JOB_UNSERVED', `program ${job.program} is not served here`)
    if (program.kind !== job.kind) {
      throw queueError('E_JOB', `the job is of a ${job.kind}, ${program.manifest.name} is a ${program.kind}`)
    }
    if (program.kind === 'transactions') return await transactionsJob(program, job, sources, signal)
    return program.kind === 'stream'
      ? await streamJob(program, job, sources, signal)
      : await circuitJob(program, job, sources, signal)
  }
}

async function circuitJob(
  program: OnceOfKeys,
  job: ProvingJob,
  { stored }: JobSources,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { input } = program.manifest.program
  const taken = givenArguments(program.manifest.program)
  const read = (name: string) => readInput(job, name, stored, signal)
  const bytes = input === undefined ? undefined : await read(ATTESTED_INPUT)
  const json = taken.length === 0 ? '{}' : new TextDecoder().decode(await read(ARGUMENTS_INPUT))
  const given = readArguments({ arguments: taken }, json)
  if (!given.ok) throw queueError('E_JOB', given.detail)
  const { values, proof } = await proveCircuit(program, { bytes, arguments: given.input }, { signal })
  const { height, blockHash } = job
  return encodeResult({
    ...{ kind: 'circuit', program: program.id, height, blockHash: fromDisplay(blockHash), values, proof },
  })
}

async function transactionsJob(
  program: TransactionsOfKeys,
  job: ProvingJob,
  { stored }: JobSources,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const read = decodePaymentsInput(await readInput(job, TRANSACTIONS_INPUT, stored, signal))
  if (!read.ok) throw queueError('E_JOB', read.detail)
  const { script, from, to } = read.value
  const poseidon = poseidonOf(program.verifier)
  const { proof, ...ran } = await provePayments(program, program.keys, { ...read.value, poseidon, signal })
  const { height, blockHash } = job
  return encodeResult({
    ...{ kind: 'transactions', program: program.id, height, blockHash: fromDisplay(blockHash) },
    ...{ script, from, to, ...ran, proof },
  })
}

async function streamJob(
  program: StreamOfKeys,
  job: ProvingJob,
  sources: JobSources,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const proved = await sources.withHeaders(job.height, signal, ({ source, from }) =>
    proveStream(program, {
      ...{ checkpoints: sources.checkpoints, engines: sources.engines },
      ...{ source, from, to: job.height, poseidon: poseidonOf(program.verifier), signal },
    }),
  )
  const { last, steps, state, log, proof } = proved
  if (!equalBytes(last.hash, fromDisplay(job.blockHash))) {
    const other = `block ${toDisplay(last.hash)} at height ${job.height}, the job names ${job.blockHash}`
    throw computeError('E_MOVED', `the chain here has ${other}`)
  }
  return encodeResult({
    ...{ kind: 'stream', program: program.id, height: last.height, blockHash: last.hash, steps, state, log, proof },
  })
}
