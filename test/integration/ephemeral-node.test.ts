import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import { connect } from 'node:net'
import { basename, dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import {
  BitcoindFailedError,
  getBitcoind,
  knowsOption,
  RegtestBitcoind,
  SignetBitcoind,
} from '../../bitcoin-regtest/index.ts'
import { checkHeader, type NetworkParams, signet, startContext } from '../../src/bitcoin/index.ts'

test('two nodes side by side, each gone with its directory', async () => {
  const nodes = await Promise.all([RegtestBitcoind.start(), RegtestBitcoind.start({ wallet: true, listen: true })])
  for (const [i, node] of nodes.entries()) await node.mine(i + 1)
  expect(await Promise.all(nodes.map((node) => node.client.getBlockCount()))).toEqual([1, 2])
  for (const node of nodes) {
    await node.stop()
    expect(node.pid).toBeUndefined()
    expect(existsSync(node.dataDir)).toBe(false)
  }
})

test('an option the node does not know is reported in its own words', async () => {
  const start = RegtestBitcoind.start({ args: ['-no-such-option'] })
  await expect(start).rejects.toBeInstanceOf(BitcoindFailedError)
  await expect(start).rejects.toThrow(/Invalid parameter -no-such-option/)
})

test('a process killed without a chance to clean up leaves neither node nor directory', async () => {
  const index = new URL('../../bitcoin-regtest/index.ts', import.meta.url).href
  const script = `
    const { RegtestBitcoind } = await import(${JSON.stringify(index)})
    const node = await RegtestBitcoind.start({ args: ['-rpcservertimeout=3600'] })
    console.log(JSON.stringify([node.rpcPort, node.dataDir]))
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const [rpcPort, dataDir] = JSON.parse(line)
  expect(existsSync(dataDir)).toBe(true)
  // The kernel closes a dead node's connections; a living one would keep this an hour.
  const connection = connect(rpcPort, '127.0.0.1').resume()
  await once(connection, 'connect')
  const nodeGone = once(connection, 'close')
  const removals = watch(dirname(dataDir))
  child.kill('SIGKILL')
  for await (const { filename } of removals) {
    if (filename === basename(dataDir) && !existsSync(dataDir)) break
  }
  await nodeGone
  expect(existsSync(dataDir)).toBe(false)
})

test('a signet of its own mines, and retargets as the rules say', async () => {
  const bitcoind = await getBitcoind()
  if (!(await knowsOption(bitcoind.path, '-signetblocktime'))) {
    await expect(SignetBitcoind.start({ bitcoind })).rejects.toThrow(/does not know -signetblocktime/)
    return
  }
  const params: NetworkParams = { ...signet, name: 'custom signet', custom: true, epochLength: 2 }
  const time = signet.genesis.time + 600
  await using node = await SignetBitcoind.start({ bitcoind, epochLength: 2, time })
  await node.client.assertNetwork(params)
  await expect(node.client.assertNetwork(signet)).rejects.toThrow(/custom signet/)
  await node.mine(1)
  await node.setMockTime(time + 600)
  await node.mine(1)
  const headers = (await node.client.getHeaders(0, 10)).map(({ header }) => header)
  let context = startContext(params)
  for (const header of headers.slice(1)) {
    const checked = checkHeader(params, context, header)
    if (!checked.ok) throw new Error(JSON.stringify(checked))
    context = checked.next
  }
  // The first epoch took 600 s instead of two weeks: a quarter of the target, no less.
  expect(headers.map(({ bits }) => bits)).toEqual([signet.limitCompact, signet.limitCompact, 0x1e00ddeb])
  expect(headers[1]?.time).toBe(time)
})
