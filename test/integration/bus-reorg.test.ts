import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { toDisplay } from '../../src/bitcoin/index.ts'
import { followed } from '../support/bus-json.ts'
import { BusPlace, until } from '../support/bus-place.ts'
import type { WscRun } from '../support/wsc.ts'

/** `wsc bus follow` beside a real node (acceptance 6: reorgs of depth 1, 6 and 30). */
let place: BusPlace
let node: RegtestBitcoind
let run: WscRun
const reach = () => ['--network', 'regtest', '--rpc', node.url, '--rpc-cookie', node.auth.file]
const best = async () => {
  const { height, hash } = await node.client.getBestBlock()
  return { height, tip: toDisplay(hash) }
}

beforeAll(async () => {
  place = await BusPlace.make()
  node = await RegtestBitcoind.start()
  await node.mine(32)
  run = place.start('bus', 'follow', ...reach(), '--out', place.file('f.proof'), '--json')
})
afterAll(async () => {
  run?.child.kill('SIGKILL')
  await node?.stop()
  await place?.remove()
})

/** The proof of the node's tip: told in a line, and in the file. */
async function follows(): Promise<void> {
  const tip = await best()
  const line = followed.parse(JSON.parse(await run.line(tip.tip)))
  expect(line).toMatchObject({ ...tip, network: 'regtest', file: place.file('f.proof') })
  const verified = await place.verify('f.proof', '--network', 'regtest')
  expect(verified).toMatchObject({ exit: 0, ...tip, chainwork: line.chainwork })
  expect(line.chainwork).toBe((2 * (tip.height + 1)).toString(16))
}

describe('the proof follows the most work', () => {
  it('catches up', follows)

  it.each([1, 6, 30])('through a reorg of depth %i', async (depth) => {
    await node.reorg(depth)
    await follows()
  })

  it('and stays where it is while the node has less', async () => {
    const before = await best()
    await node.invalidateBlock((await node.client.getBlockHash(before.height - 2))!)
    await node.mine(2)
    await until(() => run.stderr().includes(`block ${before.height - 2} left the chain`), 'noticing')
    // One block less than before, two others: the old proof is still the better one.
    const kept = await place.verify('f.proof', '--network', 'regtest')
    expect(kept).toMatchObject({ exit: 0, ...before })
    await node.mine(2)
    await follows()
  })

  it('through a restart of the node', async () => {
    await node.pause()
    await until(() => run.stderr().includes('does not answer'), 'noticing the outage')
    await node.resume()
    await until(() => run.stderr().includes('answers again'), 'noticing the return')
    await node.mine(1)
    await follows()
  })

  it('until it is interrupted, and says what is saved', async () => {
    const second = await place.run('bus', 'follow', ...reach(), '--out', place.file('x.proof'))
    expect(second).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining('E_LOCKED') })
    run.child.kill('SIGINT')
    const { exit, stderr } = await run.done
    expect([exit, stderr]).toEqual([130, expect.stringContaining('saved')])
    const tip = await best()
    const status = await place.status('--network', 'regtest')
    expect(status).toMatchObject({ running: false, ...tip, lastProof: { height: tip.height } })
    expect(status.checkpoints[0]?.height).toBe(tip.height)
    // At the tip no finished step is lost: proving it again folds nothing.
    const again = await place.run('bus', 'prove', ...reach(), '--out', place.file('again.proof'))
    expect(again).toMatchObject({ exit: 0, stderr: expect.not.stringContaining('folded') })
  })
})
