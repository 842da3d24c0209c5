import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { encodeHeader, headerHash, regtest, sameHash } from '../../src/bitcoin/index.ts'
import { type BlockSource, type ProvedChain, verifyProof } from '../../src/bus/index.ts'
import {
  busServer,
  fileSource,
  type HeaderSource,
  History,
  historyStart,
  memoryTable,
  ownHistory,
  ServedBus,
  ServedFile,
} from '../../src/bus/io/index.ts'
import { type RateLimit, rejection } from '../../src/lib/index.ts'
import { wellOf } from '../support/results.ts'
import { type FixtureChain, headerFile, mineChain } from './chain-fixture.ts'
import { fakeOptions } from './fake-proof.ts'
import { poseidonSource } from './poseidon-reference.ts'

export const chain = mineChain(12)
const fork = mineChain(6, 3, chain.states[7])
export const reorganised: FixtureChain = {
  headers: [...chain.headers.slice(0, 8), ...fork.headers],
  states: [...chain.states.slice(0, 8), ...fork.states],
}
export const at = (of: FixtureChain, height: number) => of.states[height - 1] as never

export function sourceOf(headers: FixtureChain['headers']): HeaderSource {
  const made = fileSource(headerFile(headers))
  if (!made.ok) throw new Error(made.reject)
  return made.source
}

/** Servers for the tests of one file; each is closed after its test. */
export class ServedPlace {
  directory = ''
  readonly closing: (() => Promise<void> | void)[] = []

  constructor() {
    beforeAll(async () => {
      this.directory = await mkdtemp(join(tmpdir(), 'wsc-serve-'))
    })
    afterAll(() => rm(this.directory, { recursive: true, force: true }))
    afterEach(async () => {
      for (const close of this.closing.splice(0)) await close()
    })
  }

  serving(limit?: RateLimit, clock?: () => number) {
    return serving(this, limit, clock)
  }
}

/** A server over a file that the test writes; `node` is what it asks, and may be changed. */
async function serving({ directory, closing }: ServedPlace, limit?: RateLimit, clock?: () => number) {
  const file = join(directory, `${Math.random()}.proof`)
  const node = {
    headers: chain.headers,
    /** Before each answer about headers, and about blocks. */
    headersHeld: async (_?: AbortSignal): Promise<void> => undefined,
    blocksHeld: async (_?: AbortSignal): Promise<void> => undefined,
  }
  const source: HeaderSource = {
    fixed: false,
    async tipHeight(signal) {
      await node.headersHeld(signal)
      return await sourceOf(node.headers).tipHeight(signal)
    },
    headers: (from, count, signal) => sourceOf(node.headers).headers(from, count, signal),
    hashAt: (height, signal) => sourceOf(node.headers).hashAt(height, signal),
  }
  const blocks: BlockSource = {
    header: async (hash, signal) => {
      const found = node.headers.find((header) => sameHash(headerHash(header), hash))
      await node.blocksHeld(signal)
      return found === undefined ? null : encodeHeader(found)
    },
    block: async () => rejection('no-such-block', 'there are none'),
    locate: async () => rejection('unknown-block', 'there are none'),
  }
  const history = await History.open(historyStart(regtest), memoryTable(), poseidonSource)
  const troubles: string[] = []
  const judged: Uint8Array[] = []
  const bus = new ServedBus({ history: ownHistory(history, source), blocks })
  const served = new ServedFile({
    file,
    bus,
    verify: (proof) => {
      judged.push(proof)
      return verifyProof(proof, fakeOptions)
    },
  })
  served.events.on('unserved', ({ detail }) => troubles.push(detail))
  const look = () => served.look()
  const errors: unknown[] = []
  const server = busServer(bus, {
    host: '127.0.0.1',
    port: 0,
    ...(limit === undefined ? {} : { rateLimit: limit }),
    ...(clock === undefined ? {} : { clock }),
  })
  server.events.on('failed', (error) => errors.push(error))
  await server.start()
  closing.push(() => server.stop())
  const publish = async (bytes: Uint8Array) => {
    await writeFile(file, bytes)
    await look()
  }
  const get = (path: string, init?: RequestInit) => fetch(server.url + path, init)
  /** The status that a client at another address of this machine gets. */
  const statusFor = (localAddress: string, path: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const asked = request(server.url + path, { localAddress, agent: false }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode))
      })
      asked.on('error', reject).end()
    })
  return { server, bus, served, look, publish, get, statusFor, node, troubles, judged, errors }
}

export async function provedChain(bytes: Uint8Array): Promise<ProvedChain> {
  return wellOf(await verifyProof(bytes, fakeOptions)).chain
}
