import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { BusPlace } from '../support/bus-place.ts'
import { timedChain, writeShortEpochs } from '../support/short-epochs.ts'

/** A program that opens headers in the history, by the command: from a node's headers to a result verified without one. */
let place: BusPlace
let node: RegtestBitcoind
let graph: string
beforeAll(async () => {
  place = await BusPlace.make()
  node = await RegtestBitcoind.start()
  // Periods of six blocks: 1 is quick, 2 is slow.
  await timedChain(node, 1_700_000_000)
    .mine(11, 100)
    .then((chain) => chain.mine(8, 1_000))
  graph = place.file('my-epochs')
  expect(await place.run('graph', 'init', graph, '--template', 'automation')).toMatchObject({ exit: 0 })
  await writeShortEpochs(graph)
})
afterAll(async () => {
  await node.stop()
  await place.remove()
})

const at = () => ['--rpc', node.url, '--rpc-cookie', node.auth.file, '--network', 'regtest']
const wsc = async (...argv: string[]) => {
  const run = await place.run(...argv, '--json')
  return { ...run, json: run.stdout === '' ? null : JSON.parse(run.stdout) }
}
const verify = (file: string, proof: string, ...more: string[]) => {
  const under = ['--proof', place.file(proof), '--graph', graph, '--network', 'regtest']
  return wsc('graph', 'verify', place.file(file), ...under, ...more)
}

describe('a condition on headers', () => {
  test('is shown for any period that is over, and proved where it holds', async () => {
    const exec = async (...more: string[]) => (await wsc('graph', 'exec', graph, ...more, ...at())).json
    const slow = await exec()
    expect(slow).toMatchObject({ ordinal: 2, height: 17, proved: false, outputs: { long: '1' } })
    expect(Number(slow.outputs.last) - Number(slow.outputs.first)).toBe(5_000)
    expect(await exec('--ordinal', '1')).toMatchObject({ ordinal: 1, height: 11, outputs: { long: '0' } })
    expect(await exec('--height', '16')).toMatchObject({ ordinal: 1 })
    expect(await wsc('graph', 'exec', graph, '--ordinal', '9', ...at())).toMatchObject({ exit: 2 })
    expect(await wsc('graph', 'exec', graph, '--height', '4', ...at())).toMatchObject({ exit: 2 })

    const out = place.file('slow.result')
    const proved = await wsc('graph', 'prove', graph, '--out', out, ...at())
    expect(proved).toMatchObject({ exit: 0, json: { ordinal: 2, height: 17, outputs: slow.outputs } })
    console.log(`difficulty-falls: ${proved.json.bytes} bytes, ${proved.json.seconds} s`)
    const quick = await wsc('graph', 'prove', graph, '--ordinal', '1', '--out', place.file('quick.result'), ...at())
    expect(quick).toMatchObject({ exit: 1, json: { reason: 'condition-false' } })
    await expect(readFile(place.file('quick.result'))).rejects.toMatchObject({ code: 'ENOENT' })

    const chain = await place.prove('then.proof', '--to', '17', ...at())
    const verified = await verify('slow.result', 'then.proof')
    expect(verified).toMatchObject({
      ...{ exit: 0 },
      json: {
        ...{ valid: true, height: 17, blockHash: chain.tip, confirmations: 1, outputs: slow.outputs },
        arguments: { start: '0', ordinal: '2' },
        program: proved.json.program,
        identity: proved.json.identity,
      },
    })
  }, 300_000)

  test('is verified under a later bus proof by a prefix proof', async () => {
    await place.prove('now.proof', ...at())
    expect(await verify('slow.result', 'now.proof')).toMatchObject({ exit: 1, json: { reason: 'wrong-height' } })
    const under = ['--proof', place.file('now.proof')]
    const prefix = place.file('slow.prefix')
    expect(await wsc('attest', 'prefix', '17', ...under, '--out', prefix, ...at())).toMatchObject({ exit: 0 })
    expect(await verify('slow.result', 'now.proof', '--prefix', prefix)).toMatchObject({
      ...{ exit: 0, json: { height: 17, confirmations: 3, outputs: { long: '1' } } },
    })
    const other = place.file('other.prefix')
    expect(await wsc('attest', 'prefix', '18', ...under, '--out', other, ...at())).toMatchObject({ exit: 0 })
    expect(await verify('slow.result', 'now.proof', '--prefix', other)).toMatchObject({
      ...{ exit: 1, json: { reason: 'wrong-height' } },
    })
  }, 300_000)

  test('is refused with a value changed', async () => {
    const result = await readFile(place.file('slow.result'))
    // After the head of 74 bytes and the number of values: long, first, last, bits, history, start, ordinal.
    for (const [what, value, reason] of [
      ['long', 0, 'condition-false'],
      ['first', 1, 'proof-invalid'],
      ['bits', 3, 'proof-invalid'],
      ['history', 4, 'wrong-history'],
      ['start', 5, 'wrong-start'],
      ['ordinal', 6, 'wrong-ordinal'],
    ] as const) {
      const altered = Buffer.from(result)
      altered[75 + 32 * value]! ^= 1
      await writeFile(place.file('altered.result'), altered)
      const { exit, json } = await verify('altered.result', 'then.proof')
      expect({ what, exit, reason: json.reason }).toEqual({ what, exit: 1, reason })
    }
  }, 300_000)
})
