import { bytesToHex } from '@noble/hashes/utils.js'
import { expect, it } from 'vitest'
import { blockHash, mainnet } from '../../src/bitcoin/index.ts'
import { type BitcoindClient, BitcoindError } from '../../src/bitcoin/io/index.ts'
import { fetchBlock } from '../../src/settlement/io/scanner/fetch-block.ts'
import { block, gunzip, withoutWitnesses } from '../support/blocks.ts'
import { sharedData } from '../support/shared-data.ts'

/** A node that gives these bytes for any block. */
function giving(bytes: Uint8Array): BitcoindClient {
  const call: BitcoindClient['call'] = async ({ schema }) => schema.parse(bytesToHex(bytes))
  return { call } as BitcoindClient
}

it('takes a block of a node with all its witnesses only', async (test) => {
  const raw = gunzip(sharedData(test, 'blocks/mainnet_830000_eb2cffbc1f.bin.gz'))
  const place = { params: mainnet, height: 830_000, hash: block(raw).hash }
  expect((await fetchBlock(giving(raw), place)).transactions).toHaveLength(1851)
  const bare = giving(withoutWitnesses(raw))
  await expect(fetchBlock(bare, place)).rejects.toThrow(BitcoindError)
  await expect(fetchBlock(bare, place)).rejects.toMatchObject({
    code: 'E_NODE_GARBAGE',
    message: expect.stringContaining('its witnesses are missing'),
  })
  // Before the rules of BIP141 a commitment meant nothing.
  expect((await fetchBlock(bare, { ...place, height: 481_823 })).transactions).toHaveLength(1851)
})

/** A pruned node that knows the block at a height, and keeps those from another on; its words for that. */
function without(words: string, pruneheight: number | undefined, blocks: number): BitcoindClient {
  const call: BitcoindClient['call'] = async ({ method, schema }) => {
    if (method === 'getblockheader') return schema.parse({ height: 830_000 })
    if (method === 'getblockchaininfo')
      return schema.parse({ blocks, ...(pruneheight !== undefined && { pruneheight }) })
    throw new BitcoindError('E_NODE_RPC', words, { rpcCode: words === 'Block not found' ? -5 : -1 })
  }
  return { call } as BitcoindClient
}

it.each([
  ['Block not available (pruned data)', 830_001, 900_000, 'E_NODE_PRUNED', /keeps those from 830001 on/],
  ['Block data was deleted', 840_000, 900_000, 'E_NODE_PRUNED', /keeps those from 840000 on/],
  ['Block not available (not fully downloaded)', undefined, 900_000, 'E_NODE_BEHIND', /yet to download/],
  ['Block not found on disk', undefined, 100, 'E_NODE_BEHIND', /it is at 100/],
  ['Block not found on disk', 5, 900_000, 'E_NODE_UNKNOWN_BLOCK', /Block not found on disk/],
  ['Block not found', undefined, 900_000, 'E_NODE_UNKNOWN_BLOCK', /does not know/],
])('%s (kept from %s on, tip %i): %s', async (words, pruneheight, blocks, code, message) => {
  const place = { params: mainnet, height: 830_000, hash: blockHash(new Uint8Array(32).fill(7)) }
  await expect(fetchBlock(without(words, pruneheight, blocks), place)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  })
})
