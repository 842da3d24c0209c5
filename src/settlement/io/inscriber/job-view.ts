import type { DoneJob, Job } from './job.ts'
import type { Whereabouts } from './locate.ts'
import { sum } from './transactions.ts'

/** A job as its owner sees it. */
export interface JobView {
  readonly id: string
  /**
   * `prepared`: surely nothing was sent. `final`: every reveal is as deep as was asked for. `superseded`: another inscription that
   * spends its ticket is, and it is dropped.
   */
  readonly status: 'prepared' | 'sent' | 'final' | 'superseded'
  /** Display order. */
  readonly commitTxid: string
  readonly feeRate: number
  /** Satoshis: fees of commit, reveals, and what pays for them. */
  readonly fees: bigint
  readonly inscriptions: readonly {
    /** ord's id. */
    readonly id: string
    /** 0 in the mempool, null where the node does not have it. */
    readonly confirmations: number | null
  }[]
}

export function viewOf(job: Job, { attempt, reveals }: Pick<Whereabouts, 'attempt' | 'reveals'>): JobView {
  const children = new Map<string, bigint>()
  for (const reveal of attempt.reveals) {
    const child = job.children[reveal.txid]
    if (child !== undefined) children.set(child.txid, BigInt(child.fee))
  }
  return {
    id: job.id,
    status: job.status,
    commitTxid: attempt.commit.txid,
    feeRate: attempt.feeRate,
    fees: BigInt(attempt.fees) + sum([...children.values()]),
    inscriptions: attempt.reveals.map(({ txid }, i) => ({ id: `${txid}i0`, confirmations: reveals[i] ?? null })),
  }
}

/** Without its transactions, and without asking where they are: it is done, whatever becomes of their outputs. */
export function viewOfDone({ id, commitTxid, feeRate, fees, reveals }: DoneJob, tip: number): JobView {
  const inscriptions = reveals.map(({ txid, height }) => ({
    id: `${txid}i0`,
    confirmations: Math.max(0, tip - height + 1),
  }))
  return { id, status: 'final', commitTxid, feeRate, fees: BigInt(fees), inscriptions }
}
