import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { checkHeader, fromDisplay, mainnet, regtest, startContext } from '../../src/bitcoin/index.ts'
import { BitcoindClient } from '../../src/bitcoin/io/index.ts'
import { codeOf } from '../bitcoin-io/fake-bitcoind.ts'

const COUNT = 2100
/** Core's share/rpcauth: HMAC-SHA256 of the password "right" under the salt. */
const RPCAUTH = '-rpcauth=me:salt$f446897fad4b4d20b23b65e3a95c974ff1222b834869bb6c9caecfad32d57162'

let node: RegtestBitcoind
beforeAll(async () => {
  node = await RegtestBitcoind.start({ args: [RPCAUTH] })
  await node.mine(COUNT)
})
afterAll(() => node.stop())

test('headers come by REST and by RPC alike, and obey the rules', async () => {
  const first = await node.client.getHeaders(0, 5000)
  const all = [...first, ...(await node.client.getHeaders(first.length, 5000))]
  expect(first.length).toBe(2000)
  expect(all.map(({ height }) => height)).toEqual(Array.from({ length: COUNT + 1 }, (_, i) => i))
  let context = startContext(regtest)
  for (const { header } of all.slice(1)) {
    const checked = checkHeader(regtest, context, header)
    if (!checked.ok) throw new Error(JSON.stringify(checked))
    context = checked.next
  }
  await node.restart(['-rest=0'])
  const client = new BitcoindClient({ url: node.url, auth: node.auth })
  const byRpc = [...(await client.getHeaders(0, 2000)), ...(await client.getHeaders(2000, 2000))]
  // A deep comparison of thousands of objects would take a minute to print where it fails.
  expect(isDeepStrictEqual(byRpc, all)).toBe(true)
  expect(await client.getHeaders(COUNT + 1, 10)).toEqual([])
  client.close()
  await node.restart()
})

test('chain information, hashes and unknown blocks', async () => {
  const info = await node.client.getBlockchainInfo()
  expect(info).toMatchObject({ chain: 'regtest', height: COUNT })
  expect(await node.client.getBestBlock()).toEqual({ height: COUNT, hash: info.tip })
  expect(await node.client.getBlockHash(COUNT)).toEqual(info.tip)
  expect(await node.client.getBlockHash(COUNT + 1)).toBeUndefined()
  expect(await node.client.getHeader(fromDisplay('1'.repeat(64)))).toBeUndefined()
})

test('its network is checked by the genesis block', async () => {
  await node.client.assertNetwork(regtest)
  await expect(node.client.assertNetwork(mainnet)).rejects.toThrow(/"regtest"/)
})

test('a right password, then a wrong one, a wrong cookie, none at all', async () => {
  const right = new BitcoindClient({ url: node.url, auth: { kind: 'password', user: 'me', password: 'right' } })
  expect(await right.getBlockCount()).toBe(COUNT)
  right.close()
  const file = join(node.dataDir, 'wrong-cookie')
  await writeFile(file, '__cookie__:0000')
  for (const auth of [
    { kind: 'password', user: 'me', password: 'wrong' } as const,
    { kind: 'cookie', file } as const,
    { kind: 'cookie', file: join(node.dataDir, 'none') } as const,
    undefined,
  ]) {
    const client = new BitcoindClient({ url: node.url, auth })
    expect(await codeOf(client.getBlockCount())).toBe('E_NODE_AUTH')
    client.close()
  }
})

test('a restart writes a new cookie, which the same client takes up', async () => {
  expect(await node.client.getBlockCount()).toBe(COUNT)
  await node.pause()
  expect(await codeOf(node.client.getBlockCount())).toBe('E_NODE_UNREACHABLE')
  await node.resume()
  expect(await node.client.getBlockCount()).toBe(COUNT)
})

test('an invalidated block leaves the chain and can come back', async () => {
  const tip = await node.client.getBestBlock()
  const [replacement] = await node.reorg(1, 2)
  if (replacement === undefined) throw new Error('nothing was mined')
  expect((await node.client.getBestBlock()).height).toBe(COUNT + 1)
  expect(await node.client.getBlockHash(COUNT)).toEqual(replacement)
  await node.invalidateBlock(replacement)
  await node.reconsiderBlock(tip.hash)
  expect(await node.client.getBestBlock()).toEqual(tip)
})

test('a block of given content at a given time', async () => {
  const [tip] = await node.client.getHeaders(await node.client.getBlockCount(), 1)
  const time = (tip?.header.time ?? 0) + 5000
  await node.setMockTime(time)
  const hash = await node.generateBlock([])
  expect((await node.client.getHeader(hash))?.time).toBe(time)
})
