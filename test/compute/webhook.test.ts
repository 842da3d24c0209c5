import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BlockHash } from '../../src/bitcoin/index.ts'
import type { ResultsEvents, ResultsService } from '../../src/compute/io/results/results-service.ts'
import type { JudgedRecord } from '../../src/compute/io/results/results-store.ts'
import { type PostOptions, post } from '../../src/compute/io/webhook/post.ts'
import { readWebhookPlaces } from '../../src/compute/io/webhook/webhook-places.ts'
import { type WebhookEvents, WebhookService } from '../../src/compute/io/webhook/webhook-service.ts'
import { type Place, since } from '../../src/compute/results/since.ts'
import { Emitter } from '../../src/lib/index.ts'
import { openJsonStore, PublicIps } from '../../src/lib/io/index.ts'
import { blockAfter, GENESIS, hashOf, madeRecord, openMade } from './results-scene.ts'

const pem = (name: string) => readFileSync(new URL(`../vectors/tls/${name}.pem`, import.meta.url), 'utf8')
const ca = pem('localhost')

/** Answers over TLS as it is told to, and keeps what it was asked. */
async function openHooks(answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) {
  const heard: { readonly key: string | undefined; readonly body: string }[] = []
  const server = createServer({ key: pem('localhost-key'), cert: ca }, async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    heard.push({ key: request.headers['idempotency-key'] as string | undefined, body })
    answer(request, response, body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { url: new URL(`https://localhost:${port}/hook?a=1`), heard, close }
}

let folder: string
const opened: { close(): Promise<unknown> }[] = []
const keep = <T extends { close(): Promise<unknown> }>(one: T): T => {
  opened.push(one)
  return one
}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wsc-webhook-'))
})
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
  await rm(folder, { recursive: true })
})

const here = { has: (address: string) => address === '127.0.0.1' }
const options = (url: URL, more: Partial<PostOptions> = {}): PostOptions => ({
  url,
  body: '{"a":1}',
  idempotencyKey: 'k',
  ips: here,
  timeoutMs: 10_000,
  signal: new AbortController().signal,
  ca,
  ...more,
})

describe('a post', () => {
  test('arrives with its key at an address that was judged', async () => {
    const hooks = keep(await openHooks((_request, response) => response.writeHead(204).end()))
    expect(await post(options(hooks.url))).toEqual({ ok: true })
    expect(hooks.heard).toEqual([{ key: 'k', body: '{"a":1}' }])
  })

  test('goes to no address of this machine or network, by name or number', async () => {
    const hooks = keep(await openHooks((_request, response) => response.end()))
    const ips = new PublicIps()
    const urls = [hooks.url.href, 'https://127.0.0.1/', 'https://[::1]/', 'https://10.1.2.3/', 'https://2130706433/']
    for (const url of urls) {
      expect(await post(options(new URL(url), { ips })), url).toMatchObject({ reject: 'private-address' })
    }
    expect(hooks.heard).toEqual([])
  })

  test.each([
    [302, 'redirect'],
    [308, 'redirect'],
    [500, 'status'],
    [404, 'status'],
  ])('that is answered by %d has not arrived', async (status, reject) => {
    const elsewhere = keep(await openHooks((_request, response) => response.end()))
    const location = elsewhere.url.href
    const hooks = keep(await openHooks((_request, response) => response.writeHead(status, { location }).end()))
    expect(await post(options(hooks.url))).toMatchObject({ ok: false, reject })
    expect(elsewhere.heard).toEqual([])
  })

  test('does not wait for whoever hangs, nor read what never ends', async () => {
    const hooks = keep(await openHooks(() => undefined))
    expect(await post(options(hooks.url, { timeoutMs: 50 }))).toMatchObject({ reject: 'timeout' })
    const endless = keep(await openHooks((_request, response) => response.writeHead(200).write('x'.repeat(1000))))
    expect(await post(options(endless.url))).toEqual({ ok: true })
  })

  test('ends with its signal', async () => {
    const hooks = keep(await openHooks(() => own.abort(new Error('over'))))
    const own = new AbortController()
    await expect(post(options(hooks.url, { signal: own.signal }))).rejects.toThrow('over')
  })

  test('believes no certificate of its own making', async () => {
    const hooks = keep(await openHooks((_request, response) => response.end()))
    expect(await post(options(hooks.url, { ca: undefined }))).toMatchObject({ reject: 'connection' })
    expect(hooks.heard).toEqual([])
  })
})

describe('the file of webhooks', () => {
  const read = async (text: string, mode = 0o600) => {
    const file = join(folder, 'webhooks.json')
    await writeFile(file, text)
    await chmod(file, mode)
    return await readWebhookPlaces(file)
  }

  test('leads from labels to URLs', async () => {
    const places = await read('{"alerts":{"url":"https://hooks.example/x?token=1"}}')
    expect([...places].map(([label, url]) => [label, url.href])).toEqual([
      ['alerts', 'https://hooks.example/x?token=1'],
    ])
  })

  test.each([
    ['no JSON', '{"alerts":"SECRET'],
    ['a label that no manifest may name', '{"../SECRET":{"url":"https://a.example"}}'],
    ['http', '{"alerts":{"url":"http://a.example/SECRET"}}'],
    ['a user', '{"alerts":{"url":"https://SECRET@a.example/"}}'],
    ['more than it may say', '{"alerts":{"url":"https://a.example/SECRET","headers":{}}}'],
  ])('is refused with %s, without telling a URL', async (_what, text) => {
    const error = await read(text).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'E_WEBHOOKS' })
    if (!text.includes('../')) expect(error.message).not.toContain('SECRET')
  })

  test('is for its owner alone', async () => {
    await expect(read('{}', 0o644)).rejects.toMatchObject({ code: 'E_WEBHOOKS' })
  })
})

describe('webhooks', () => {
  const openStore = async () =>
    keep(
      await openJsonStore({
        path: join(folder, 'cursors'),
        name: 'the places of webhooks',
        codes: { locked: 'E_LOCKED', full: 'E_DISK_FULL', damaged: 'E_IO', failed: 'E_IO' },
      }),
    )

  test('are told each event that is theirs, again until they take it, and go on where they were', async () => {
    let failing = 2
    const hooks = keep(await openHooks((_q, response) => response.writeHead(failing-- > 0 ? 500 : 200).end()))
    const made = await openMade()
    const tips = new Emitter<ResultsEvents>()
    const connect = async (previous: Place, ...records: JudgedRecord[]) => {
      const block = blockAfter(previous, records)
      await made.connect(block, records)
      tips.emit('tip', { height: block.height, hash: new Uint8Array(32) as BlockHash })
      return block
    }
    const store = await openStore()
    const other = { ...madeRecord('of another program'), program: hashOf('other') }
    const components = {
      results: {
        since: (cursor, options) => since(made, cursor, options),
        events: tips,
        caughtUp: async () => undefined,
      } satisfies Partial<ResultsService>,
      ...{ finality: 2, places: new Map([['alerts', hooks.url]]), store, ips: here, ca },
      labelsOf: (program: string) => (program === hashOf('program') ? ['alerts'] : ['others']),
    }
    const delivered = (service: WebhookService, count: number) =>
      new Promise<void>((resolve) => {
        let left = count
        service.events.on('delivered', () => --left === 0 && resolve())
      })
    const told = () => hooks.heard.map(({ body }) => JSON.parse(body).event)

    const [one, two] = [madeRecord('one'), madeRecord('two')]
    const first = await connect(GENESIS, one, other)
    const service = new WebhookService(components)
    const failed: WebhookEvents['failed'][] = []
    service.events.on('failed', (event) => failed.push(event))
    const two1 = delivered(service, 3)
    await service.start()
    const second = await connect(first, two)
    await two1
    await service.stop()
    // The first one three times; then the second, and that the first is final.
    expect(told()).toEqual(['result', 'result', 'result', 'result', 'final'])
    expect(JSON.parse(hooks.heard[2]!.body)).toMatchObject({ result: { id: one.id, program: hashOf('program') } })
    expect(new Set(hooks.heard.map(({ key }) => key)).size).toBe(3)
    expect(hooks.heard.slice(0, 3).map(({ key }) => key)).toEqual(new Array(3).fill(hooks.heard[0]!.key))
    expect(failed.map(({ reject, failures }) => [reject, failures])).toEqual([
      ['status', 1],
      ['status', 2],
    ])

    // What is withdrawn, and comes again, is told again under another key, to whoever was stopped meanwhile too.
    await made.disconnect(first.hash)
    const again = new WebhookService(components)
    const back = delivered(again, 1)
    await again.start()
    await back
    expect(JSON.parse(hooks.heard.at(-1)!.body)).toMatchObject({
      event: 'undo',
      withdrawn: [{ id: two.id, final: false }],
    })
    const comes = delivered(again, 1)
    await made.connect(second, second.records)
    tips.emit('tip', { height: second.height, hash: new Uint8Array(32) as BlockHash })
    await comes
    await again.stop()
    expect(told().slice(5)).toEqual(['undo', 'result'])
    expect(new Set(hooks.heard.map(({ key }) => key)).size).toBe(5)
    expect(hooks.heard.every(({ body }) => !body.includes(other.id))).toBe(true)
  })
})
