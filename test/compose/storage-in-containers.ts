import { mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { someBytes } from '../storage/bytes.ts'
import { certifyInContainers, fillCache, sampleInContainers } from './sampling-in-containers.ts'
import {
  bitcoinCli,
  composed,
  docker,
  type Ended,
  inspect,
  logLine,
  PROVIDERS,
  project,
  tryCompose,
  wsc,
} from './stack.ts'

const REGTEST = 3_669_344_250
/** Three partitions of 32 chunks: all of two, and some of the third. */
const FILES = {
  'index.html': Buffer.from('<h1>here</h1>'),
  'noise/a.bin': someBytes(3_000_000, 1),
  'noise/b.bin': someBytes(3_100_000, 2),
}

const lines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as unknown)

const entries = z.array(z.object({ id: z.string(), first: z.int(), chunks: z.int() }))

/** A file as the gateway gives it to a browser of the host. */
async function read(id: string, path: string): Promise<Buffer> {
  const [host, port] = composed('port', 'gateway', '8534').trim().split(':')
  // What browsers call it; here the port is whichever was free.
  const headers = { host: 'localhost:8534' }
  return await new Promise((resolve, reject) => {
    request({ host, port, path: `/web3/${id}:${REGTEST}/${path}`, headers }, (answer) => {
      const pieces: Buffer[] = []
      answer.on('data', (piece: Buffer) => pieces.push(piece))
      answer.on('error', reject)
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(Buffer.concat(pieces))
        else reject(new Error(`${path}: ${answer.statusCode} ${Buffer.concat(pieces)}`))
      })
    })
      .on('error', reject)
      .end()
  })
}

const probes = (service: (typeof PROVIDERS)[number] | 'gateway', ...args: string[]) =>
  tryCompose('exec', '-T', service, '/usr/local/bin/wsc-probe', ...args).exit

export interface StoragePlace {
  /** Read by containers at /in. */
  readonly folder: string
  /** Of the wallet that pays. */
  readonly address: string
  /** Once the verifier has a proof of the tip. */
  synced(): Promise<unknown>
  /** The verifier's image, with what it holds and `folder`, and no network. */
  offline(...args: string[]): Ended
}

/** Goes on from the tests of the bus: providers and a gateway beside it. */
export function storageInContainers(place: () => StoragePlace): void {
  let id = ''
  let table: z.infer<typeof entries> = []

  it('has five providers in three partitions, each with a funded wallet and registered', async () => {
    fillCache()
    composed('up', '--detach', '--no-build', '--no-recreate', ...PROVIDERS, 'gateway')
    await Promise.all([...PROVIDERS, 'gateway' as const].map((service) => logLine(service, '"listening"')))
    bitcoinCli('generatetoaddress', '1', place().address)
    const funded = lines(composed('run', '--rm', '-T', 'fund'))
    expect(funded).toHaveLength(PROVIDERS.length)
    const told = lines(wsc(place().folder, 'storage', 'status', '--json'))
    expect(told.filter((one) => 'provider' in (one as object))).toHaveLength(PROVIDERS.length)
    for (const service of PROVIDERS) {
      expect(inspect(service, '.HostConfig')).toMatchObject({ ReadonlyRootfs: true, CapDrop: ['ALL'] })
      expect(probes(service, 'p2p', '8533')).toBe(0)
    }
    expect(probes('gateway', 'http', '8534', '/')).toBe(0)
    expect([probes('gateway', 'http', '8535', '/'), probes('gateway', 'p2p', '8534')]).toEqual([1, 1])
  })

  it('keeps a folder twice in three partitions, and gives it to a browser bit for bit', async () => {
    const site = join(place().folder, 'site')
    for (const [path, bytes] of Object.entries(FILES)) {
      await mkdir(join(site, path, '..'), { recursive: true, mode: 0o755 })
      await writeFile(join(site, path), bytes, { mode: 0o644 })
    }
    const put = lines(wsc(place().folder, 'storage', 'put', '/in/site', '--copies', '2', '--json')).at(-1)
    id = z.object({ id: z.string() }).parse(put).id
    table = entries.parse(lines(wsc(place().folder, 'storage', 'ls', '--json')))
    expect(new Set(table.map(({ first }) => Math.floor(first / 32)))).toEqual(new Set([0, 1, 2]))
    for (const [path, bytes] of Object.entries(FILES)) expect((await read(id, path)).equals(bytes)).toBe(true)
  })

  it('is sampled by all who keep it, and one says of every partition what it was told', async () => {
    // Keys count, the table is as of six blocks ago, and all is encoded.
    bitcoinCli('generatetoaddress', '7', place().address)
    await Promise.all(PROVIDERS.map((service) => logLine(service, '"certifies":true')))
    await sampleInContainers(place().address)
  })

  it('is certified by two of them, in a file that holds for the verifier without a network and for a browser', async () => {
    await place().synced()
    await certifyInContainers(place().folder, table[0]?.id as string, place().offline)
  })

  it('is whole again when a provider is lost with its disk and another takes its place', async () => {
    composed('kill', '--signal', 'KILL', 'provider-4')
    composed('rm', '--force', 'provider-4', 'prepare')
    expect(docker('volume', 'rm', `${project}_provider-4`).exit).toBe(0)
    composed('up', '--detach', '--no-build', '--no-recreate', 'provider-4')
    const its = table.filter(({ first }) => first >= 32)
    expect(its.length).toBeGreaterThan(0)
    await Promise.all(its.map((blob) => logLine('provider-4', `"id":"${blob.id}","state":"whole"`)))
    // Of the third partition there is nobody else now, nor anything that the gateway remembers.
    composed('kill', '--signal', 'KILL', 'provider-5', 'gateway')
    composed('rm', '--force', 'gateway')
    composed('up', '--detach', '--no-build', '--no-recreate', 'gateway')
    await logLine('gateway', '"listening"')
    for (const [path, bytes] of Object.entries(FILES)) expect((await read(id, path)).equals(bytes)).toBe(true)
  })
}
