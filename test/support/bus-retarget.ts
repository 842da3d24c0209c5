import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getBitcoind, knowsOption, SignetBitcoind } from '../../bitcoin-regtest/index.ts'
import { blockWork, decodeCompact, encodeHeader, type Header, signet, toDisplay } from '../../src/bitcoin/index.ts'
import { BusPlace } from './bus-place.ts'

const TWO_WEEKS = 1_209_600

/**
 * A signet of our own, mined by the real node. Its clock stands still but for two leaps, so that the first epoch takes
 * 0.7 of its two weeks (the target hardens) and the second three times two weeks (it eases, and meets the limit).
 */
export function retargetTestSuite(epochLength: number): void {
  let place: BusPlace
  let node: SignetBitcoind
  let network: string
  let headers: readonly Header[]
  const last = 2 * epochLength + 2

  beforeAll(async () => {
    const bitcoind = await getBitcoind()
    if (!(await knowsOption(bitcoind.path, '-signetblocktime'))) {
      throw new Error(`${bitcoind.version} does not know -signetblocktime: this test needs Bitcoin Knots`)
    }
    place = await BusPlace.make()
    const hardening = signet.genesis.time + Math.floor(0.7 * TWO_WEEKS)
    node = await SignetBitcoind.start({ bitcoind, epochLength, time: hardening })
    // One block a call: some seconds of hashing each, and a call must not outlast its patience on a busy machine.
    const mineTo = async (height: number) => {
      while ((await node.client.getBlockCount()) < height) await node.mine(1)
    }
    await mineTo(2 * epochLength - 2)
    await node.setMockTime(hardening + 3 * TWO_WEEKS)
    await mineTo(last)
    headers = (await node.client.getHeaders(0, last + 1)).map(({ header }) => header)
    network = await place.put(
      'retargeting.json',
      JSON.stringify({
        name: 'retargeting',
        genesisHeader: Buffer.from(encodeHeader(signet.genesis)).toString('hex'),
        limit: '1e0377ae',
        epochLength,
        retargeting: true,
        versionHeights: { v2: 1, v3: 1, v4: 1 },
      }),
    )
  }, 1_800_000)
  afterAll(async () => {
    await node?.stop()
    await place?.remove()
  })

  describe(`a signet that retargets every ${epochLength} blocks`, () => {
    it('hardens once, and eases to the limit once', () => {
      const bits = [0, epochLength, 2 * epochLength].map((height) => headers[height]!.bits)
      const limit = decodeCompact(signet.limitCompact).target
      const hardened = decodeCompact(bits[1]!).target
      expect(bits).toEqual([signet.limitCompact, expect.any(Number), signet.limitCompact])
      expect(Number((hardened * 1000n) / limit) / 1000).toBeCloseTo(0.7, 2)
    })

    it('is proved over RPC across both retargets, by the development setup without a flag', async () => {
      const source = ['--rpc', node.url, '--rpc-cookie', node.auth.file, '--network', network]
      const made = await place.prove('retargeting.proof', ...source)
      const work = headers.reduce((sum, { bits }) => sum + blockWork(decodeCompact(bits).target), 0n)
      expect(made).toMatchObject({ network: 'retargeting', height: last, chainwork: work.toString(16) })
      const proved = await place.verify('retargeting.proof', '--network', network)
      expect(proved).toMatchObject({
        exit: 0,
        height: last,
        tip: toDisplay((await node.client.getBestBlock()).hash),
        bits: '1e0377ae',
        chainwork: work.toString(16),
        pow: 'weak',
        setup: 'insecure-dev',
      })
    })

    it('is no proof of signet, nor of the same network with other epochs', async () => {
      const verify = (...more: string[]) => place.verify('retargeting.proof', ...more)
      const asSignet = await verify('--network', 'signet', '--insecure-dev-setup')
      expect(asSignet).toMatchObject({ exit: 1, reason: 'wrong-network' })
      const json = JSON.parse(await readFile(network, 'utf8')) as object
      const other = await place.put('other.json', JSON.stringify({ ...json, epochLength: epochLength * 2 }))
      expect(await verify('--network', other)).toMatchObject({ exit: 1, reason: 'wrong-network' })
    })
  })
}
