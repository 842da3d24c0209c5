import { once } from 'node:events'
import { type IncomingHttpHeaders, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { CarReader } from '@ipld/car'
import { sha256 } from '@noble/hashes/sha2.js'
import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { bytesToHex, equalBytes, hexToBytes } from '../../src/lib/index.ts'
import { decodeManifest } from '../../storage/index.ts'
import { chainNames } from '../../storage/io/gateway/resolver.ts'
import { type ChainNames, hostLabel } from '../../storage/io/index.ts'
import { GatewaySource } from '../../storage/reading/gateway-source.ts'
import { someBytes } from './bytes.ts'
import { REGTEST, ReadingPlace } from './reading-place.ts'
import { alice } from './record-scene.ts'
import { signedName } from './signed-names.ts'

let place: ReadingPlace
let gateway: string
let port: string
let blob: string
let folder: string
let other: string
const content = someBytes(300_000)
const large = someBytes(600_000, 2)
const recorded = { asOf: 7, inscription: `${'ee'.repeat(32)}i0` }

beforeAll(async () => {
  place = await ReadingPlace.make()
  blob = await place.blob(content)
  folder = await place.directory({
    'index.html': '<script>document.title = "ran"</script>',
    'a/large.bin': large,
    'a/x & <y>.txt': 'text',
    'b/index.html': 'b',
    'c.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  })
  other = await place.directory({ 'b/index.html': 'other b' })
  const names: ChainNames = {
    isCatchingUp: false,
    signedName: async () => null,
    recorded: async (id) => (id === recorded.inscription ? { id: folder, asOf: recorded.asOf } : null),
  }
  gateway = await place.gateway([place.blobs], { names, host: (own) => `gateway.test:${own}` })
  port = new URL(gateway).port
})
afterAll(() => place?.remove())

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

async function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const asked = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    headers: { host: `gateway.test:${port}`, ...headers },
  })
  asked.end()
  const [response] = await once(asked, 'response')
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) }
}

const at = (target: string, path = '') => `/web3/${target}:${REGTEST}${path}`
const error = ({ body }: Answer) => JSON.parse(body.toString()).error as string

describe('files by path', () => {
  it('come with their type, a tag, for ever, and sandboxed', async () => {
    const page = await get(at(folder, '/index.html'))
    expect(page.status).toBe(200)
    expect(page.headers).toMatchObject({
      'content-type': 'text/html;charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-length': '39',
    })
    expect(page.headers['content-security-policy']).toMatch(/^sandbox;/)
    expect(page.headers['access-control-allow-origin']).toBeUndefined()
    const again = await get(at(folder, '/index.html'), { 'if-none-match': page.headers.etag as string })
    expect([again.status, again.body.length]).toEqual([304, 0])
    const head = await get(at(blob), {}, 'HEAD')
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '300000', 0])
    expect((await get(at(blob))).body.equals(content)).toBe(true)
  })

  it('come in ranges', async () => {
    const part = await get(at(folder, '/a/large.bin'), { range: 'bytes=199990-400009' })
    expect([part.status, part.headers['content-range']]).toEqual([206, 'bytes 199990-400009/600000'])
    expect(part.body.equals(large.subarray(199_990, 400_010))).toBe(true)
    const beyond = await get(at(folder, '/a/large.bin'), { range: 'bytes=600000-' })
    expect([beyond.status, beyond.headers['cache-control']]).toEqual([416, 'no-store'])
  })

  it('of a folder are its index, or a list of what it holds', async () => {
    expect((await get(at(folder, '/b/'))).body.toString()).toBe('b')
    const away = await get(at(folder, '/b'))
    expect([away.status, away.headers.location]).toEqual([307, './b/'])
    const list = await get(at(folder, '/a/'))
    expect(list.headers['content-type']).toBe('text/html;charset=utf-8')
    expect(list.body.toString()).toContain('<a href="./x%20%26%20%3Cy%3E.txt">x &amp; &lt;y&gt;.txt</a>')
  })

  it('of a blob without a manifest have the type that the URI asks for (ERC-7087)', async () => {
    const type = async (query: string) => (await get(at(blob, query), {}, 'HEAD')).headers['content-type']
    expect(await type('')).toBe('application/octet-stream')
    expect(await type('?mime.type=svg')).toBe('image/svg+xml')
    expect(await type('?mime.content=image/svg%2Bxml')).toBe('image/svg+xml')
    expect((await get(at(folder, '/c.svg?mime.type=html'))).headers['content-type']).toBe('image/svg+xml')
  })

  it('of what the chain says may change: short caching, and as of which height', async () => {
    const page = await get(at(recorded.inscription, '/b/'))
    expect(page.headers).toMatchObject({ 'cache-control': 'public, max-age=5, must-revalidate', 'x-wsc-as-of': '7' })
    expect(error(await get(at(`${'ee'.repeat(32)}i1`)))).toBe('not-found')
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
    const answer = await get(path.replace('FOLDER', at(folder)))
    expect([answer.status, error(answer), answer.headers['cache-control']]).toEqual([status, name, 'no-store'])
  })
})

describe('a blob’s own host', () => {
  const own = () => `${hostLabel(hexToBytes(folder))}.gateway.test:${port}`

  it('serves its files to an origin that no other blob has', async () => {
    const page = await get('/', { host: own() })
    expect([page.status, page.body.toString()]).toEqual([200, '<script>document.title = "ran"</script>'])
    expect(page.headers['content-security-policy']).toBeUndefined()
    expect((await get('/a/large.bin', { host: own(), range: 'bytes=0-9' })).body.equals(large.subarray(0, 10))).toBe(
      true,
    )
  })

  it('has no interface, nor have other hosts anything', async () => {
    expect(error(await get(at(blob, '?format=facts'), { host: own() }))).toBe('no-such-path')
    for (const host of ['evil.test', `127.0.0.1:${port}`, 'gateway.test', `x.gateway.test:${port}`, `a.${own()}`]) {
      const answer = await get(at(folder, '/index.html'), { host })
      expect([answer.status, error(answer)]).toEqual([421, 'wrong-host'])
    }
    const upper = own().toUpperCase()
    expect((await get('/', { host: upper })).status).toBe(200)
  })

  it('alone may have service workers', async () => {
    const worker = await get(at(folder, '/index.html'), { 'service-worker': 'script' })
    expect([worker.status, error(worker)]).toEqual([403, 'no-service-worker'])
  })
})

describe('?format=car', () => {
  it.each([[''], ['/a'], ['/a/large.bin'], ['/b/index.html']])(
    'of %s is read by @ipld/car with equal CIDs',
    async (path) => {
      const answer = await get(at(folder, `${path}?format=car`))
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, '*'])
      const car = await CarReader.fromBytes(answer.body)
      const [root] = await car.getRoots()
      let blocks = 0
      for await (const { cid, bytes } of car.blocks()) {
        if (blocks++ === 0) expect(cid.toString()).toBe(root?.toString())
        expect(equalBytes(cid.multihash.digest, sha256(bytes))).toBe(true)
      }
      if (path !== '' && path !== '/a/large.bin') return
      const manifest = await manifestOf()
      const named = path === '' ? manifest.cid : manifest.files.find((file) => `/${file.path}` === path)?.cid
      expect(root?.toString()).toBe(CID.decode(named as Uint8Array).toString())
      if (path === '/a/large.bin') expect(blocks).toBe(4)
    },
  )

  it('of a blob without a manifest there is none', async () => {
    expect(error(await get(at(blob, '?format=car')))).toBe('no-such-path')
  })

  async function manifestOf() {
    const content = await place.blobs.content(folder)
    const chunk = await place.blobs.chunk(folder, 0)
    const decoded = decodeManifest(chunk?.bytes.subarray(0, content?.length) ?? new Uint8Array())
    if (!decoded.ok) throw new Error(decoded.detail)
    return decoded.manifest
  }
})

describe('names and inscriptions', () => {
  it.each([
    ['no-node', null],
    ['catching-up', chainNames(regtest, { tip: null, table: null as never }, () => null as never)],
  ])('are not said to be none for %s', async (name, names) => {
    const url = await place.gateway([place.blobs], { names })
    const site = `site.${bytesToHex(alice.publicKey)}`
    for (const target of [at(site), at(site, '?format=name'), at(recorded.inscription)]) {
      const answer = await fetch(`${url}${target}`)
      expect([answer.status, (await answer.json()).error]).toEqual([503, name])
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
    expect((await fetch(`${url}${at(blob)}`)).status).toBe(200)
    const source = new GatewaySource(url, { chain: REGTEST })
    const key = { name: 'site', author: bytesToHex(alice.publicKey) }
    await expect(source.signedName(key)).rejects.toMatchObject({ code: 'E_UNREADABLE' })
  })
})

describe('a reorg', () => {
  it('shows with the next request: nothing of what the chain said is kept', async () => {
    let says: string | null = folder
    const names: ChainNames = {
      isCatchingUp: false,
      signedName: async () => (says === null ? null : signedName(says, 1)),
      recorded: async () => (says === null ? null : { id: says, asOf: 7 }),
    }
    const url = await place.gateway([place.blobs], { names })
    for (const target of [`site.${bytesToHex(alice.publicKey)}`, recorded.inscription]) {
      const ask = async (headers: Record<string, string> = {}) => fetch(`${url}${at(target, '/b/')}`, { headers })
      says = folder
      const before = await ask()
      const etag = before.headers.get('etag') ?? ''
      expect([before.status, (await ask({ 'if-none-match': etag })).status]).toEqual([200, 304])
      says = other
      const another = await ask({ 'if-none-match': etag })
      expect([another.status, await another.text()]).toEqual([200, 'other b'])
      says = null
      const gone = await ask({ 'if-none-match': etag })
      expect([gone.status, gone.headers.get('cache-control')]).toEqual([404, 'no-store'])
      expect((await fetch(`${url}${at(target, '/b/?format=car')}`)).status).toBe(404)
      says = folder
      expect((await ask({ 'if-none-match': etag })).status).toBe(304)
    }
    // By its id a blob is what it was: no reorg changes what an id is the hash of.
    says = null
    expect((await fetch(`${url}${at(folder, '/b/')}`)).status).toBe(200)
  })
})

describe('paths that would lead elsewhere', () => {
  it.each([
    ['/../x', 'bad-path'],
    ['/a/%2e%2e/b/index.html', 'bad-path'],
    ['/a/.%2e/b', 'bad-path'],
    ['/%2e/index.html', 'bad-path'],
    ['/a%2Flarge.bin', 'bad-path'],
    ['/a%5clarge.bin', 'bad-path'],
    ['/a%00.html', 'bad-path'],
    ['/a%0d%0ax:%20y', 'bad-path'],
    ['/a%c2%85', 'bad-path'],
    ['/a%CC%88', 'bad-path'],
    ['/%E2%84%AB', 'bad-path'],
    ['/%EF%BC%8E%EF%BC%8E/x', 'no-such-path'],
    ['/a%E2%88%95large.bin', 'no-such-path'],
    ['/%252e%252e%252fx', 'no-such-path'],
    ['/index.html%20', 'no-such-path'],
    ['/INDEX.HTML', 'no-such-path'],
    [`/${'a'.repeat(256)}`, 'bad-path'],
    [`/${'a/'.repeat(64)}b`, 'no-such-path'],
    [`/${'a/'.repeat(65)}b`, 'bad-path'],
  ])('%s is %s, by path and at the blob’s own host', async (path, name) => {
    const own = `${hostLabel(hexToBytes(folder))}.gateway.test:${port}`
    expect(error(await get(at(folder, path)))).toBe(name)
    expect(error(await get(path, { host: own }))).toBe(name)
  })

  it.each(['/%c0%ae%c0%ae/x', '/%ed%a0%80', '/%f4%90%80%80', '/%u002e', '/%'])('%s is no UTF-8', async (path) => {
    for (const answer of [
      await get(at(folder, path)),
      await get(path, { host: `${hostLabel(hexToBytes(folder))}.gateway.test:${port}` }),
    ]) {
      expect([400, 404]).toContain(answer.status)
      expect(['bad-path', 'bad-encoding', 'no-such-path']).toContain(error(answer))
      expect(answer.headers['cache-control']).toBe('no-store')
    }
  })

  it('and names and lengths that nothing has are refused before anything is looked for', async () => {
    for (const [target, name] of [
      [`${'a'.repeat(64)}.${'cd'.repeat(32)}`, 'bad-target'],
      [`s%69te.${'cd'.repeat(32)}`, 'bad-target'],
      [`SITE.${'cd'.repeat(32)}`, 'bad-target'],
      [`..${'cd'.repeat(32)}`, 'no-such-name'],
      [`%2e%2e/${'cd'.repeat(32)}`, 'no-chain'],
    ] as const) {
      expect([target, error(await get(at(target, '?format=name')))]).toEqual([target, name])
    }
    const long = await get(at(folder, `/${'a/'.repeat(400)}`))
    expect([long.status, long.headers['cache-control']]).toEqual([414, 'no-store'])
  })
})
