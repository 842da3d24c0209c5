import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { serveFolder, servePage } from '../../scripts/serve-web.ts'
import { webHeaders } from '../../scripts/web-policy.ts'

/** The status of a request for this target, as it stands: `fetch` would tidy it up. */
function statusOf(port: number, target: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    })
    let answer = ''
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      answer += text
    })
    socket.on('end', () => resolve(Number(answer.split(' ')[1])))
    socket.on('error', reject)
  })
}

it('serves its folder alone, and outlives requests that are none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wsc-serve-'))
  const { server, url } = await serveFolder(folder)
  try {
    await writeFile(join(folder, 'index.html'), 'hello')
    const port = Number(new URL(url).port)
    for (const target of [
      '//',
      '/%00',
      '/..%2f',
      '/../../../../etc/passwd',
      '/..%2f..%2f..%2fetc%2fpasswd',
      '/%',
      'x',
      '*',
    ]) {
      expect([400, 404], target).toContain(await statusOf(port, target))
    }
    expect(await statusOf(port, '/')).toBe(200)
    const page = await fetch(url)
    expect([page.headers.get('content-type'), page.headers.get('content-security-policy')]).toEqual([
      'text/html; charset=utf-8',
      webHeaders['Content-Security-Policy'],
    ])
    const again = await fetch(url, { headers: { 'if-none-match': page.headers.get('etag') as string } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    expect((await fetch(url, { method: 'POST' })).status).toBe(405)
  } finally {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
})

it('says in one line what stands in the way: a bad port, no page, a port in use', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wsc-serve-'))
  const { server, url } = await serveFolder(folder)
  try {
    for (const port of ['70000', 'x', '-1', '']) await expect(servePage(folder, port)).rejects.toThrow('is no port')
    await expect(servePage(folder, '0')).rejects.toThrow('npm run build:web')
    await writeFile(join(folder, 'index.html'), 'hello')
    await expect(servePage(folder, new URL(url).port)).rejects.toThrow(/cannot be had \(EADDRINUSE\); name another/)
  } finally {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
})
