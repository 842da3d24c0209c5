import { appendFileSync } from 'node:fs'

/** Says `N passed, N failed`, or hands both on to the file named by WSC_COUNTS, where .ci/run adds up several runs. */
export function tellCounts(passed: number, failed: number, prefix = ''): void {
  if (process.env.WSC_COUNTS) appendFileSync(process.env.WSC_COUNTS, `${passed} ${failed}\n`)
  else console.log(`\n${prefix}${passed} passed, ${failed} failed`)
}
