import { openKernel } from '../../storage/io/index.ts'
import { blockHash, fromDisplay, type NetworkParams, toDisplay } from '../bitcoin/index.ts'
import type { Attestation, ProvedChain } from '../bus/index.ts'
import {
  type AttestedInput,
  attestedCommitment,
  attestedInput,
  type CircuitResult,
  encodeResult,
  type InputSource,
  inputSources,
  namedValues,
  nameOf,
  resultIdentity,
  verifyCircuit,
} from '../compute/index.ts'
import { type CompiledOnce, type OnceOfKeys, proveCircuit, runCircuit } from '../compute/io/index.ts'
import { bytesToHex, type Rejection, type Result, rejection, WscError } from '../lib/index.ts'
import { diskFiles, writeAtomic } from '../lib/io/index.ts'
import { readAttestationFile } from './attest/read-attestation-file.ts'
import type { CliContext } from './context.ts'
import { EXIT, type ExitCode, usageError } from './exit.ts'
import { readArgumentsFile } from './graph-arguments.ts'
import { type EvidenceOptions, readEvidence } from './graph-evidence.ts'
import { listOfNode } from './graph-records.ts'
import { resultOfNode } from './graph-result.ts'
import { namedJson, namedLines } from './graph-text.ts'
import { readUpTo } from './inputs.ts'
import type { IndexOptions } from './inscription-index.ts'
import { type JudgeOptions, openJudge, readProof } from './proved-chain.ts'
import { tellRefused } from './refused.ts'
import { type SourceGraphOptions, sourceResultsOf } from './source-graphs.ts'
import { jsonLine, setupText } from './text.ts'

interface ExecOptions extends IndexOptions, SourceGraphOptions {
  readonly input?: string
  readonly arguments?: string
  readonly height?: number
  readonly json?: boolean
}

/** Runs a circuit over a file, or over the records that a node's chain holds, and shows its outputs. */
export async function execCircuit(context: CliContext, graph: CompiledOnce, options: ExecOptions): Promise<ExitCode> {
  const given = await readArgumentsFile(graph, options.arguments)
  const bytes = await readInput(context, graph, options)
  const { terminal, signal } = context
  const values = await runCircuit(graph, { bytes, arguments: given }, signal)
  const named = namedValues(graph.manifest.program, values)
  if (options.json) terminal.result(jsonLine({ ...namedJson(named), proved: false }))
  else for (const line of namedLines(named)) terminal.result(line)
  return EXIT.valid
}

async function readInput(
  context: CliContext,
  graph: CompiledOnce,
  options: ExecOptions,
): Promise<Uint8Array | undefined> {
  const { manifest } = graph
  const { input } = manifest.program
  if (input?.signal === undefined) return undefined
  if (options.input !== undefined) return await readUpTo(options.input, input.bytes)
  const [source, ...more] = inputSources(manifest)
  if (source?.kind === 'inscriptions' && more.length === 0)
    return await listOfNode(context, source, input.bytes, options)
  if (source?.kind === 'result' && more.length === 0)
    return await resultOfNode(context, graph, source, input.bytes, options)
  throw usageError('this circuit reads bytes: give them by --input FILE')
}

interface ProveOptions extends JudgeOptions, EvidenceOptions, SourceGraphOptions {
  readonly arguments?: string
  readonly proof?: string
  readonly out: string
  readonly json?: boolean
}

/** Proves what a circuit makes of its arguments, and of an inscription, which is attested. */
export async function proveCircuitResult(
  context: CliContext,
  program: OnceOfKeys,
  options: ProveOptions,
): Promise<ExitCode> {
  const { terminal, signal, clock } = context
  const { proof: busProof, out, json } = options
  const { input: reads } = program.manifest.program
  if (busProof === undefined) throw usageError('a circuit is proved under a bus proof: give --proof FILE')
  const given = await readArgumentsFile(program, options.arguments)
  const refuse = (refusal: Pick<Rejection, 'reject' | 'detail'>) => tellRefused(context, options, refusal)
  const judge = await openJudge(options, context)
  const proved = await judge.verify(await readProof(busProof))
  if (!proved.ok) return refuse(rejection(`proof:${proved.reject}`, proved.detail))
  const placed = await placeOf(program, proved.chain, judge.params, options, context)
  if (!placed.ok) return refuse(placed)
  const { bytes, ids, height, blockHash } = placed.input
  const began = clock()
  const onProgress = (stage: string, done: number, total: number) => terminal.progress(`${stage} ${done} of ${total}`)
  const own = reads?.signal === undefined ? undefined : bytes
  const { values, proof } = await proveCircuit(program, { bytes: own, arguments: given }, { signal, onProgress })
  terminal.settle()
  const named = namedValues(program.manifest.program, values)
  if (reads !== undefined && bytes !== undefined) {
    const commitment = attestedCommitment(await openKernel(), reads, bytes)
    requireCommitment(named.outputs[reads.commitment], reads, commitment)
    const { condition } = reads
    if (condition !== undefined && named.outputs[condition] !== 1n) {
      return refuse(rejection('condition-false', `its condition does not hold: ${condition} is not 1`))
    }
  }
  const result = encodeResult({ kind: 'circuit', program: program.id, height, blockHash, values, proof })
  await writeAtomic(diskFiles, out, result)
  const about = { program: bytesToHex(program.id), inputs: ids, height, blockHash: toDisplay(blockHash) }
  const seconds = (clock() - began) / 1000
  if (json) terminal.result(jsonLine({ ...about, ...namedJson(named), file: out, bytes: result.length, seconds }))
  else {
    const { name, program: circuit } = program.manifest
    const what = circuit.arguments.some((one) => one.private) ? 'private arguments' : 'arguments'
    terminal.result(
      `${out}: ${result.length} bytes prove what ${name} makes of ${ids.length === 0 ? what : inputsText(ids)}`,
    )
  }
  return EXIT.valid
}

/** Where a result stands, and what the circuit reads: an attested input, or nothing at the chain's tip. */
type ProvedPlace = Pick<AttestedInput, 'height' | 'blockHash' | 'ids'> & { readonly bytes: Uint8Array | undefined }

async function placeOf(
  { manifest }: OnceOfKeys,
  chain: ProvedChain,
  params: NetworkParams,
  options: EvidenceOptions & SourceGraphOptions,
  context: CliContext,
): Promise<Result<{ readonly input: ProvedPlace }>> {
  const { input } = manifest.program
  if (input === undefined) {
    const { height, tip } = chain
    return { ok: true, input: { height, blockHash: blockHash(fromDisplay(tip)), bytes: undefined, ids: [] } }
  }
  const sources = inputSources(manifest)
  const read = await readEvidence(sources, options)
  if (!read.ok) return read
  const { evidence } = read
  const results = await sourceResultsOf({ manifest }, options, params, context)
  const [length, kernel] = [input.bytes, await openKernel()]
  return await attestedInput({ sources, length, chain, params, evidence, results, kernel })
}

/** One by its id, several by how many they are. */
function inputsText(ids: readonly string[]): string {
  return ids.length === 1 ? `${ids[0]}` : `${ids.length} inputs`
}

interface VerifyOptions extends JudgeOptions, EvidenceOptions, SourceGraphOptions {
  readonly prefix?: string
  readonly ptau?: string
  readonly json?: boolean
}

/** A bus proof that was verified, and the network that it is of. */
export interface Judged {
  readonly chain: ProvedChain
  readonly params: NetworkParams
}

/** Verifies what a circuit made of its inputs, under a bus proof that was verified before. */
export async function verifyCircuitResult(
  context: CliContext,
  program: OnceOfKeys,
  result: CircuitResult,
  judged: Judged,
  options: VerifyOptions,
): Promise<ExitCode> {
  const { terminal } = context
  const { chain, params } = judged
  const refuse = (refusal: Pick<Rejection, 'reject' | 'detail'>) => tellRefused(context, options, refusal)
  const { id, manifest, verifier, setup } = program
  const reads = manifest.program.input !== undefined
  const read = reads ? await readEvidence(inputSources(manifest), options) : await readPrefix(options.prefix)
  if (!read.ok) return refuse(read)
  const kernel = await openKernel()
  const results = await sourceResultsOf(program, options, params, context)
  const about = { program: id, manifest, verifier, chain, params, kernel, results, ...read }
  const began = performance.now()
  const checked = await verifyCircuit(result, about)
  const ms = performance.now() - began
  if (!checked.ok) return refuse(checked)
  const { outputs, arguments: given, inputs, ...at } = checked.verified
  const named = { outputs, arguments: given }
  const identity = bytesToHex(resultIdentity(manifest, result))
  const found = { program: bytesToHex(id), identity, inputs, ...at, setup }
  if (options.json) {
    const shown = { ...found, ...namedJson(named), ...(notShown(manifest).length > 0 && { completeness: 'not known' }) }
    terminal.result(jsonLine({ valid: true, reason: null, detail: null, ...shown }))
    return EXIT.valid
  }
  terminal.result(`valid     ${manifest.name} (${ms.toFixed(0)} ms)`)
  terminal.result(`program   ${found.program}`)
  terminal.result(
    reads
      ? `input     ${inputsText(inputs)}, ${inputs.length > 1 ? 'the last ' : ''}in block ${at.height}`
      : `block     ${at.height}`,
  )
  for (const line of namedLines(named)) terminal.result(line)
  terminal.result(`setup     ${setupText(setup)}`)
  terminal.result(shownOf(manifest))
  return EXIT.valid
}

const OPENED = 'what the attested commitment hides, which this does not show'

const READ: Readonly<Record<InputSource['kind'], string>> = {
  inscription: 'the bytes of that inscription',
  inscriptions: 'these records',
  result: 'the values of that result, which holds',
  storage: 'the bytes of that blob, which a record on Bitcoin publishes',
}

/** What only a node's index can tell of an input: by other records it would be another. */
function notShown(manifest: OnceOfKeys['manifest']): string[] {
  const sources = inputSources(manifest)
  const is = (wanted: InputSource['kind']) => sources.some(({ kind }) => kind === wanted)
  return [
    ...(is('inscriptions') ? ['whether there are more records'] : []),
    ...(is('result') ? ['whether the result counts and is the latest'] : []),
    ...(sources.some((source) => nameOf(source) !== null)
      ? ['whether the name meant another blob at that block, by a later record']
      : []),
  ]
}

/** What a result shows, by what the program reads. */
function shownOf(manifest: OnceOfKeys['manifest']): string {
  const { input, history } = manifest.program
  if (history !== undefined)
    return 'Shown: what the program makes of those headers of the chain that the bus proof is about.'
  if (input === undefined) {
    return 'Shown: that somebody knows arguments of which the program makes this; not when, or in which block.'
  }
  const sources = inputSources(manifest)
  const what = input.salt === undefined ? sources.map(({ kind }) => READ[kind]).join(', and of ') : OPENED
  const more = notShown(manifest)
  const not = more.length > 0 ? ` Completeness: not known, ${more.join(', and ')} is not shown.` : ''
  return `Shown: what the program makes of exactly ${what}.${not}`
}

async function readPrefix(file: string | undefined): Promise<Result<{ readonly prefix?: Attestation }, string>> {
  if (file === undefined) return { ok: true }
  const read = await readAttestationFile(file)
  return read.ok ? { ok: true, prefix: read.attestation } : rejection(`prefix:${read.reject}`, read.detail)
}

/** Else nobody would take the result. */
function requireCommitment(
  output: bigint | undefined,
  { commitment: name, salt }: NonNullable<OnceOfKeys['manifest']['program']['input']>,
  commitment: bigint | null,
): void {
  if (output === commitment) return
  throw salt === undefined
    ? new WscError('E_PROGRAM', `the output ${name} does not commit to the bytes that the circuit reads`)
    : new WscError(
        'E_INPUT',
        'the arguments are not what the attested commitment was made of, or their salt is another',
        {
          cure: { act: 'opening-of-commitment' },
        },
      )
}
