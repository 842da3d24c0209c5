import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type BlockHash, blockHash } from '../../src/bitcoin/index.ts'
import type { BlockEvent } from '../../src/bitcoin/io/index.ts'
import { listedOccasions } from '../../src/compute/automation/occasions.ts'
import { AutomationService } from '../../src/compute/io/automation/automation-service.ts'
import type { Condition } from '../../src/compute/io/automation/condition.ts'
import { WscError } from '../../src/lib/index.ts'

const TIP = 40
const OCCASIONS = [5, 7, 9].map((ordinal) => ({ ordinal, height: ordinal + 1 }))

const hashAt = (height: number): BlockHash => blockHash(new Uint8Array(32).fill(height))

/** Blocks from 5 on up to the tip, all at once. */
const FEED = {
  tip: async () => ({ height: 4, hash: hashAt(4) }),
  tipHeight: async () => TIP,
  hashAt: async (height: number) => hashAt(height),
  async *subscribe(): AsyncGenerator<BlockEvent> {
    for (let height = 5; height <= TIP; height++) {
      yield { type: 'connected', height, hash: hashAt(height) } as BlockEvent
      yield { type: 'tip', height, hash: hashAt(height) }
    }
  },
}

/** All that is told of a chain in which a condition that always holds is judged thrice, and does this first. */
async function run(first: (ordinal: number, doing: 'run' | 'prove') => void) {
  const folder = await mkdtemp(join(tmpdir(), 'wsc-automation-'))
  const values = async (doing: 'run' | 'prove', bytes: Uint8Array | undefined) => {
    first(bytes?.[0] as number, doing)
    return [1n]
  }
  const condition = {
    id: new Uint8Array(32),
    outputs: () => ({ holds: 1n }),
    holds: () => true,
    run: ({ bytes }) => values('run', bytes),
    prove: async ({ bytes }) => ({ values: await values('prove', bytes), proof: new Uint8Array(1) }),
  } as Partial<Condition> as Condition
  const occasions = {
    first: async () => 0,
    at: async () => listedOccasions(OCCASIONS),
    read: async ({ ordinal, height }: { ordinal: number; height: number }) => ({
      ...{ inputs: { bytes: Uint8Array.of(ordinal) }, blockHash: hashAt(height) },
    }),
    close: async () => undefined,
  }
  const automation = new AutomationService({ feed: FEED, condition, folder, openOccasions: async () => occasions })
  const told = { refused: [] as number[], fired: [] as number[], problems: 0 }
  automation.events.on('refused', ({ ordinal }) => told.refused.push(ordinal))
  automation.events.on('fired', ({ ordinal }) => told.fired.push(ordinal))
  automation.events.on('problem', () => told.problems++)
  await automation.start()
  await automation.ended()
  await automation.stop()
  await rm(folder, { recursive: true })
  return told
}

test('values that the circuit has no witness for are an answer, given once, and later ordinals fire', async () => {
  let runs = 0
  const told = await run((ordinal) => {
    if (ordinal !== 5) return
    runs++
    throw new WscError('E_WITNESS', 'no witness: Assert Failed. (Error in template Num2Bits)')
  })
  expect(told).toEqual({ refused: [5], fired: [7, 9], problems: 0 })
  expect(runs).toBe(1)
})

test.for(['run', 'prove'] as const)('what cannot be done for one ordinal (%s) holds up no other', async (failing) => {
  const told = await run((ordinal, doing) => {
    if (ordinal === 5 && doing === failing) throw new Error('a source that does not answer')
  })
  expect(told).toMatchObject({ refused: [], fired: [7, 9] })
  // Tried again after 1, 2, 4, 8 and 16 blocks.
  expect(told.problems).toBe(failing === 'run' ? 6 : 5)
})

test('what failed is done once it can be', async () => {
  let failures = 0
  const told = await run((ordinal) => {
    if (ordinal === 5 && failures++ < 2) throw new Error('a full disk')
  })
  expect(told.fired.toSorted((a, b) => a - b)).toEqual([5, 7, 9])
  expect(told.problems).toBe(2)
})
