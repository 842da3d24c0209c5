import { expect, it } from 'vitest'
import { WscError } from '../../src/lib/index.ts'
import { startsWhenFree, whenFree } from '../../src/lib/io/index.ts'

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

it('a service that waits at its start is the same otherwise', async () => {
  const told: string[] = []
  let tries = 0
  const service = startsWhenFree(
    {
      start: async () => {
        if (tries++ === 0) throw new WscError('E_LOCKED', 'another process works with the table')
        told.push('started')
      },
      stop: async () => void told.push('stopped'),
      ended: async () => void told.push('ended'),
    },
    { onWait: ({ message }) => told.push(message) },
  )
  await service.start()
  await service.ended()
  await service.stop()
  expect(told).toEqual(['another process works with the table', 'started', 'ended', 'stopped'])
})
