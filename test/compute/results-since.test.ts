import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Cursor, formatCursor, parseCursor } from '../../src/compute/results/cursor.ts'
import { type Place, since } from '../../src/compute/results/since.ts'
import { blockAfter, GENESIS, type MadeBlock, madeRecord, naively, openMade, Reader } from './results-scene.ts'

/** Records of a block by a small number each: so many identities, and one that is not valid. */
const records = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 4 })

const move = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('grow' as const),
      blocks: fc.array(records, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('reorg' as const),
      depth: fc.integer({ min: 1, max: 9 }),
      blocks: fc.array(records, { minLength: 0, maxLength: 10 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('return' as const), to: fc.nat() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      reader: fc.nat(2),
      limit: fc.integer({ min: 1, max: 5 }),
      pages: fc.integer({ min: 1, max: 3 }),
    }),
  },
)

const FINALITY = 3

const placeOf = ({ height, hash }: Place): Place => ({ height, hash })

test('whatever the chain does, what counts is as a plain computation says, and every reader comes to the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 40 }), async (moves) => {
      const store = await openMade()
      let chain: MadeBlock[] = []
      const branches: MadeBlock[][] = []
      const readers = [0, 1, 2].map(() => ({ reader: new Reader(), cursor: null as Cursor | null }))
      const made = (choice: number) => madeRecord(choice === 0 ? null : `result ${choice}`)
      const connect = async (block: MadeBlock) => {
        await store.connect(block, block.records)
        chain.push(block)
      }
      const disconnect = async () => {
        const block = chain.pop() as MadeBlock
        await store.disconnect(block.previous)
      }
      const read = async (which: number, limit: number) => {
        const one = readers[which]!
        const told = await since(store, one.cursor, { finality: FINALITY, limit })
        if (!told.ok) throw new Error(told.detail)
        one.reader.take(told.events)
        const again = parseCursor(formatCursor(told.cursor))
        one.cursor = again.ok ? again.cursor : null
        expect(again).toEqual({ ok: true, cursor: told.cursor })
        return told.more
      }
      for (const step of moves) {
        switch (step.kind) {
          case 'grow':
            for (const block of step.blocks) await connect(blockAfter(chain.at(-1) ?? GENESIS, block.map(made)))
            break
          case 'reorg':
            branches.push([...chain])
            for (let i = 0; i < step.depth && chain.length > 0; i++) await disconnect()
            for (const block of step.blocks) await connect(blockAfter(chain.at(-1) ?? GENESIS, block.map(made)))
            break
          case 'return': {
            const branch = branches[step.to % Math.max(1, branches.length)]
            if (branch === undefined) break
            branches.push([...chain])
            while (chain.length > 0 && chain.at(-1)?.hash !== branch[chain.length - 1]?.hash) await disconnect()
            for (const block of branch.slice(chain.length)) await connect(block)
            break
          }
          case 'read':
            for (let i = 0; i < step.pages; i++) await read(step.reader, step.limit)
        }
      }
      const plain = naively(chain, FINALITY)
      const counted = new Map<string, string>()
      for (const height of await store.heights(0)) {
        for (const entry of (await store.at(height)).entries) {
          if (entry.state === 'counts') counted.set(entry.identity, entry.id)
        }
      }
      expect(counted).toEqual(plain.results)
      for (const which of [0, 1, 2]) {
        while (await read(which, 2));
        expect(readers[which]!.reader.results).toEqual(plain.results)
        // What was told to be final stays so where the chain has become shorter, as long as it is in it.
        for (const identity of plain.final) expect(readers[which]!.reader.final.has(identity)).toBe(true)
        for (const identity of readers[which]!.reader.final) expect(plain.results.has(identity)).toBe(true)
      }
      chain = []
    }),
    { numRuns: 150 },
  )
})

test('a cursor at a block that was never seen is refused; so are texts that are none', async () => {
  const store = await openMade()
  const [one, other] = [blockAfter(GENESIS, []), blockAfter(GENESIS, [])]
  await store.connect(one, [])
  const at = (cursor: Cursor) => since(store, cursor, { finality: 6, limit: 10 })
  expect(await at({ height: 0, hash: one.hash, finality: -1 })).toMatchObject({ ok: true, events: [] })
  expect(await at({ height: 0, hash: other.hash, finality: -1 })).toMatchObject({ reject: 'unknown-cursor' })
  expect(await at({ height: 7, hash: one.hash, finality: -1 })).toMatchObject({ reject: 'unknown-cursor' })
  for (const text of [
    '',
    '0',
    `0:${one.hash}`,
    `00:${one.hash}:-1`,
    `0:${one.hash}:5`,
    `-2:${one.hash}:-2`,
    '0:xy:0',
  ]) {
    expect(parseCursor(text)).toMatchObject({ reject: 'bad-cursor' })
  }
})

test('results that become final at once are told in pages too, each once', async () => {
  const store = await openMade()
  let last: Place = GENESIS
  for (let i = 0; i < 40; i++) {
    const block = blockAfter(last, [madeRecord(`result ${i}`)])
    await store.connect(block, block.records)
    last = block
  }
  // A cursor of the reader's own making: at the tip, and told of nothing that is final.
  let cursor: Cursor = { ...placeOf(last), finality: -1 }
  const told: string[] = []
  for (let more = true; more; ) {
    const page = await since(store, cursor, { finality: 6, limit: 3 })
    if (!page.ok) throw new Error(page.detail)
    expect(page.events.length).toBeLessThanOrEqual(3)
    for (const one of page.events) told.push(one.event === 'final' ? `${one.block.height}` : one.event)
    ;({ cursor, more } = page)
  }
  expect(told).toEqual(Array.from({ length: 35 }, (_, i) => `${i}`))
  expect(cursor).toEqual({ ...placeOf(last), finality: 34 })
})

test('a reorg deeper than finality withdraws what was final, once', async () => {
  const store = await openMade()
  const chain: MadeBlock[] = []
  for (let i = 0; i < 8; i++) {
    const block = blockAfter(chain.at(-1) ?? GENESIS, i === 2 ? [madeRecord('a'), madeRecord('a')] : [])
    await store.connect(block, block.records)
    chain.push(block)
  }
  const all = await since(store, null, { finality: 3, limit: 100 })
  if (!all.ok) throw new Error(all.detail)
  expect(all.events.map(({ event }) => event)).toEqual(['result', 'final'])
  expect(all.cursor).toEqual({ height: 7, hash: chain[7]!.hash, finality: 5 })
  while (chain.length > 1) await store.disconnect((chain.pop() as MadeBlock).previous)
  const fork = chain[0] as MadeBlock
  const copy = { ...blockAfter(fork, [madeRecord('a')]) }
  await store.connect(copy, copy.records)
  const after = await since(store, all.cursor, { finality: 3, limit: 100 })
  expect(after).toMatchObject({
    events: [
      { event: 'undo', from: { height: 7 }, to: { height: 0, hash: fork.hash }, withdrawn: [{ final: true }] },
      { event: 'result', block: { height: 1, hash: copy.hash } },
    ],
    cursor: { height: 1, hash: copy.hash, finality: 0 },
    more: false,
  })
})
