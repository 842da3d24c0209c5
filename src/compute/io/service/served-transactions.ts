import { toDisplay } from '../../../bitcoin/index.ts'
import { bytesToHex, errorCode, hexToBytes, type Rejection, type Result, rejection } from '../../../lib/index.ts'
import { computeError } from '../../errors.ts'
import { DEFAULT_PRIORITY, type ProvingJob } from '../../queue/job.ts'
import { jobIdentity, resultIdentity } from '../../result/identity.ts'
import type { TransactionsResult } from '../../result/result-file.ts'
import type { OnRequest, OwnBlock, OwnGround, ServedProgram } from '../../service/served-program.ts'
import { readAskedPayments } from '../../transactions/asked-payments.ts'
import { MAX_COUNTED_STEPS } from '../../transactions/limits.ts'
import { countPaymentSteps } from '../../transactions/payment-steps.ts'
import { encodePaymentsInput, type PaymentsInput } from '../../transactions/payments-input.ts'
import { verifyPayments } from '../../transactions/verify-payments.ts'
import { chainTo } from '../chain-to.ts'
import type { TransactionsOfKeys } from '../open-program.ts'
import { TRANSACTIONS_INPUT } from '../queue/prove-job.ts'
import { REQUEST_PRIORITY } from './served-circuit.ts'
import { ATTEMPTS, aboutProgram, type ServingParts } from './served-stream.ts'

/**
 * A program over transactions, as the network serves it: on request those that a peer names or asks for; where the manifest fixes the
 * script all that pay to it in the blocks since the last time, by itself. This node reads the blocks, and what it picked goes
 * with the job, so that whoever proves it needs no chain.
 */
export function servedTransactions(program: TransactionsOfKeys, parts: ServingParts): ServedProgram {
  const about = aboutProgram(program)
  const { script } = program.manifest.program
  if (about.pace === null || script === undefined) {
    const judge = (message: Judged, { block }: OwnGround) => judged(program, message, block)
    const prove = async () => null
    return { ...about, judge, prove, onRequest: onRequestOf(program, parts) }
  }
  const { every } = about.pace
  const { jobs } = parts
  const read = lastRead(async (block, signal) => {
    const [from, to] = [block.height - every + 1, block.height]
    return await parts.reading.transactions({ script: hexToBytes(script), from, to }, block, signal)
  })
  return {
    ...about,
    async judge(message, { block }) {
      const held = await judged(program, message, block)
      if (!held.ok) return held
      // Nodes pass on what is complete alone; everybody who has the blocks sees what is missing.
      const result = message.result as TransactionsResult
      const own = expectedOf(program, block, await read(block))
      const same =
        bytesToHex(resultIdentity(program.manifest, result)) === bytesToHex(resultIdentity(program.manifest, own))
      return same
        ? held
        : rejection('incomplete', 'it does not count exactly what pays to the script since the last time')
    },
    async prove(block, signal) {
      const input = await read(block, signal)
      if (input.placed.length === 0) return null
      const steps = countPaymentSteps(input.placed)
      if (steps > MAX_COUNTED_STEPS) throw computeError('E_INPUT', `${steps} steps, ${MAX_COUNTED_STEPS} are made`)
      const job = jobOf(program, block, input, { priority: DEFAULT_PRIORITY, attempts: ATTEMPTS })
      return { result: await jobs.prove(job, signal), evidence: [] }
    },
    onRequest: null,
  }
}

type Judged = Parameters<ServedProgram['judge']>[0]

async function judged(
  { id, manifest, verifier }: TransactionsOfKeys,
  { result, evidence }: Judged,
  block: OwnBlock,
): Promise<Result<object>> {
  if (result.kind !== 'transactions') return rejection('wrong-kind', `a result of a ${result.kind}`)
  if (evidence.length > 0) return rejection('wrong-input', 'an attestation, of which transactions have none')
  return await verifyPayments(result, { program: id, manifest, verifier, chain: chainTo(block) })
}

function onRequestOf(program: TransactionsOfKeys, parts: ServingParts): OnRequest {
  const { manifest, constraints } = program
  const { jobs } = parts
  const prepare: OnRequest['prepare'] = async (given, { at, signal }) => {
    if (given.evidence.length > 0) return rejection('wrong-input', 'an attestation, of which transactions have none')
    const read = readAskedPayments(given.arguments)
    if (!read.ok) return read
    const { height, ...asked } = read.asked
    const block = await at(height)
    if (block === null) return rejection('no-such-block', `block ${height} is not here`)
    const input = await parts.reading.transactions({ ...asked, isAsked: true }, block, signal).catch(refusalOf)
    if ('reject' in input) return input
    if (input.placed.length === 0) return rejection('no-transactions', 'nothing in these blocks pays to the script')
    const steps = countPaymentSteps(input.placed)
    if (steps > MAX_COUNTED_STEPS) return rejection('too-large', `${steps} steps, ${MAX_COUNTED_STEPS} are made here`)
    const job = jobOf(program, block, input, { priority: REQUEST_PRIORITY, attempts: 1 })
    const identity = bytesToHex(resultIdentity(manifest, expectedOf(program, block, input)))
    const prove = async (signal: AbortSignal) => ({ result: await jobs.prove(job, signal), evidence: [] })
    return { ok: true, prepared: { identity, block, prove } }
  }
  return { proofSystem: 'fold', constraints, prepare }
}

/** What is not to be had of the chain is told to who asked; what else goes wrong is this node's affair. */
function refusalOf(error: Error): Rejection {
  if (errorCode(error) === 'E_INPUT') return rejection('no-transactions', error.message)
  if (errorCode(error) === 'E_SOURCE' || errorCode(error) === 'E_REORG') {
    return rejection('moving', 'the chain is changing')
  }
  throw error
}

/** The result as far as an identity follows from it. */
function expectedOf({ id }: TransactionsOfKeys, { height, hash }: OwnBlock, input: PaymentsInput): TransactionsResult {
  const { script, from, to, placed } = input
  const transactions = placed.map(({ transaction }) => ({ height: transaction.height, index: transaction.index }))
  const about = { program: id, height, blockHash: hash, proof: new Uint8Array() }
  return { kind: 'transactions', ...about, steps: 1, script, from, to, transactions, outputs: 0n, sum: 0n }
}

function jobOf(
  program: TransactionsOfKeys,
  block: OwnBlock,
  input: PaymentsInput,
  tries: Pick<ProvingJob, 'priority' | 'attempts'>,
): ProvingJob {
  const { height, hash } = block
  return {
    id: bytesToHex(jobIdentity(program.manifest, expectedOf(program, block, input))),
    ...{ program: bytesToHex(program.id), kind: 'transactions', height, blockHash: toDisplay(hash) },
    inputs: [{ name: TRANSACTIONS_INPUT, bytes: encodePaymentsInput(input) }],
    ...tries,
  }
}

type Read = (block: OwnBlock, signal?: AbortSignal) => Promise<PaymentsInput>

/** Keeps what was read last: whoever proves judges its own result too, and several results may come of one block. */
function lastRead(read: Read): Read {
  let last: { readonly hash: string; readonly input: PaymentsInput } | null = null
  return async (block, signal) => {
    const hash = toDisplay(block.hash)
    if (last?.hash === hash) return last.input
    const input = await read(block, signal)
    last = { hash, input }
    return input
  }
}
