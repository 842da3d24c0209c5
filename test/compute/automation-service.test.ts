import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type BlockHash, blockHash } from '../../src/bitcoin/index.ts'
import type { BlockEvent } from '../../src/bitcoin/io/index.ts'
import { listedOccasions } from '../../src/compute/automation/occasions.ts'
import { AutomationService } from '../../src/compute/io/automation/automation-service.ts'
import type { Condition } from '../../src/compute/io/automation/condition.ts'
import type { CircuitResult } from '../../src/compute/result/result-file.ts'
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

/** Whose circuit gives 1 for what is read, or does what the test says. */
function conditionOf(values: (doing: 'run' | 'prove', bytes: Uint8Array | undefined) => Promise<bigint[]>): Condition {
  const condition: Partial<Condition> = {
    id: new Uint8Array(32),
    outputs: () => ({ holds: 1n }),
    holds: () => true,
    run: ({ bytes }) => values('run', bytes),
    prove: async ({ bytes }) => ({ values: await values('prove', bytes), proof: new Uint8Array(1) }),
  }
  return condition as Condition
}

const occasionsOf = (listed: typeof OCCASIONS) => async () => ({
  first: async () => 0,
  at: async () => listedOccasions(listed),
  read: async ({ ordinal, height }: { ordinal: number; height: number }) => ({
    ...{ inputs: { bytes: Uint8Array.of(ordinal) }, blockHash: hashAt(height) },
  }),
  close: async () => undefined,
})

/** All that is told of a chain in which a condition that always holds is judged thrice, and does this first. */
async function run(first: (ordinal: number, doing: 'run' | 'prove') => void) {
  const folder = await mkdtemp(join(tmpdir(), 'wsc-automation-'))
  const values = async (doing: 'run' | 'prove', bytes: Uint8Array | undefined) => {
    first(bytes?.[0] as number, doing)
    return [1n]
  }
  const condition = conditionOf(values)
  const automation = new AutomationService({ feed: FEED, condition, folder, openOccasions: occasionsOf(OCCASIONS) })
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

test('what came to nothing is inscribed again with the next block, or at once after a kill', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wsc-automation-'))
  const acted: CircuitResult[] = []
  const condition = conditionOf(async () => [1n])
  /** Follows one block more than the last time, and gives the result back before it. */
  const start = async (top: number, lost: boolean) => {
    const goesOn = Promise.withResolvers<void>()
    const feed = {
      ...FEED,
      tip: async () => ({ height: top - 1, hash: hashAt(top - 1) }),
      async *subscribe(): AsyncGenerator<BlockEvent> {
        await goesOn.promise
        yield { type: 'connected', height: top, hash: hashAt(top) } as BlockEvent
        yield { type: 'tip', height: top, hash: hashAt(top) }
      },
    }
    const automation = new AutomationService({
      ...{ feed, condition, folder, openOccasions: occasionsOf(OCCASIONS.slice(0, 1)) },
      inscribe: async (result) => {
        acted.push(result)
        return { state: 'sent', id: `${'ab'.repeat(32)}i0`, cost: 1n, left: 0n }
      },
      cameToNothing: async () => lost,
    })
    const began = new Promise((resolve) => automation.events.on('began', resolve))
    await automation.start()
    await began
    const end = async () => {
      goesOn.resolve()
      await automation.ended()
    }
    return { automation, end }
  }
  await (await start(20, false)).end()
  expect(acted).toHaveLength(1)
  await (await start(21, false)).end()
  expect(acted).toHaveLength(1)
  const { automation, end } = await start(22, false)
  await automation.again({ ...acted[0]!, height: 7 })
  await automation.again(acted[0]!)
  await end()
  expect(acted).toHaveLength(2)
  await expect(automation.again(acted[0]!)).rejects.toThrow('started before')
  await (await start(23, true)).end()
  expect(acted.map(({ height }) => height)).toEqual([6, 6, 6])
  await rm(folder, { recursive: true })
})

test('what failed is done once it can be', async () => {
  let failures = 0
  const told = await run((ordinal) => {
    if (ordinal === 5 && failures++ < 2) throw new Error('a full disk')
  })
  expect(told.fired.toSorted((a, b) => a - b)).toEqual([5, 7, 9])
  expect(told.problems).toBe(2)
})
