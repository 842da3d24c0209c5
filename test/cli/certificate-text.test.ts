import { expect, it } from 'vitest'
import { notTakenLines } from '../../src/cli/certificate-text.ts'
import { noteStrangers } from '../../src/cli/storage-work.ts'
import { Emitter } from '../../src/lib/index.ts'
import type { PeerHostEvents } from '../../src/p2p/peer-host-events.ts'
import { watchWanted } from '../../src/p2p/watch-wanted.ts'

it('says of each provider why it has no part, and what to do', () => {
  const key = 'ab'.repeat(32)
  const other = {
    key,
    peer: null,
    reason: 'not-met',
    detail: 'its peer is nowhere',
    cure: { act: 'name-peer' },
  } as const
  expect(
    notTakenLines([
      {
        ...{ key, peer: 'one', reason: 'key-too-new', detail: 'it counts from block 124 on' },
        cure: { act: 'proof-of-height', subject: '130' },
      },
      { key: null, peer: 'two', reason: 'not-registered', detail: 'no key', cure: { act: 'register-key' } },
      other,
      { key, peer: 'three', reason: 'proof-invalid', detail: 'the proof does not verify', cure: undefined },
    ]),
  ).toEqual([
    `not taken: key ${key}, peer one: key-too-new: it counts from block 124 on; once block 130 is there, give a proof that ends at it or later`,
    'not taken: peer two: not-registered: no key; have its provider run `wsc storage register`, and wait until that counts',
    `not taken: key ${key}: not-met: its peer is nowhere; have its provider run, and name its address by --peer`,
    `not taken: key ${key}, peer three: proof-invalid: the proof does not verify`,
  ])
  const many = notTakenLines(new Array(40).fill(other))
  expect(many).toHaveLength(17)
  expect(many.at(-1)).toBe('not taken: 24 more')
  expect(notTakenLines([])).toEqual([])
})

it('tells of named peers of another network, once, and not of those that are not there', () => {
  const events = new Emitter<PeerHostEvents>()
  const notes: string[] = []
  noteStrangers(
    {
      events,
      wanted: { count: 3, watch: (_, met) => watchWanted(events, (peer) => peer === 'provider', met) },
    },
    { terminal: { note: (line: string) => notes.push(line) } as never },
  )
  events.emit('unreachable', { address: 'nowhere', detail: 'refused' })
  for (const peer of ['provider', 'stranger']) {
    events.emit('reached', { address: `/${peer}`, peer })
    events.emit('identified', { peer })
    events.emit('disconnected', { peer })
  }
  expect(notes).toEqual([
    expect.stringMatching(/^the peer at \/stranger provides nothing on this network: .*--network/),
  ])
})
