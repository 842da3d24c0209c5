import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { headerHash, regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { CheckpointStore } from '../../src/bus/io/prover/checkpoint-store.ts'
import { follow } from '../../src/bus/io/prover/follow.ts'
import { bitcoindSource } from '../../src/bus/io/prover/header-source.ts'
import { BusProver } from '../../src/bus/io/prover/prover.ts'
import { readStatus, writeStatus } from '../../src/bus/io/prover/status.ts'
import { exportCheckpoint, importCheckpoint } from '../../src/bus/io/prover/transfer.ts'
import type { ChainState } from '../../src/bus/state.ts'
import { type FixtureChain, mineChain, regtestStart } from './chain-fixture.ts'
import { FAKE_KEY, FakeEngine } from './fake-engine.ts'
import { poseidon } from './poseidon-reference.ts'

const start = regtestStart()
const clock = () => 1_800_000_000_000
const owner = { params: 'p', start: 's', keyId: FAKE_KEY }
let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-follow-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const sourceOf = (chain: () => FixtureChain) =>
  bitcoindSource({
    getBlockCount: async () => chain().headers.length,
    getBlockHash: async (height) => (height === 0 ? start.context.hash : chain().states[height - 1]?.context.hash),
    getHeaders: async (from, count) =>
      chain()
        .headers.slice(from - 1, from - 1 + count)
        .map((header, i) => ({ height: from + i, hash: headerHash(header), header })),
  })

function cut(chain: FixtureChain, length: number): FixtureChain {
  return { headers: chain.headers.slice(0, length), states: chain.states.slice(0, length) }
}

async function setUp(chains: readonly FixtureChain[], at = dir) {
  const store = await CheckpointStore.open({ dir: at, owner, params: regtest, poseidon })
  const engine = new FakeEngine(start)
  for (const chain of chains) for (const state of chain.states) engine.know(state)
  return { store, engine, prover: new BusProver({ start, engine, witnesses: engine, store, poseidon, clock }) }
}

describe('follow', () => {
  it('proves each new block, and stays on the most work through a reorg', async () => {
    const main = mineChain(10)
    const tail = mineChain(5, 9, main.states[6] as ChainState)
    const branch: FixtureChain = {
      headers: [...main.headers.slice(0, 7), ...tail.headers],
      states: [...main.states.slice(0, 7), ...tail.states],
    }
    const { store, engine, prover } = await setUp([main, branch])
    let chain = cut(main, 5)
    // Catching up, one block, three more at once, three disconnected, the other branch equal, then longer.
    const story = [chain, cut(main, 6), main, cut(main, 7), cut(branch, 9), cut(branch, 10), branch]
    const published: { height: number; hash: string }[] = []
    await follow({
      prover,
      source: sourceOf(() => chain),
      start,
      clock,
      news: (async function* () {
        for (const next of story) {
          chain = next
          yield
        }
      })(),
      publish: async (_proof, state) => {
        published.push({ height: state.context.height, hash: toDisplay(state.context.hash) })
      },
    })
    await store.close()
    expect(published.map(({ height }) => height)).toEqual([5, 6, 10, 12])
    expect(published.at(-1)?.hash).toBe(toDisplay((branch.states[11] as ChainState).context.hash))
    // 5 blocks in 3 steps, one in 1, four in 2; then 12 from the checkpoint at 6, in 3.
    expect(engine.folded).toBe(3 + 1 + 2 + 3)
  })
})

it('waits where the tip is too new for the clock, and goes on once it is not', async () => {
  const main = mineChain(6)
  const { store, engine } = await setUp([main])
  const late = main.headers.at(-1)!.time
  let now = late - 2 * 60 * 60 - 1
  const prover = new BusProver({ start, engine, witnesses: engine, store, poseidon, clock: () => now * 1000 })
  const refused: [string, number][] = []
  const published: number[] = []
  await follow({
    prover,
    source: sourceOf(() => main),
    start,
    clock: () => now * 1000,
    news: (async function* () {
      yield
      now = late
      yield
    })(),
    onTooNew: ({ reject, height }) => refused.push([reject, height]),
    publish: async (_proof, { context }) => {
      published.push(context.height)
    },
  })
  expect([refused, published]).toEqual([[['time-too-new', 6]], [6]])
  await store.close()
})

describe('checkpoint transfer', () => {
  it('hands work on, and refuses what does not verify from this start', async () => {
    const main = mineChain(12)
    const { store, prover } = await setUp([main])
    await prover.advanceTo(
      sourceOf(() => main),
      8,
    )
    const { bytes, entry } = await exportCheckpoint(store)
    expect(entry.height).toBe(8)
    await store.close()

    const there = join(dir, 'there')
    const second = await setUp([main], there)
    const take = (file: Uint8Array, engine = second.engine, from = start) =>
      importCheckpoint(file, { store: second.store, engine, start: from, poseidon })
    expect(await take(bytes.with(500, (bytes[500] as number) ^ 1))).toMatchObject({ ok: false, reject: 'damaged' })
    expect(await take(bytes, new FakeEngine(start, 'k2'))).toMatchObject({ ok: false, reject: 'wrong-key' })
    const custom = { ...start, params: { ...regtest, custom: true } }
    expect(await take(bytes, second.engine, custom)).toMatchObject({ ok: false, reject: 'wrong-network' })
    const elsewhere = { ...start, start: { ...start.start, hash: (main.states[1] as ChainState).context.hash } }
    expect(await take(bytes, second.engine, elsewhere)).toMatchObject({ ok: false, reject: 'wrong-start' })
    expect(await take(bytes)).toMatchObject({ ok: true, entry: { height: 8 } })
    await second.prover.advanceTo(
      sourceOf(() => main),
      12,
    )
    expect(second.engine.folded).toBe(2)
    await second.store.close()
  })
})

describe('status', () => {
  it('is read while another process holds the lock', async () => {
    expect(await readStatus(dir, () => true)).toBeNull()
    const { store, prover } = await setUp([])
    const main = mineChain(4)
    await prover.advanceTo(sourceOf(() => main))
    const status = {
      network: 'regtest',
      start: { kind: 'genesis' as const, height: 0, hash: '00'.repeat(32) },
      pid: 1,
      updatedAt: 5,
      height: 4,
      tip: 'ab'.repeat(32),
      to: 9,
      etaSeconds: 3,
      secondsPerHeader: 0.5,
      lastProof: null,
    }
    await writeStatus(dir, status)
    const read = await readStatus(dir, () => false)
    expect(read).toMatchObject({ ...status, running: false })
    expect(read?.checkpoints.map(({ height }) => height)).toEqual([4])
    await store.close()
  })
})
