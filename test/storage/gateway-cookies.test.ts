import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { storageParams } from '../../storage/index.ts'
import { openGateway } from '../../storage/io/index.ts'
import { kernel } from './kernels.ts'
import { REGTEST } from './reading-place.ts'

it('of pages that set too many lock nobody out: the browser is told to forget them', async () => {
  const state = await mkdtemp(join(tmpdir(), 'wsc-cookies-'))
  const at = { host: '127.0.0.1', port: 0, chain: REGTEST }
  const gateway = await openGateway({ ...at, kernel, params: storageParams(regtest), state })
  await gateway.service.start()
  try {
    const ask = async (cookies: number) => {
      const socket = connect(Number(new URL(gateway.server.url).port), '127.0.0.1')
      await once(socket, 'connect')
      const cookie = `cookie: ${'a=b; '.repeat(cookies)}c=d`
      socket.end(`GET / HTTP/1.1\r\nhost: ${gateway.ownHost()}\r\n${cookie}\r\nconnection: close\r\n\r\n`)
      return await text(socket)
    }
    const locked = await ask(10_000)
    expect(locked).toMatch(/^HTTP\/1\.1 431 /)
    expect(locked).toContain('\r\nclear-site-data: "cookies"\r\n')
    expect(await ask(10)).not.toContain('clear-site-data')
  } finally {
    await gateway.service.stop()
    await rm(state, { recursive: true, force: true })
  }
})
