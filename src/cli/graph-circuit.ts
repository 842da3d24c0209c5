import { openKernel } from '../../storage/io/index.ts'
import { toDisplay } from '../bitcoin/index.ts'
import type { ProvedChain } from '../bus/index.ts'
import {
  attestedInput,
  bytesCommitment,
  type CircuitResult,
  encodeResult,
  namedOutputs,
  resultIdentity,
  verifyCircuit,
} from '../compute/index.ts'
import { type CompiledOnce, type OnceOfKeys, proveCircuit, runCircuit } from '../compute/io/index.ts'
import { bytesToHex, type Rejection, rejection, WscError } from '../lib/index.ts'
import { diskFiles, writeAtomic } from '../lib/io/index.ts'
import { readAttestationFile } from './attest/read-attestation-file.ts'
import type { CliContext } from './context.ts'
import { EXIT, type ExitCode, usageError } from './exit.ts'
import { outputLines, outputsJson } from './graph-text.ts'
import { readUpTo } from './inputs.ts'
import { type JudgeOptions, openJudge, readProof } from './proved-chain.ts'
import { tellRefused } from './refused.ts'
import { jsonLine, setupText } from './text.ts'

/** Runs a circuit over a file, and shows its outputs. */
export async function execCircuit(
  { terminal, signal }: CliContext,
  graph: CompiledOnce,
  { input, json }: { readonly input?: string; readonly json?: boolean },
): Promise<ExitCode> {
  if (input === undefined) throw usageError('a circuit reads an inscription: give its bytes by --input FILE')
  const { bytes } = graph.manifest.program.input
  const values = await runCircuit(graph, await readUpTo(input, bytes), signal)
  const outputs = namedOutputs(graph.manifest.program, values)
  if (json) terminal.result(jsonLine({ outputs: outputsJson(outputs), proved: false }))
  else for (const line of outputLines(outputs)) terminal.result(line)
  return EXIT.valid
}

interface ProveOptions extends JudgeOptions {
  readonly attestation?: string
  readonly proof?: string
  readonly out: string
  readonly json?: boolean
}

/** Proves what a circuit makes of an inscription, which is attested. */
export async function proveCircuitResult(
  context: CliContext,
  program: OnceOfKeys,
  options: ProveOptions,
): Promise<ExitCode> {
  const { terminal, signal, clock } = context
  const { attestation: file, proof: busProof, out, json } = options
  if (file === undefined || busProof === undefined) {
    throw usageError(
      'a circuit reads an inscription: give --attestation FILE (wsc attest inscription) and --proof FILE',
    )
  }
  const refuse = (refusal: Pick<Rejection, 'reject' | 'detail'>) => tellRefused(context, options, refusal)
  const judge = await openJudge(options, context)
  const proved = await judge.verify(await readProof(busProof))
  if (!proved.ok) return refuse(rejection(`proof:${proved.reject}`, proved.detail))
  const read = await readAttestationFile(file)
  if (!read.ok) return refuse(rejection(`attestation:${read.reject}`, read.detail))
  const kernel = await openKernel()
  const { attestation } = read
  const attested = attestedInput({ manifest: program.manifest, chain: proved.chain, attestation, kernel })
  if (!attested.ok) return refuse(attested)
  const { bytes, id, height, blockHash } = attested.input
  const began = clock()
  const onProgress = (stage: string, done: number, total: number) => terminal.progress(`${stage} ${done} of ${total}`)
  const { values, proof } = await proveCircuit(program, bytes, { signal, onProgress })
  terminal.settle()
  const outputs = namedOutputs(program.manifest.program, values)
  requireCommitment(outputs, program, bytesCommitment(kernel, bytes))
  const result = encodeResult({ kind: 'circuit', program: program.id, height, blockHash, values, proof })
  await writeAtomic(diskFiles, out, result)
  const about = { program: bytesToHex(program.id), input: id, height, blockHash: toDisplay(blockHash) }
  const seconds = (clock() - began) / 1000
  if (json)
    terminal.result(jsonLine({ ...about, outputs: outputsJson(outputs), file: out, bytes: result.length, seconds }))
  else terminal.result(`${out}: ${result.length} bytes prove what ${program.manifest.name} makes of ${id}`)
  return EXIT.valid
}

interface VerifyOptions extends JudgeOptions {
  readonly attestation?: string
  readonly ptau?: string
  readonly json?: boolean
}

/** Verifies what a circuit made of an inscription, under a bus proof that was verified before. */
export async function verifyCircuitResult(
  context: CliContext,
  program: OnceOfKeys,
  result: CircuitResult,
  chain: ProvedChain,
  options: VerifyOptions,
): Promise<ExitCode> {
  const { terminal } = context
  const refuse = (refusal: Pick<Rejection, 'reject' | 'detail'>) => tellRefused(context, options, refusal)
  if (options.attestation === undefined) {
    throw usageError('the inscription that the circuit read is attested by --attestation FILE')
  }
  const read = await readAttestationFile(options.attestation)
  if (!read.ok) return refuse(rejection(`attestation:${read.reject}`, read.detail))
  const { id, manifest, verifier, setup } = program
  const kernel = await openKernel()
  const began = performance.now()
  const { attestation } = read
  const checked = await verifyCircuit(result, { program: id, manifest, verifier, chain, attestation, kernel })
  const ms = performance.now() - began
  if (!checked.ok) return refuse(checked)
  const { verified } = checked
  const { outputs, input, ...at } = verified
  const identity = bytesToHex(resultIdentity(manifest, result))
  const about = { program: bytesToHex(id), identity, input, ...at, setup }
  if (options.json) {
    terminal.result(jsonLine({ valid: true, reason: null, detail: null, ...about, outputs: outputsJson(outputs) }))
    return EXIT.valid
  }
  terminal.result(`valid     ${manifest.name} (${ms.toFixed(0)} ms)`)
  terminal.result(`program   ${about.program}`)
  terminal.result(`input     ${input}, in block ${at.height}`)
  for (const line of outputLines(outputs)) terminal.result(line)
  terminal.result(`setup     ${setupText(setup)}`)
  terminal.result('Shown: what the program makes of exactly the bytes of that inscription.')
  return EXIT.valid
}

/** Else nobody would take the result. */
function requireCommitment(
  outputs: Readonly<Record<string, bigint>>,
  { manifest }: CompiledOnce,
  commitment: bigint,
): void {
  const { input } = manifest.program
  if (outputs[input.commitment] === commitment) return
  throw new WscError('E_PROGRAM', `the output ${input.commitment} does not commit to the bytes that the circuit reads`)
}
