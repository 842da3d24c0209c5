import { fromDisplay, type HeaderRejection } from '../bitcoin/index.ts'
import { type BlockSource, type PlaceSource, type ProvedChain, poseidonOf } from '../bus/index.ts'
import { openVerifier } from '../bus/io/index.ts'
import {
  countPaymentSteps,
  encodeResult,
  type Manifest,
  resultIdentity,
  type TransactionsProgram,
  type TransactionsResult,
  verifyPayments,
} from '../compute/index.ts'
import {
  type CompiledTransactions,
  collectTransactions,
  provePayments,
  runPayments,
  type TransactionsOfKeys,
  unprovedChain,
} from '../compute/io/index.ts'
import { bytesToHex, type Rejection, rejection } from '../lib/index.ts'
import { diskFiles, writeAtomic } from '../lib/io/index.ts'
import type { SnarkVerifier } from '../proving/index.ts'
import { attestorOf } from './attest/open-attestor.ts'
import { readAttestationFile } from './attest/read-attestation-file.ts'
import type { CliContext } from './context.ts'
import { EXIT, type ExitCode, usageError } from './exit.ts'
import { openBlocks } from './graph-blocks.ts'
import { type GraphRunOptions, withGraphHeaders } from './graph-place.ts'
import { paymentLines, paymentsJson } from './graph-text.ts'
import { readAnchor, readNetwork } from './inputs.ts'
import { type JudgeOptions, openJudge, readProof } from './proved-chain.ts'
import { tellRefused } from './refused.ts'
import { duration } from './terminal.ts'
import { jsonLine, plural, setupText } from './text.ts'
import { heightsOf, scriptOf, type TransactionOptions } from './transaction-options.ts'

interface Unproved {
  readonly script: Uint8Array
  readonly verifier: SnarkVerifier
  /** What a bus proof of these headers would commit to. */
  readonly history: bigint
  readonly counted: Counted
}

/** Finds the transactions that the options name in a chain of headers, without a bus proof. */
async function withUnproved<T>(
  context: CliContext,
  manifest: Manifest<TransactionsProgram>,
  options: GraphRunOptions & TransactionOptions,
  work: (unproved: Unproved) => Promise<T>,
): Promise<T | HeaderRejection> {
  const params = await readNetwork(options.network)
  const script = scriptOf(manifest, params, options)
  const anchor = await readAnchor(options.anchor, params)
  return await withGraphHeaders(options, context, async ({ source, to: tip }) => {
    const verifier = await openVerifier()
    const { chain, places } = await unprovedChain({ params, anchor }, source, tip, verifier, context.signal)
    const counted = await collected(context, options, { script, chain, verifier, places })
    return await work({ script, verifier, history: chain.accumulator, counted })
  })
}

/** How many steps a proof of them has. */
export async function transactionSteps(
  context: CliContext,
  { manifest }: CompiledTransactions,
  options: GraphRunOptions & TransactionOptions,
): Promise<{ readonly ok: true; readonly steps: number } | HeaderRejection> {
  const isUnnamed = options.script === undefined && manifest.program.script === undefined
  if (isUnnamed || options.from === undefined) {
    throw usageError('how many steps it takes follows from the transactions: name them by --script and --from')
  }
  return await withUnproved(context, manifest, options, async ({ counted }) => {
    return { ok: true as const, steps: countPaymentSteps(counted.placed) }
  })
}

interface ExecOptions extends GraphRunOptions, TransactionOptions {
  readonly json?: boolean
}

/** Counts transactions of a chain of headers, without a bus proof. */
export async function execTransactions(
  context: CliContext,
  graph: CompiledTransactions,
  options: ExecOptions,
): Promise<ExitCode> {
  const { terminal, signal } = context
  const ran = await withUnproved(context, graph.manifest, options, async (unproved) => {
    const { script, verifier, history, counted } = unproved
    const run = { ...counted, ...{ history, script, poseidon: poseidonOf(verifier), signal } }
    const ran = await runPayments(graph, { ...run, ...progress(context) })
    return { ok: true as const, script, ...counted, ...ran }
  })
  terminal.settle()
  if (!ran.ok) {
    terminal.note(`invalid: ${ran.reject} at height ${ran.height}: ${ran.detail}`)
    return EXIT.invalid
  }
  const said = {
    script: ran.script,
    from: ran.from,
    to: ran.to,
    outputs: ran.outputs,
    sum: ran.sum,
    transactions: ran.transactions,
  }
  if (options.json) terminal.result(jsonLine({ ...paymentsJson(said), steps: ran.steps, proved: false }))
  else {
    for (const line of paymentLines(said)) terminal.result(line)
    terminal.result(`steps     ${ran.steps}, not proved`)
  }
  return EXIT.valid
}

interface ProveOptions extends JudgeOptions, GraphRunOptions, TransactionOptions {
  readonly proof?: string
  readonly out: string
  readonly json?: boolean
}

/** Counts transactions of a proved chain, and proves it. */
export async function proveTransactions(
  context: CliContext,
  program: TransactionsOfKeys,
  options: ProveOptions,
): Promise<ExitCode> {
  const { terminal, signal, clock } = context
  const judge = await openJudge(options, context)
  const script = scriptOf(program.manifest, judge.params, options)
  const proved = await judge.verify(await readProof(options.proof as string))
  if (!proved.ok) return tellRefused(context, options, rejection(`proof:${proved.reject}`, proved.detail))
  const { chain } = proved
  const began = clock()
  const { places, close } = await attestorOf(options, judge, chain, context)
  let counted: Counted
  try {
    const within = { script, chain, verifier: judge.verifier, places }
    counted = await collected(context, options, within)
  } finally {
    await close()
  }
  const run = { ...counted, history: chain.accumulator, script, poseidon: poseidonOf(program.verifier), signal }
  const { proof, ...ran } = await provePayments(program, program.keys, { ...run, ...progress(context) })
  terminal.settle()
  const { from, to } = counted
  const result: TransactionsResult = {
    ...{ kind: 'transactions', program: program.id, height: chain.height, blockHash: fromDisplay(chain.tip) },
    ...{ script, from, to, ...ran, proof },
  }
  const bytes = encodeResult(result)
  await writeAtomic(diskFiles, options.out, bytes)
  const seconds = (clock() - began) / 1000
  const about = { program: bytesToHex(program.id), height: chain.height, blockHash: chain.tip, steps: ran.steps }
  if (options.json) {
    const file = { file: options.out, bytes: bytes.length, seconds }
    terminal.result(jsonLine({ ...about, ...paymentsJson(result), ...file }))
  } else {
    const what = `${plural(Number(ran.outputs), 'output')} of ${plural(ran.transactions.length, 'transaction')}`
    terminal.result(`${options.out}: ${bytes.length} bytes prove ${what} to the script`)
  }
  terminal.note(`done in ${duration(seconds)}`)
  return EXIT.valid
}

interface VerifyOptions extends JudgeOptions {
  readonly prefix?: string
  readonly json?: boolean
}

/** Verifies a result over transactions, under a bus proof that was verified before. */
export async function verifyTransactionsResult(
  context: CliContext,
  { id, manifest, verifier, setup }: TransactionsOfKeys,
  result: TransactionsResult,
  chain: ProvedChain,
  options: VerifyOptions,
  cureOf: (reject: string) => string | null,
): Promise<ExitCode> {
  const { terminal } = context
  const refuse = (refusal: Pick<Rejection, 'reject' | 'detail'>) => tellRefused(context, options, refusal)
  const read = options.prefix === undefined ? undefined : await readAttestationFile(options.prefix)
  if (read?.ok === false) return refuse(rejection(`prefix:${read.reject}`, read.detail))
  const began = performance.now()
  const checked = await verifyPayments(result, { program: id, manifest, verifier, chain, prefix: read?.attestation })
  const ms = performance.now() - began
  if (!checked.ok) {
    const exit = refuse(checked)
    const cure = cureOf(checked.reject)
    if (cure !== null) terminal.note(cure)
    return exit
  }
  const { verified } = checked
  const { height: at, blockHash, confirmations, steps } = verified
  const identity = bytesToHex(resultIdentity(manifest, result))
  const about = { program: bytesToHex(id), identity, height: at, blockHash, confirmations, steps, setup }
  if (options.json) {
    const valid = { valid: true, reason: null, detail: null }
    terminal.result(jsonLine({ ...valid, ...about, ...paymentsJson(verified) }))
    return EXIT.valid
  }
  terminal.result(`valid     ${manifest.name} at height ${at}, ${plural(steps, 'step')} (${ms.toFixed(0)} ms)`)
  terminal.result(`program   ${about.program}`)
  for (const line of paymentLines(verified)) terminal.result(line)
  terminal.result(`setup     ${setupText(setup)}`)
  terminal.result('Shown: what the outputs of these transactions pay to the script; not that there are no others.')
  return EXIT.valid
}

/** Transactions that were found, and between which heights. */
interface Counted {
  readonly from: number
  readonly to: number
  readonly placed: Awaited<ReturnType<typeof collectTransactions>>
}

interface Within {
  readonly script: Uint8Array
  readonly chain: Pick<ProvedChain, 'height' | 'anchor'>
  readonly verifier: SnarkVerifier
  readonly places: PlaceSource
}

async function collected(
  context: CliContext,
  options: GraphRunOptions & TransactionOptions,
  { script, chain, verifier, places }: Within,
): Promise<Counted> {
  const { terminal, signal } = context
  const { from, to } = heightsOf(options, chain)
  const txids = options.txid === undefined ? undefined : new Set(options.txid)
  const { blocks, close } = await openBlocks(options, context)
  try {
    const onProgress = (done: number, total: number) => terminal.progress(`read ${done} of ${total} blocks`)
    const poseidon = poseidonOf(verifier)
    const source: Pick<BlockSource, 'block'> = blocks
    const found = { from, to, chain, places, blocks: source, poseidon, script, txids, signal, onProgress }
    const placed = await collectTransactions(found)
    terminal.settle()
    if (placed.length === 0) {
      throw usageError(`no transaction in blocks ${from} to ${to} pays to this script: there is nothing to prove`)
    }
    return { from, to, placed }
  } finally {
    close()
  }
}

function progress({ terminal }: CliContext) {
  return {
    onProgress: (done: number | undefined, total: number) =>
      terminal.progress(done === undefined ? 'compress …' : `step ${done} of ${total}`),
  }
}
