import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { toDisplay } from '../../src/bitcoin/index.ts'
import { answering, FakeChain, FakeServer, FakeTcp } from '../bitcoin-io/fake-bitcoind.ts'
import { BusPlace, until } from '../support/bus-place.ts'

/** Nodes that cannot be worked with, seen through the command: nothing is judged (exit 2) and nothing written. */
let place: BusPlace
let cookie: string
beforeAll(async () => {
  place = await BusPlace.make()
  cookie = await place.put('cookie', '__cookie__:secret')
})
afterAll(() => place.remove())

const regtest = ['--network', 'regtest']
const commands = ['prove', 'follow'] as const
const ask = (command: (typeof commands)[number], url: string, ...more: string[]) =>
  place.run('bus', command, '--rpc', url, '--rpc-cookie', cookie, '--out', place.file('x.proof'), ...more)

async function refuses(url: string, code: string, ...more: string[]): Promise<string> {
  const runs = await Promise.all(commands.map((command) => ask(command, url, ...more)))
  for (const { exit, stdout, stderr } of runs) {
    expect([exit, stdout, stderr]).toEqual([2, '', expect.stringContaining(`(${code})`)])
    expect(stderr).not.toContain('    at ')
    expect(stderr).not.toContain('secret')
  }
  expect(existsSync(place.file('x.proof'))).toBe(false)
  return runs[0]?.stderr ?? ''
}

describe('a node that answers garbage', () => {
  it.each([
    ['text', 'hello'],
    ['a page', '<html>Welcome to nginx</html>'],
    ['half an answer', '{"id":0,"result":'],
    ['an answer of another shape', '{"id":0,"result":{"chain":7},"error":null}'],
  ])('%s', async (_, body) => {
    await using server = await FakeServer.start((_request, _body, response) => response.writeHead(200).end(body))
    await refuses(server.client.url, 'E_NODE_GARBAGE', ...regtest)
  })

  it('something that does not speak HTTP', async () => {
    await using tcp = await FakeTcp.start((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'))
    await refuses(tcp.url, 'E_NODE_GARBAGE', ...regtest)
  })

  it('headers without work are a breach of the rules, not a mere fault: exit 1', async () => {
    const chain = new FakeChain()
    chain.mine(3)
    await using server = await FakeServer.start(answering((call) => chain.answer(call)))
    const run = await ask('prove', server.client.url, ...regtest, '--json')
    // Half of all hashes meet regtest's target: the first that does not is named.
    expect(run.exit).toBe(1)
    expect(JSON.parse(run.stdout)).toMatchObject({
      valid: false,
      reason: expect.stringMatching(/^(high-hash|time-too-old)$/),
    })
    expect(existsSync(place.file('x.proof'))).toBe(false)
  })
})

describe('a node that cannot be reached', () => {
  it('nothing listens', async () => {
    const tcp = await FakeTcp.start()
    await tcp[Symbol.asyncDispose]()
    expect(await refuses(tcp.url, 'E_NODE_UNREACHABLE', ...regtest)).toContain('Start bitcoind')
  })

  it('accepts and stays silent', async () => {
    await using tcp = await FakeTcp.start()
    expect(await refuses(tcp.url, 'E_NODE_TIMEOUT', ...regtest)).toContain('stayed silent for 30 s')
  })
})

describe('the real node', () => {
  it('is on another network', async () => {
    await using node = await RegtestBitcoind.start()
    const own = ['--rpc-cookie', node.auth.file]
    const said = await refuses(node.url, 'E_NODE_WRONG_NETWORK', ...own, '--network', 'signet', '--insecure-dev-setup')
    expect(said).toContain('is on "regtest"')
    await refuses(node.url, 'E_NODE_WRONG_NETWORK', ...own, '--network', 'mainnet', '--insecure-dev-setup')
    await refuses(node.url, 'E_NODE_AUTH', ...regtest)
  })

  it('is stopped in the middle of proving and started again: the run waits for it and ends well', async () => {
    await using node = await RegtestBitcoind.start()
    await node.mine(6)
    const reach = [...regtest, '--rpc', node.url, '--rpc-cookie', node.auth.file]
    // Stopped while keys are loaded: the headers are asked for after that.
    const run = place.start('bus', 'prove', ...reach, '--out', place.file('r.proof'), '--json')
    await until(() => run.stderr().includes('INSECURE-DEV'), 'having found the node')
    await node.pause()
    await until(() => run.stderr().includes('waiting for it'), 'noticing the outage')
    await node.resume()
    const { exit, stdout } = await run.done
    expect(exit).toBe(0)
    const { hash } = await node.client.getBestBlock()
    expect(JSON.parse(stdout)).toMatchObject({ valid: true, height: 6, tip: toDisplay(hash) })
    expect(await place.verify('r.proof', ...regtest)).toMatchObject({ exit: 0, height: 6 })
  })
})
