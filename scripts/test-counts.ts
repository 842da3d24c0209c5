import { appendFileSync } from 'node:fs'

/**
 * Says `N passed, N failed`, or hands both on to the file named by WSC_COUNTS, where .ci/run adds up several runs, and
 * `reasons` to the one named by WSC_FAILURES, which it prints last: the end of a long log is what everybody reads.
 */
export function tellCounts(passed: number, failed: number, prefix = '', reasons: readonly string[] = []): void {
  if (process.env.WSC_FAILURES && reasons.length > 0)
    appendFileSync(process.env.WSC_FAILURES, `${reasons.join('\n')}\n`)
  if (process.env.WSC_COUNTS) appendFileSync(process.env.WSC_COUNTS, `${passed} ${failed}\n`)
  else console.log(`\n${prefix}${passed} passed, ${failed} failed`)
}
