import { describe, expect, it } from 'vitest'
import { setupLine } from '../../src/cli/prover.ts'
import { duration, openTerminal } from '../../src/cli/terminal.ts'

describe('terminal', () => {
  it('rewrites progress on a terminal, and tells it plainly and seldom elsewhere', () => {
    let text = ''
    let now = 0
    const write = (part: string) => (text += part)
    const plain = openTerminal({ write }, { write }, () => now)
    for (now = 0; now < 25_000; now += 1000) plain.progress(`at ${now}`)
    expect(text).toBe('at 0\nat 10000\nat 20000\n')
    text = ''
    const tty = openTerminal({ write }, { write, isTTY: true })
    tty.progress('one')
    tty.progress('two')
    tty.result('done')
    expect(text).toBe('\r\u001b[2Kone\r\u001b[2Ktwo\ndone\n')
  })

  it('tells what a phase came to before the next begins, once', () => {
    let text = ''
    const write = (part: string) => (text += part)
    const plain = openTerminal({ write }, { write }, () => 0)
    for (const line of ['folded 2', 'folded 4', 'folded 25', 'compress …', 'compress …']) plain.progress(line)
    plain.settle()
    expect(text).toBe('folded 2\nfolded 25\ncompress …\n')
  })

  it('says how far the set-up is where that is counted finely', () => {
    expect(setupLine('circuit', 0, 1)).toBe('setup: circuit …')
    expect(setupLine('development powers of tau', 300, 1000)).toBe('setup: development powers of tau … 30 %')
  })

  it('says durations as people do', () => {
    expect([4.25, 45, 600, 7500, 400_000].map(duration)).toEqual(['4.3 s', '45 s', '10 min', '2 h 5 min', '4 d 15 h'])
  })
})
