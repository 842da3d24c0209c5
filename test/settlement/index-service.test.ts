import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import type { BlockEvent } from '../../src/bitcoin/io/index.ts'
import { type IndexComponents, IndexService, openStore } from '../../src/settlement/io/index.ts'
import { envelopeScript, spend, syntheticBlock } from '../support/synthetic-block.ts'

let state: string
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'wsc-index-'))
})
afterEach(() => rm(state, { recursive: true, force: true }))

const first = syntheticBlock([spend(1, [envelopeScript('one')])])
const second = syntheticBlock([spend(2, [envelopeScript('two')])], { prevHash: first.hash })
const rival = syntheticBlock([spend(3, [envelopeScript('three')])], { prevHash: first.hash })
const blocks = [first, second, rival]

const shown = (hash: Uint8Array) => Buffer.from(hash).reverse().toString('hex')
const client = {
  call: async ({ params, schema }: { params: readonly string[]; schema: { parse(value: unknown): unknown } }) => {
    const { transactions } = blocks.find(({ hash }) => shown(hash) === params[0])!
    // Views of the whole block.
    return schema.parse(Buffer.from(transactions[0]!.bytes.buffer).toString('hex'))
  },
}
const connected = (of: (typeof blocks)[number], height: number) =>
  ({ type: 'connected', height, hash: of.hash }) as BlockEvent
const disconnected = (of: (typeof blocks)[number], height: number) =>
  ({ type: 'disconnected', height, hash: of.hash, header: of.header }) as BlockEvent
const tip = (of: (typeof blocks)[number], height: number) => ({ type: 'tip', height, hash: of.hash }) as BlockEvent

/** Tells these, and then nothing more until it is ended. */
const feedOf = (...events: BlockEvent[]) => ({
  async *subscribe({ signal }: { signal: AbortSignal }) {
    yield* events
    signal.throwIfAborted()
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
  },
})
const service = (feed: object, components: Partial<IndexComponents> = {}) =>
  new IndexService({ client: client as never, params: regtest, state, feed: feed as never, ...components })

it('tells what comes and goes, and answers once it has caught up', async () => {
  const events = [
    connected(first, 0),
    connected(second, 1),
    disconnected(second, 1),
    connected(rival, 1),
    tip(rival, 1),
  ]
  const running = service(feedOf(...events))
  const seen: unknown[] = []
  for (const type of ['connected', 'disconnected'] as const) {
    running.events.on(type, ({ height, entries }) => seen.push([type, height, entries.length]))
  }
  running.events.on('tip', ({ height }) => seen.push(['tip', height]))
  await running.start()
  await running.caughtUp()
  expect(seen).toEqual([
    ['connected', 0, 1],
    ['connected', 1, 1],
    ['disconnected', 1, 1],
    ['connected', 1, 1],
    ['tip', 1],
  ])
  const entries = await Array.fromAsync(running.index.query())
  expect(new TextDecoder().decode(await running.body(entries[1]!))).toBe('three')
  await running.stop()
  await running.ended()
  await (await openStore(join(state, 'index'), 'index')).close()
})

it('for one look takes in nothing after the first tip, and can be read until it is stopped', async () => {
  const running = service(feedOf(connected(first, 0), tip(first, 0), connected(second, 1), tip(second, 1)), {
    once: true,
  })
  await running.start()
  await running.caughtUp()
  expect(running.index.tip?.height).toBe(0)
  expect(await Array.fromAsync(running.index.query())).toHaveLength(1)
  await running.stop()
})

it('rejects who waits where it ends before', async () => {
  const broken = {
    async *subscribe() {
      yield connected(second, 0)
      throw new Error('gone')
    },
  }
  const running = service(broken)
  await running.start()
  await expect(running.caughtUp()).rejects.toThrow('gone')
  await expect(running.stop()).rejects.toThrow('gone')
  const stopped = service(feedOf())
  await stopped.start()
  await stopped.stop()
  await expect(stopped.caughtUp()).rejects.toMatchObject({ name: 'AbortError' })
})

it('stays with where it began', async () => {
  const begun = service(feedOf(connected(first, 0), tip(first, 0)))
  await begun.start()
  await begun.caughtUp()
  await begun.stop()
  await expect(service(feedOf(), { startHeight: 7 }).start()).rejects.toMatchObject({
    code: 'E_USAGE',
    cure: { act: 'other-settlement-dir' },
  })
  const again = service(feedOf(), { startHeight: 0 })
  await again.start()
  await again.stop()
})
