import type { Cost, InscriberNote, JobView, RecordWarning } from '../settlement/io/index.ts'
import { plural } from './text.ts'

/** Lines on a job: the first on itself, one more for each of its inscriptions. */
export function jobLines({ id, status, commitTxid, fees, inscriptions }: JobView): string[] {
  const where = (confirmations: number | null) =>
    confirmations === null ? 'not sent' : confirmations === 0 ? 'waits' : plural(confirmations, 'confirmation')
  return [
    `job ${id}: ${status}, commit ${commitTxid}, ${fees} satoshis of fees`,
    ...inscriptions.map((one) => `  ${one.id}  ${where(one.confirmations)}`),
  ]
}

export function jobJson({ id, status, commitTxid, feeRate, fees, inscriptions }: JobView) {
  return { job: id, status, commitTxid, feeRate, fees: Number(fees), inscriptions }
}

export function costJson(cost: Cost) {
  const { feeRate, commitVsize, revealVsizes, commitFee, revealFees, postage, fees } = cost
  return {
    feeRate,
    commitVsize,
    revealVsizes,
    commitFee: Number(commitFee),
    revealFees: revealFees.map(Number),
    postage: Number(postage),
    fees: Number(fees),
  }
}

export function costText({ feeRate, commitVsize, revealVsizes, fees, postage, child }: Cost): string {
  if (child !== undefined) {
    const rate = `for ${feeRate.toFixed(1)} sat/vB`
    return `cost: ${child.fee} satoshis of fees for a child of ${child.vsize} vB ${rate}, ${fees} with what it pays for`
  }
  const sizes = `commit ${commitVsize} vB, ${revealVsizes.length === 1 ? 'reveal' : 'reveals'} ${revealVsizes.join(' + ')} vB`
  return `cost: ${fees} satoshis of fees at ${feeRate.toFixed(1)} sat/vB (${sizes}), and ${postage} that stay with the wallet`
}

export function noteText(note: InscriberNote): string {
  switch (note.kind) {
    case 'mined-directly':
      return `the node's policy refuses the reveal (${note.reason}); on regtest it is mined directly by generateblock`
    case 'paid-already':
      return `a child pays for it at ${note.feeRate} sat/vB already`
    case 'long-history':
      return `looking for inscriptions on coin ${note.coin}: ${note.steps} transactions back so far`
    case 'scan-waits':
      return 'the node scans its unspent outputs for someone else: waiting until that is done'
    case 'coin-assumed':
      return `there are no coins for it yet: ${note.reason} The cost is told as if one coin paid`
    case 'mempool-not-searched':
      return `${note.transactions} transactions wait at the node: records that wait among them are known only as far as they were made here`
  }
}

const WARNINGS: Readonly<Record<RecordWarning['reason'], string>> = {
  'seq-not-higher': 'will not count',
  'other-block': 'is about a block that is not in the chain',
  'no-such-block': 'is about a block that is not there yet',
}

/** `count` inscriptions are made at once. */
export function warningText({ inscription, reason, detail }: RecordWarning, count: number): string {
  const which = count === 1 ? 'the record' : `record ${inscription + 1} of ${count}`
  return `warning: ${which} ${WARNINGS[reason]}: ${detail}`
}
