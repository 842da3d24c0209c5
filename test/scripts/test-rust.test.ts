import { describe, expect, it } from 'vitest'
import { countTests } from '../../scripts/test-rust.ts'

const line = (verdict: string, passed: number, failed: number, ignored: number) =>
  `test result: ${verdict}. ${passed} passed; ${failed} failed; ${ignored} ignored; 0 measured; 0 filtered out\n`

describe('the Rust tests in the closing line', () => {
  it('are those of all test programs', () => {
    const output = `running 2 tests\n${line('ok', 19, 0, 0)}\nrunning 3 tests\n${line('FAILED', 17, 2, 1)}`
    expect(countTests(output)).toEqual({ passed: 36, failed: 2, ignored: 1 })
  })

  it('are none where nothing ran', () => {
    expect(countTests('error: could not compile `wsc-folding`\n')).toEqual({ passed: 0, failed: 0, ignored: 0 })
  })
})
