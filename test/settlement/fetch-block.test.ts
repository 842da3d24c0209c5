import { bytesToHex } from '@noble/hashes/utils.js'
import { expect, it } from 'vitest'
import { mainnet } from '../../src/bitcoin/index.ts'
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
