import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { openServing, type Serving } from '../../src/bus/io/index.ts'
import { answering, FakeChain, FakeServer } from '../bitcoin-io/fake-bitcoind.ts'
import { mineChain } from './chain-fixture.ts'
import { fakeOptions, fakeProof } from './fake-proof.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-serving-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

it('serves the proofs of a file with a history of its own, until it is stopped, and then lets all go', async () => {
  const { headers, states } = mineChain(8)
  const chain = new FakeChain()
  chain.headers = [regtest.genesis, ...headers]
  chain.known.push(...headers)
  await using bitcoind = await FakeServer.start(answering((call) => chain.answer(call)))
  const file = join(dir, 'current.proof')
  const open = (port: number) =>
    openServing({
      ...{ file, dir, client: bitcoind.client, params: regtest, anchor: undefined, host: '127.0.0.1', port },
      verifyOptions: () => fakeOptions,
    })
  const served = ({ bus }: Serving) =>
    new Promise<number>((resolve) => bus.events.on('served', ({ height }) => resolve(height)))
  const serving = await open(0)
  const unserved = new Promise((resolve) => serving.file.events.on('unserved', ({ detail }) => resolve(detail)))
  const first = served(serving)
  await serving.start()
  expect(await unserved).toBe('it is not there yet')
  await writeFile(file, await fakeProof(states[7] as never))
  expect(await first).toBe(8)
  const { url } = serving.server
  expect(await (await fetch(`${url}/v1/path/3`)).json()).toMatchObject({ tipHeight: 8 })
  // Its history is locked while it is open, started or not.
  await expect(open(0)).rejects.toMatchObject({ code: 'E_LOCKED' })
  await serving.stop()
  await serving.ended()
  await expect(fetch(url)).rejects.toThrow()
  // Nor is it left locked where nothing can be served.
  await expect(open(65_536)).rejects.toMatchObject({ code: 'E_OPTIONS' })
  // Never started, it lets its history go all the same.
  await (await open(0)).stop()
  const once = await open(0)
  const stop = new AbortController()
  const second = served(once)
  await once.start(stop.signal)
  expect(await second).toBe(8)
  stop.abort()
  await once.ended()
  await once.stop()
}, 30_000)
