import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BitcoindClient } from '../../src/bitcoin/io/index.ts'
import { codeOf, FakeServer, FakeTcp, lineOf } from './fake-bitcoind.ts'

describe('cookies', () => {
  let dir: string
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'wsc-cookie-'))
  })
  afterAll(() => rm(dir, { recursive: true }))

  const guarded = (cookie: () => string, file: string) =>
    FakeServer.start(
      (request, _body, response) => {
        const expected = `Basic ${Buffer.from(cookie()).toString('base64')}`
        if (request.headers.authorization === expected) response.end('{"id":0,"result":7,"error":null}')
        else response.writeHead(401).end()
      },
      { auth: { kind: 'cookie', file } },
    )

  test('a cookie that changed is read again', async () => {
    const file = join(dir, 'changing')
    let cookie = '__cookie__:first'
    await writeFile(file, cookie)
    await using server = await guarded(() => cookie, file)
    expect(await server.client.getBlockCount()).toBe(7)
    cookie = '__cookie__:second'
    expect(await codeOf(server.client.getBlockCount())).toBe('E_NODE_AUTH')
    await writeFile(file, `${cookie}\n`)
    expect(await server.client.getBlockCount()).toBe(7)
  })

  test('a missing cookie is the cause only where a node asks for it', async () => {
    const file = join(dir, 'missing')
    await using server = await guarded(() => '', file)
    expect(await lineOf(server.client.getBlockCount())).toMatch(/missing \(ENOENT\).*--rpc-cookie/)
    const tcp = await FakeTcp.start()
    await tcp[Symbol.asyncDispose]()
    const client = new BitcoindClient({ url: tcp.url, auth: { kind: 'cookie', file } })
    expect(await codeOf(client.getBlockCount())).toBe('E_NODE_UNREACHABLE')
  })

  test('a pipe in the cookie’s place is refused at once', async () => {
    const file = join(dir, 'pipe')
    execFileSync('mkfifo', [file])
    await using server = await guarded(() => '', file)
    await expect(server.client.getBlockCount()).rejects.toThrow(/pipe \(no regular file\)/)
  })

  test('wrong passwords are refused without being shown', async () => {
    await using server = await FakeServer.start((_request, _body, response) => response.writeHead(401).end(), {
      auth: { kind: 'password', user: 'me', password: 'hunter2' },
    })
    const error = await server.client.getBlockCount().catch((caught: Error) => caught)
    expect(String(error)).toMatch(/refuses the credentials/)
    expect(String(error)).not.toMatch(/hunter2/)
  })
})
