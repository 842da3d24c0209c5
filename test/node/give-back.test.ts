import { expect, test } from 'vitest'
import type { ProgramResult } from '../../src/compute/index.ts'
import { Emitter } from '../../src/lib/index.ts'
import { giveBack } from '../../src/node/give-back.ts'
import type { InscriberEvents, SupersededRecord } from '../../src/settlement/io/index.ts'

test('what cannot be taken back is told of, and what comes after it is taken back all the same', async () => {
  const events = new Emitter<InscriberEvents>()
  const faults: string[] = []
  const handed: (readonly SupersededRecord[])[] = []
  const release = async (records: readonly SupersededRecord[]) => {
    handed.push(records)
    if (handed.length === 1) throw new Error('the disk is full')
  }
  const again = async (_: ProgramResult) => undefined
  const done = giveBack({ events }, { release }, again, ({ message }) => faults.push(message))
  const [first, second] = [[], []] as [SupersededRecord[], SupersededRecord[]]
  events.emit('superseded', first)
  events.emit('superseded', second)
  await done()
  expect(faults).toEqual(['the disk is full'])
  expect(handed).toHaveLength(2)
})
