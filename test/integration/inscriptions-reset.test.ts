import { afterAll, beforeAll, expect, test } from 'vitest'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { SettlementPlace } from '../support/settlement-place.ts'

/** An index at a node whose chain was wiped and begun anew: it is told so at once, and what to do about it helps. */
let place: SettlementPlace
let anew: RegtestBitcoind
beforeAll(async () => {
  place = await SettlementPlace.make(0)
  anew = await RegtestBitcoind.start()
})
afterAll(async () => {
  await anew.stop()
  await place.remove()
})

test('list, show and watch end with E_NODE_RESET, however long the new chain is', async () => {
  expect(await place.list()).toEqual([])
  const there = ['--rpc', anew.url, '--rpc-cookie', anew.auth.file]
  for (const blocks of [3, 150]) {
    await anew.mine(blocks)
    for (const command of [['list'], ['watch'], ['show', `${'ab'.repeat(32)}i0`]]) {
      const { exit, stdout, stderr } = await place.run('inscriptions', ...command, ...there)
      expect([exit, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/begun anew: it has block [0-9a-f]{64} at height 1.*remove the index.*E_NODE_RESET/s)
    }
  }
  expect(await place.list(...there, '--settlement-dir', `${place.dir}/anew`)).toEqual([])
  expect(await place.list()).toEqual([])
})
