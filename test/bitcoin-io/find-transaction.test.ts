import { expect, test } from 'vitest'
import { bitcoindBlocks } from '../../src/bitcoin/io/index.ts'
import { answering, FakeChain, FakeServer, RpcFailure } from './fake-bitcoind.ts'

const txid = 'ab'.repeat(32)

test.each([
  'No such mempool transaction. Blockchain transactions are still in the process of being indexed.',
  'No such mempool transaction. Use -txindex or provide a block hash to enable blockchain transaction queries.',
  'No such mempool or blockchain transaction. Use gettransaction for wallet transactions.',
])('where a transaction is not found, the node’s own reason is told: %s', async (words) => {
  await using server = await FakeServer.start(
    answering(() => {
      throw new RpcFailure(-5, words)
    }),
  )
  expect(await bitcoindBlocks(server.client).locate(txid)).toEqual({
    ok: false,
    reject: 'unknown-block',
    detail: expect.stringContaining(words),
  })
})

test('a transaction that waits, and one in a block', async () => {
  const chain = new FakeChain()
  let blockhash: string | undefined
  await using server = await FakeServer.start(
    answering((call) => {
      if (call.method === 'getrawtransaction') return { txid, ...(blockhash !== undefined && { blockhash }) }
      return call.method === 'getblockheader' ? { height: 7 } : chain.answer(call)
    }),
  )
  const blocks = bitcoindBlocks(server.client)
  expect(await blocks.locate(txid)).toMatchObject({ ok: false, detail: 'it is in no block yet' })
  blockhash = '0'.repeat(64)
  expect(await blocks.locate(txid)).toEqual({ ok: true, hash: new Uint8Array(32), height: 7 })
})

test('what is no answer about the transaction is thrown', async () => {
  for (const code of [-1, -8, -32601]) {
    await using server = await FakeServer.start(
      answering(() => {
        throw new RpcFailure(code, 'no')
      }),
    )
    await expect(bitcoindBlocks(server.client).locate(txid)).rejects.toMatchObject({ rpcCode: code })
  }
})
