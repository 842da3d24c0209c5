import { expect, test } from 'vitest'
import { listedLine, notJudged } from '../../src/cli/results-text.ts'

test('what was not judged is told with why', () => {
  const entry = { id: 'an id', program: '00'.repeat(32), height: 3, author: '', identity: '' }
  for (const [reason, why] of [
    ['no-program', 'no --graph names its program'],
    ['no-input', 'what it read is not at hand'],
  ] as const) {
    expect(notJudged(reason)).toContain(why)
    const unknown = { ...entry, state: 'unknown', reason } as never
    expect(listedLine(unknown, { height: 4, hash: '', entries: [] }, 4, 6)).toContain(`not judged: ${why}`)
  }
})
