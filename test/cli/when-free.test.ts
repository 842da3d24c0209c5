import { expect, it } from 'vitest'
import { openTerminal } from '../../src/cli/terminal.ts'
import { whenFree } from '../../src/cli/when-free.ts'
import { WscError } from '../../src/lib/index.ts'

/** What is opened fails so many times, with this code. */
function scene(failures: number, code: string) {
  let noted = ''
  let tries = 0
  const terminal = openTerminal({ write: () => undefined }, { write: (text) => (noted += text) })
  const open = async () => {
    if (tries++ < failures) throw new WscError(code, 'another process works with the table')
  }
  const opened = whenFree(open, { terminal, signal: new AbortController().signal })
  return { opened, noted: () => noted, tries: () => tries }
}

it('waits for a folder that another process has, and says so once', async () => {
  const { opened, noted, tries } = scene(2, 'E_LOCKED')
  await opened
  expect(tries()).toBe(3)
  expect(
    noted()
      .split('\n')
      .filter((line) => line !== ''),
  ).toEqual([expect.stringContaining('another process works with the table: waiting for it')])
})

it('does not wait for what is damaged', async () => {
  const { opened, tries } = scene(9, 'E_STORE')
  await expect(opened).rejects.toMatchObject({ code: 'E_STORE' })
  expect(tries()).toBe(1)
})
