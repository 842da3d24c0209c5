import { encodeField, type TaggedHash } from '../../bus/index.ts'
import { throwIfAborted } from '../../lib/index.ts'
import { type KeyDirectory, NativeEngine } from '../../proving/io/index.ts'
import { computeError } from '../errors.ts'
import type { TransactionPlace } from '../result/result-file.ts'
import { PAYMENT_ELEMENTS, paymentStart, paymentTotals, transactionKey } from '../transactions/payment-state.ts'
import { type Placed, paymentInput, paymentSteps } from '../transactions/payment-steps.ts'
import { scriptElements } from '../transactions/wanted-script.ts'
import type { CompiledTransactions } from './open-program.ts'
import { openWitnesses } from './sandbox/open-witnesses.ts'
import { elementsOf } from './witness-elements.ts'

/** Transactions to count, under which history, and who hears of it. */
export interface PaymentsOptions {
  /** The bus's commitment to all headers, which those of the transactions' blocks are opened in. */
  readonly history: bigint
  readonly script: Uint8Array
  /** First height of a block with one of them. */
  readonly from: number
  /** At least one, by height and index. */
  readonly placed: readonly Placed[]
  readonly poseidon: TaggedHash
  readonly signal?: AbortSignal | undefined
  /** Steps done, of how many; while the proof is compressed, undefined. */
  onProgress?(done: number | undefined, total: number): void
}

/** What was counted. */
export interface PaymentsRun {
  readonly steps: number
  readonly outputs: bigint
  readonly sum: bigint
  readonly transactions: readonly TransactionPlace[]
}

/** Counts without proving anything. */
export async function runPayments(graph: CompiledTransactions, options: PaymentsOptions): Promise<PaymentsRun> {
  return await run(graph, options, async () => undefined)
}

/** Counts and proves it: one proof of all steps. */
export async function provePayments(
  graph: CompiledTransactions,
  keys: KeyDirectory,
  options: PaymentsOptions,
): Promise<PaymentsRun & { readonly proof: Uint8Array }> {
  const { signal, onProgress } = options
  const engine = await NativeEngine.load(keys)
  const fold = engine.begin(encodeField(paymentStart(options.poseidon, options)))
  const ran = await run(graph, options, (witness) => fold.fold(witness))
  onProgress?.(undefined, ran.steps)
  const proof = await fold.compress(signal === undefined ? {} : { signal })
  return { ...ran, proof }
}

/** Step by step; `each` may take its time over a step while the next one is computed. */
async function run(
  graph: CompiledTransactions,
  options: PaymentsOptions,
  each: (witness: Uint8Array) => Promise<void>,
): Promise<PaymentsRun> {
  const { script, placed, poseidon, signal, onProgress } = options
  const last = placed.at(-1)
  if (last === undefined) throw computeError('E_INPUT', 'there are no transactions to count')
  const elements = scriptElements(script)
  const steps = [...paymentSteps(placed)]
  const witnesses = await openWitnesses(graph)
  try {
    let state: readonly bigint[] = paymentStart(poseidon, options)
    let busy: Promise<void> = Promise.resolve()
    for (const [done, step] of steps.entries()) {
      throwIfAborted(signal)
      const witness = await witnesses.witness(paymentInput(state, elements, step), signal)
      // Wire 0 is the constant 1, then come the outputs.
      state = elementsOf(witness, 1, PAYMENT_ELEMENTS)
      await busy
      busy = each(witness)
      // Whoever waits for it hears what went wrong.
      busy.catch(() => undefined)
      onProgress?.(done + 1, steps.length)
    }
    await busy
    const { settled, key, outputs, sum } = paymentTotals(state)
    if (!settled || key !== transactionKey(last.transaction)) {
      throw computeError('E_PROGRAM', 'the circuit has not counted the transactions that it was given')
    }
    const transactions = placed.map(({ transaction: { height, index } }) => ({ height, index }))
    return { steps: steps.length, outputs, sum, transactions }
  } finally {
    await witnesses.close()
  }
}
