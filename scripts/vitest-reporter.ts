import type { Reporter, TestCase, TestModule } from 'vitest/node'
import { tellCounts } from './test-counts.ts'

/**
 * Ends a run with the line `N passed, N failed`, and with WSC_CI=1 fails it when a test was skipped: a skipped test
 * proves nothing.
 */
export const closingLine: Reporter = {
  onTestRunEnd(modules: readonly TestModule[], errors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    const skipped = tests.filter((test) => test.result().state === 'skipped')
    // A file that does not load and an error outside of any test fail the run without failing a test.
    const broken = modules.filter((module) => module.errors().length > 0).length + errors.length
    const strict = process.env.WSC_CI === '1'
    for (const test of skipped) {
      const result = test.result()
      const reason = result.state === 'skipped' && result.note ? result.note : 'no reason given'
      console.log(`skipped: ${test.module.relativeModuleId} > ${test.fullName} (${reason})`)
    }
    if (strict && skipped.length > 0) {
      console.log(`${skipped.length} skipped tests fail this run (WSC_CI=1)`)
      process.exitCode = 1
    }
    const passed = count('passed')
    const reasons = [...tests.flatMap(reasonOf), ...modules.flatMap((module) => module.errors().map(firstLines))]
    tellCounts(passed, count('failed') + broken + (strict ? skipped.length : 0), '', [
      ...reasons,
      ...errors.map(firstLines),
    ])
  },
}

/** Of a failed test: where it is and the first lines of what it says. */
function reasonOf(test: TestCase): string[] {
  const result = test.result()
  if (result.state !== 'failed') return []
  return [`${test.module.relativeModuleId} > ${test.fullName}`, ...result.errors.map(firstLines)]
}

function firstLines(error: { readonly message?: string }): string {
  const lines = (error.message ?? String(error)).split('\n').slice(0, 12)
  return lines.map((line) => `    ${line}`).join('\n')
}
