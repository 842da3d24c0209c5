import { describe, expect, it } from 'vitest'
import { at, content, error, GatewayPlace, large, recorded } from './gateway-place.ts'
import { REGTEST } from './reading-place.ts'

const place = new GatewayPlace()

describe('files by path', () => {
  it('come with their type, a tag, for ever, and sandboxed', async () => {
    const page = await place.get(at(place.folder, '/index.html'))
    expect(page.status).toBe(200)
    expect(page.headers).toMatchObject({
      'content-type': 'text/html;charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-length': '39',
      'origin-agent-cluster': '?1',
    })
    expect(page.headers['content-security-policy']).toMatch(/^sandbox;/)
    expect(page.headers['access-control-allow-origin']).toBeUndefined()
    const again = await place.get(at(place.folder, '/index.html'), { 'if-none-match': page.headers.etag as string })
    expect([again.status, again.body.length]).toEqual([304, 0])
    const head = await place.get(at(place.blob), {}, 'HEAD')
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '300000', 0])
    expect((await place.get(at(place.blob))).body.equals(content)).toBe(true)
  })

  it('come in ranges', async () => {
    const part = await place.get(at(place.folder, '/a/large.bin'), { range: 'bytes=199990-400009' })
    expect([part.status, part.headers['content-range']]).toEqual([206, 'bytes 199990-400009/600000'])
    expect(part.body.equals(large.subarray(199_990, 400_010))).toBe(true)
    const beyond = await place.get(at(place.folder, '/a/large.bin'), { range: 'bytes=600000-' })
    expect([beyond.status, beyond.headers['cache-control']]).toEqual([416, 'no-store'])
  })

  it('of a folder are its index, or a list of what it holds', async () => {
    expect((await place.get(at(place.folder, '/b/'))).body.toString()).toBe('b')
    const away = await place.get(at(place.folder, '/b'))
    expect([away.status, away.headers.location]).toEqual([307, './b/'])
    const list = await place.get(at(place.folder, '/a/'))
    expect(list.headers['content-type']).toBe('text/html;charset=utf-8')
    expect(list.body.toString()).toContain('<a href="./x%20%26%20%3Cy%3E.txt">x &amp; &lt;y&gt;.txt</a>')
  })

  it('of a blob without a manifest have the type that the URI asks for (ERC-7087)', async () => {
    const type = async (query: string) => (await place.get(at(place.blob, query), {}, 'HEAD')).headers['content-type']
    expect(await type('')).toBe('application/octet-stream')
    expect(await type('?mime.type=svg')).toBe('image/svg+xml')
    expect(await type('?mime.content=image/svg%2Bxml')).toBe('image/svg+xml')
    expect((await place.get(at(place.folder, '/c.svg?mime.type=html'))).headers['content-type']).toBe('image/svg+xml')
  })

  it('of what the chain says may change: short caching, and as of which height', async () => {
    const page = await place.get(at(recorded.inscription, '/b/'))
    expect(page.headers).toMatchObject({ 'cache-control': 'public, max-age=5, must-revalidate', 'x-wsc-as-of': '7' })
    expect(error(await place.get(at(`${'ee'.repeat(32)}i1`)))).toBe('not-found')
  })

  it.each([
    ['/web3/x', 400, 'no-chain'],
    ['/web3/x:1/', 400, 'unknown-chain'],
    [`/web3/x:${REGTEST}/`, 400, 'bad-target'],
    ['/web3/x:675223068/', 400, 'bad-target'],
    [`/web3/${'00'.repeat(32)}:675223068/`, 404, 'other-network'],
    [at('00'.repeat(32)), 404, 'not-found'],
    ['FOLDER/none', 404, 'no-such-path'],
    ['FOLDER/a/..%2findex.html', 400, 'bad-path'],
    ['FOLDER/a/%2e%2e/index.html', 400, 'bad-path'],
    ['FOLDER/a%00', 400, 'bad-path'],
    ['FOLDER/%252e%252e/index.html', 404, 'no-such-path'],
    ['FOLDER//index.html', 400, 'bad-path'],
    ['FOLDER?returns=(uint256)', 400, 'bad-request'],
    ['FOLDER?format=raw', 400, 'bad-query'],
    ['FOLDER?format=raw&unit=1&chunk=1', 400, 'bad-query'],
    ['FOLDER?format=raw&unit=65535', 404, 'not-found'],
    ['FOLDER/a?format=raw&unit=0', 400, 'bad-query'],
    ['FOLDER?format=name', 400, 'bad-query'],
    ['/', 404, 'no-such-path'],
  ])('%s is %i %s, and nobody keeps that', async (path, status, name) => {
    const answer = await place.get(path.replace('FOLDER', at(place.folder)))
    expect([answer.status, error(answer), answer.headers['cache-control']]).toEqual([status, name, 'no-store'])
  })
})

describe('a blob’s own host', () => {
  it('serves its files to an origin that no other blob has', async () => {
    const page = await place.get('/', { host: place.ownHost })
    expect([page.status, page.body.toString()]).toEqual([200, '<script>document.title = "ran"</script>'])
    expect(page.headers['content-security-policy']).toBeUndefined()
    expect(page.headers['origin-agent-cluster']).toBe('?1')
    expect((await place.get('/none', { host: place.ownHost })).headers['origin-agent-cluster']).toBe('?1')
    expect(
      (await place.get('/a/large.bin', { host: place.ownHost, range: 'bytes=0-9' })).body.equals(large.subarray(0, 10)),
    ).toBe(true)
  })

  it('has no interface, nor have other hosts anything', async () => {
    expect(error(await place.get(at(place.blob, '?format=facts'), { host: place.ownHost }))).toBe('no-such-path')
    for (const host of [
      'evil.test',
      `127.0.0.1:${place.port}`,
      'gateway.test',
      `x.gateway.test:${place.port}`,
      `a.${place.ownHost}`,
    ]) {
      const answer = await place.get(at(place.folder, '/index.html'), { host })
      expect([answer.status, error(answer)]).toEqual([421, 'wrong-host'])
    }
    const upper = place.ownHost.toUpperCase()
    expect((await place.get('/', { host: upper })).status).toBe(200)
  })

  it('alone may have service workers', async () => {
    const worker = await place.get(at(place.folder, '/index.html'), { 'service-worker': 'script' })
    expect([worker.status, error(worker)]).toEqual([403, 'no-service-worker'])
  })
})
