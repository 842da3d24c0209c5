import { expect, it } from 'vitest'
import { BitcoindError } from '../../src/bitcoin/io/index.ts'
import { noteOutages, type OutageEvents } from '../../src/cli/outage.ts'
import { Emitter } from '../../src/lib/index.ts'

it('an outage is told once, until the node answers again', () => {
  const events = new Emitter<OutageEvents>()
  const notes: string[] = []
  const isTold = noteOutages(events, (text) => notes.push(text))
  const error = new BitcoindError('E_NODE_UNREACHABLE', 'No node answers at 127.0.0.1:9 (refused).')
  const same = new Error(error.message)
  expect(isTold(same)).toBe(false)
  events.emit('unreachable', { state: 'silent', error })
  expect([isTold(same), isTold(new Error('the disk is full'))]).toEqual([true, false])
  events.emit('recovered', {})
  expect(isTold(same)).toBe(false)
  expect(notes).toEqual([`the node does not answer, waiting for it: ${error.message}`, 'the node answers again'])
})
