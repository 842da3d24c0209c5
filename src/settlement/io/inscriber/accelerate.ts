import { Transaction } from 'bitcoinjs-lib'
import { settlementError } from '../../errors.ts'
import type { Wallet } from '../wallet/wallet.ts'
import { rejectReason } from './bitcoind-calls.ts'
import { buildChild, type Child } from './child.ts'
import type { BitcoindCalls } from './client.ts'
import { coinsOf, type Job, paysOf, rawCoin } from './job.ts'
import type { Whereabouts } from './locate.ts'
import { evicted } from './mempool.ts'
import type { OnNote } from './notes.ts'
import { type OptionalGuard, withPlainCoins } from './plain-coins.ts'
import type { Cost } from './plan.ts'
import { type Coin, POSTAGE, sameCoin, sum } from './transactions.ts'

export interface AccelerateContext {
  readonly client: BitcoindCalls
  readonly wallet: Wallet
  readonly signal?: AbortSignal | undefined
  readonly ownCoins: () => Promise<readonly Coin[]>
  /** Whether one of them may pay; null lets all. */
  readonly guard: OptionalGuard
  /** Throws where it is above the cap. */
  readonly checkCap: (feeRate: number) => void
  readonly onCost?: ((cost: Cost) => void) | undefined
  readonly onNote?: OnNote
}

/** The job with a child for all its waiting reveals, which the node would take; nothing is kept or sent. */
export async function accelerated(context: AccelerateContext, job: Job, where: Whereabouts, feeRate: number) {
  const { client, wallet, signal, ownCoins, guard, checkCap, onCost, onNote } = context
  const { attempt } = where
  const waiting = attempt.reveals.filter((_, i) => where.reveals[i] === 0)
  if (waiting.length === 0) throw settlementError('E_JOB', 'no reveal of it waits for a block: none to pay for')
  const before = [...new Map(waiting.flatMap(({ txid }) => job.children[txid] ?? []).map((one) => [one.txid, one]))]
  const [only] = before.map(([, child]) => child)
  if (
    before.length === 1 &&
    only!.feeRate >= feeRate &&
    waiting.every(({ txid }) => job.children[txid] !== undefined)
  ) {
    onNote?.({ kind: 'paid-already', feeRate: only!.feeRate })
    return job
  }
  const commit = Transaction.fromHex(attempt.commit.hex)
  const reveals = waiting.map(({ hex }) => Transaction.fromHex(hex))
  const commitFee = sum(coinsOf(attempt).map(({ value }) => value)) - sum(commit.outs.map(({ value }) => value))
  const pays = paysOf(attempt).map((outputs) => sum(outputs.map(({ value }) => value)))
  const revealFees = pays.map((paid, i) => commit.outs[i]!.value - POSTAGE - paid)
  const commitWaits = where.commit === 0
  const parents = {
    vsize: reveals.reduce((total, tx) => total + tx.virtualSize(), commitWaits ? commit.virtualSize() : 0),
    fees: sum(revealFees.filter((_, i) => where.reveals[i] === 0)) + (commitWaits ? commitFee : 0n),
  }
  // What goes frees its coins.
  const again = before.flatMap(([, child]) => coinsOf(child))
  const free = (await ownCoins()).filter((coin) => !again.some((one) => sameCoin(one, coin)))
  const evicts = await evicted(
    client,
    before.map(([txid]) => txid),
    { signal },
  )
  const build = (left: readonly Coin[]) =>
    buildChild({ wallet, reveals, parents, available: [...again, ...left], feeRate, evicts })
  const child = await withPlainCoins(guard, free, build, { signal })
  checkCap(Number(parents.fees + child.fee) / (parents.vsize + child.vsize))
  onCost?.({
    feeRate,
    commitVsize: commit.virtualSize(),
    revealVsizes: attempt.reveals.map(({ hex }) => Transaction.fromHex(hex).virtualSize()),
    commitFee,
    revealFees,
    postage: POSTAGE * BigInt(attempt.reveals.length),
    paid: sum(pays),
    fees: BigInt(attempt.fees) + child.fee,
    child: { vsize: child.vsize, fee: child.fee },
  })
  const reason = await rejectReason(client, [child.tx.toHex()], { signal })
  if (reason !== null) throw settlementError('E_POLICY', `the node refuses the child: ${reason}`)
  return withChild(job, waiting, child, feeRate, new Set(before.map(([txid]) => txid)))
}

function withChild(
  job: Job,
  reveals: readonly { readonly txid: string }[],
  { tx, fee, coins }: Child,
  feeRate: number,
  replaced: ReadonlySet<string>,
): Job {
  const child = { txid: tx.getId(), hex: tx.toHex(), coins: coins.map(rawCoin), fee: fee.toString(), feeRate }
  const others = Object.entries(job.children).filter(([, { txid }]) => !replaced.has(txid))
  const its = reveals.map(({ txid }, vout) => [txid, { ...child, vout }] as const)
  return { ...job, children: Object.fromEntries([...others, ...its]) }
}
