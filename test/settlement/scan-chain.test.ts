import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Block, encodeHeader, regtest } from '../../src/bitcoin/index.ts'
import { BitcoindClient, ChainFeed } from '../../src/bitcoin/io/index.ts'
import { InscriptionIndex, openStore, type ScanEvent, scanChain } from '../../src/settlement/io/index.ts'
import { answering, FakeChain, FakeServer, FakeTcp, lineOf, RpcFailure } from '../bitcoin-io/fake-bitcoind.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-scan-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const LENGTH = 6

/** A block as far as an index looks at it: it holds nothing. */
function empty(chain: FakeChain, height: number): Block {
  const header = chain.headers[height]!
  return {
    header,
    hash: chain.hashAt(height),
    headerBytes: encodeHeader(header),
    transactions: [],
    bytes: new Uint8Array(),
  }
}

/** A chain of the same genesis and, above a height, of other blocks, which knows nothing of the first. */
function another(chain: FakeChain, shared: number, count: number): FakeChain {
  const other = new FakeChain()
  other.headers = chain.headers.slice(0, shared + 1)
  // Their nonces are not those of the first.
  other.mine(LENGTH)
  other.reorg(LENGTH, count)
  other.known.splice(0, other.known.length, ...other.headers)
  return other
}

let made = 0
/** What a scan tells first, with an index of the first chain, by a node on the second; or what it ends with. */
async function scan(first: FakeChain, node: FakeChain, base = true): Promise<ScanEvent | string> {
  const store = await openStore(join(dir, String(made++)), 'index')
  const filled = await InscriptionIndex.open(store, regtest)
  for (const height of first.headers.keys()) await filled.connect(empty(first, height), height)
  if (!base) await store.batch([{ type: 'del', key: 'base' }], { sync: true })
  const index = await InscriptionIndex.open(store, regtest)
  await using server = await FakeServer.start(answering((call) => node.answer(call)))
  const feed = new ChainFeed({ client: server.client, params: regtest, pollMs: 1, backoffMs: 1 })
  await feed.start()
  const events = scanChain({ client: server.client, feed, index })
  try {
    const next = events.next().then(({ value }) => value as ScanEvent)
    return await next.catch(async (error) => `${error.code}: ${await lineOf(Promise.reject(error))}`)
  } finally {
    await events.return()
    await feed.stop()
    await store.close()
  }
}

const chain = new FakeChain()
chain.mine(LENGTH)

describe('a node that an index cannot go on with', () => {
  it.each([1, 3, LENGTH + 5])('whose chain was begun anew, and has %i blocks', async (count) => {
    expect(await scan(chain, another(chain, 0, count))).toMatch(
      /^E_NODE_RESET: .*begun anew: it has block [0-9a-f]{64} at height 1, not [0-9a-f]{64}\..*remove the index.*--settlement-dir/s,
    )
  })

  it.each([0, 1, LENGTH - 1])('that has yet to catch up, and is at %i', async (height) => {
    const node = another(chain, height, 0)
    expect(await scan(chain, node)).toMatchObject({
      type: 'unreachable',
      state: 'behind',
      error: { code: 'E_NODE_BEHIND' },
    })
  })

  it('that has gone another way since, and does not know the index’s', async () => {
    expect(await scan(chain, another(chain, 3, LENGTH))).toMatch(/^E_NODE_UNKNOWN_BLOCK: .*has never seen.*--rpc/s)
  })

  it('that tells of a block and does not give it, which says nothing against the index', async () => {
    class Withholding extends FakeChain {
      override answer(call: Parameters<FakeChain['answer']>[0]): unknown {
        if (call.method === 'getblock') throw new RpcFailure(-5, 'Block not found')
        return super.answer(call)
      }
    }
    const node = new Withholding()
    node.headers = [...chain.headers]
    node.known.push(...chain.headers)
    const longer = another(chain, LENGTH, 1)
    node.headers = longer.headers
    node.known.push(...longer.headers)
    const told = await scan(chain, node)
    expect(told).toMatch(/^E_NODE_UNKNOWN_BLOCK: .*does not know block/)
    expect(told).not.toContain('remove the index')
  })

  it('with an index that was made before its first block was kept', async () => {
    expect(await scan(chain, another(chain, 0, LENGTH + 5), false)).toMatch(/^E_NODE_UNKNOWN_BLOCK: /)
    expect(await scan(chain, another(chain, 0, 2), false)).toMatchObject({ state: 'behind' })
  })

  it('that does not answer', async () => {
    const tcp = await FakeTcp.start()
    await tcp[Symbol.asyncDispose]()
    const client = new BitcoindClient({ url: tcp.url })
    const store = await openStore(join(dir, 'silent'), 'index')
    const feed = new ChainFeed({ client, params: regtest })
    await feed.start()
    const events = scanChain({ client, feed, index: await InscriptionIndex.open(store, regtest) })
    const { value } = await events.next()
    expect(value).toMatchObject({ type: 'unreachable', state: 'silent', error: { code: 'E_NODE_UNREACHABLE' } })
    await events.return()
    await feed.stop()
    await store.close()
    client.close()
  })
})

it('a low block that a reorg replaced is the new one', async () => {
  const store = await openStore(join(dir, 'reorged'), 'index')
  const index = await InscriptionIndex.open(store, regtest)
  for (const height of [0, 1]) await index.connect(empty(chain, height), height)
  expect(index.base).toEqual({ height: 1, hash: chain.hashAt(1) })
  await index.disconnect({ height: 0, hash: chain.hashAt(0) })
  expect(index.base).toBeNull()
  const other = another(chain, 0, 2)
  await index.connect(empty(other, 1), 1)
  expect((await InscriptionIndex.open(store, regtest)).base).toEqual({ height: 1, hash: other.hashAt(1) })
  await store.close()
})
