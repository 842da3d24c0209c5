import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { BitcoindClient } from '../../src/bitcoin/io/index.ts'
import { HistoryKeeper } from '../../src/bus/io/history/history-keeper.ts'
import { openStoredHistory } from '../../src/bus/io/history/open-history.ts'
import { fileSource, historyStart } from '../../src/bus/io/index.ts'
import { HttpServer } from '../../src/http/index.ts'
import type { Service } from '../../src/lib/index.ts'
import { IndexService, InscriberService, openStore } from '../../src/settlement/io/index.ts'
import { indexFolder, jobsFolder } from '../../src/settlement/io/places.ts'
import { headerFile, mineChain } from '../bus/chain-fixture.ts'
import { poseidonSource } from '../bus/poseidon-reference.ts'

let dir: string
let client: BitcoindClient
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-once-'))
  // Nothing listens there.
  client = new BitcoindClient({ url: 'http://127.0.0.1:9' })
})
afterEach(async () => {
  client.close()
  await rm(dir, { recursive: true, force: true })
})

/** A service, and what throws unless everything that it opens is free. */
interface Subject {
  readonly service: Service
  requireFree(): Promise<void>
}

async function httpServer(): Promise<Subject> {
  const reserved = createServer().listen(0, '127.0.0.1')
  await once(reserved, 'listening')
  const { port } = reserved.address() as AddressInfo
  reserved.close()
  await once(reserved, 'close')
  const made = () => new HttpServer({ modules: [], host: '127.0.0.1', port })
  return {
    service: made(),
    async requireFree() {
      const another = made()
      await another.start()
      await another.stop()
    },
  }
}

async function historyKeeper(): Promise<Subject> {
  const source = fileSource(headerFile(mineChain(1).headers))
  if (!source.ok) throw new Error(source.detail)
  const open = () => openStoredHistory(dir, regtest, historyStart(regtest), poseidonSource)
  return {
    service: new HistoryKeeper({ source: source.source, open }),
    requireFree: async () => await (await open()).close(),
  }
}

const indexService = async (): Promise<Subject> => ({
  service: new IndexService({ client, params: regtest, state: dir, startHeight: 0 }),
  requireFree: async () => await (await openStore(indexFolder(dir), 'index')).close(),
})

const inscriberService = async (): Promise<Subject> => ({
  // Nothing is paid here.
  service: new InscriberService({ client, wallet: { params: regtest } as never, state: dir }),
  requireFree: async () => await (await openStore(jobsFolder(dir), 'jobs')).close(),
})

describe.each([
  ['HttpServer', httpServer],
  ['HistoryKeeper', historyKeeper],
  ['IndexService', indexService],
  ['InscriberService', inscriberService],
] as const)('a service that opens something opens it once: %s', (_name, make) => {
  it('not by a second start', async () => {
    const { service, requireFree } = await make()
    await service.start()
    await expect(service.start()).rejects.toThrow('starts once')
    await service.stop()
    await requireFree()
  })

  it('not by two starts at the same time', async () => {
    const { service, requireFree } = await make()
    const [first, second] = await Promise.allSettled([service.start(), service.start()])
    expect([first.status, second.status]).toEqual(['fulfilled', 'rejected'])
    await service.stop()
    await requireFree()
  })

  it('not after its end, whether it was started or not', async () => {
    for (const started of [true, false]) {
      const { service, requireFree } = await make()
      if (started) await service.start()
      await service.stop()
      await expect(service.start()).rejects.toThrow()
      await requireFree()
    }
  })

  it('not for a signal that has fired', async () => {
    const { service, requireFree } = await make()
    await expect(service.start(AbortSignal.abort())).rejects.toMatchObject({ code: 'E_ABORTED' })
    await requireFree()
    await service.stop()
  })
})
