import { getEventListeners } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { openStorageNode, type StorageNode } from '../../src/node/index.ts'
import { storageParams } from '../../storage/index.ts'
import { holdingsKind } from '../../storage/peers/holdings-kind.ts'

/** Two providers among each other, beside a real node, in this process: what they have open is counted over 144 blocks. */
const BLOCKS = 144

let dir: string
let bitcoind: RegtestBitcoind
const ending = new AbortController()
const nodes: StorageNode[] = []
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-144-'))
  bitcoind = await RegtestBitcoind.start()
  await bitcoind.mine(10)
})
afterAll(async () => {
  for (const node of nodes) await node.service.stop()
  await bitcoind?.stop()
  await rm(dir, { recursive: true, force: true })
})

async function provider(name: string, peers: readonly string[] = []): Promise<StorageNode> {
  const node = await openStorageNode({
    client: bitcoind.client,
    params: regtest,
    storage: storageParams(regtest),
    folder: join(dir, name),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    peers,
    replica: { partitions: [0] },
  })
  nodes.push(node)
  await node.service.start(ending.signal)
  return node
}

/** Once every provider has the node's tip. */
async function atTip(): Promise<void> {
  const { hash } = await bitcoind.client.getBestBlock()
  const has = ({ table }: StorageNode) => table.tip !== null && toDisplay(table.tip.hash) === toDisplay(hash)
  await Promise.all(
    nodes.map((node) => {
      return new Promise<void>((resolve) => {
        const look = () => {
          if (!has(node)) return
          off()
          resolve()
        }
        const off = node.table.events.on('tip', look)
        look()
      })
    }),
  )
}

/** Blocks one by one, each told before the next, and each with a question of one provider to the other. */
async function blocks(count: number): Promise<void> {
  const [first, second] = nodes as [StorageNode, StorageNode]
  for (let i = 0; i < count; i++) {
    await bitcoind.mine(1)
    await atTip()
    const asked = await first.host.ask(second.host.name, holdingsKind, 0)
    expect(asked).toMatchObject({ ok: true })
  }
}

async function open() {
  return {
    files: (await readdir('/proc/self/fd')).length,
    listeners: getEventListeners(ending.signal, 'abort').length,
    sockets: process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length,
  }
}

test('two providers have no more open after 144 blocks than before', async () => {
  const first = await provider('first')
  const met = new Promise<void>((resolve) => {
    first.host.meet(holdingsKind, () => resolve())
  })
  await provider('second', first.host.addresses)
  await met
  const warnings: Error[] = []
  const onWarning = (warning: Error) => warnings.push(warning)
  process.on('warning', onWarning)
  try {
    await blocks(20)
    const before = await open()
    await blocks(BLOCKS)
    const after = await open()
    expect(after.listeners).toBe(before.listeners)
    // LevelDB's files and libp2p's connections come and go by a few; what leaked would be at least one a block.
    expect(after.files - before.files).toBeLessThan(20)
    expect(after.sockets - before.sockets).toBeLessThan(20)
    // Among them the one of too many listeners at one emitter.
    expect(warnings).toEqual([])
  } finally {
    process.off('warning', onWarning)
  }
})
