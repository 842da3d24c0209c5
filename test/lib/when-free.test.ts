import { expect, it } from 'vitest'
import { WscError } from '../../src/lib/index.ts'
import { whenFree } from '../../src/lib/io/index.ts'

/** What is opened fails so many times, with this code. */
function scene(failures: number, code: string) {
  const waited: string[] = []
  let tries = 0
  const open = async () => {
    if (tries++ < failures) throw new WscError(code, 'another process works with the table')
  }
  const opened = whenFree(open, { onWait: ({ message }, seconds) => waited.push(`${message}: ${seconds} s`) })
  return { opened, waited, tries: () => tries }
}

it('waits for a folder that another process has, and says so once', async () => {
  const { opened, waited, tries } = scene(2, 'E_LOCKED')
  await opened
  expect(tries()).toBe(3)
  expect(waited).toEqual(['another process works with the table: 15 s'])
})

it('does not wait for what is damaged', async () => {
  const { opened, tries } = scene(9, 'E_STORE')
  await expect(opened).rejects.toMatchObject({ code: 'E_STORE' })
  expect(tries()).toBe(1)
})
