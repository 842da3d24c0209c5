import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { sha256 } from '@noble/hashes/sha2.js'
import { buildSync } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type * as Library from '../../src/browser.ts'
import { HttpServer, type RouteModule } from '../../src/http/index.ts'
import { bytesToHex, hexToBytes } from '../../src/lib/index.ts'
import type { BlobSource } from '../../storage/index.ts'
import { hostLabel } from '../../storage/io/index.ts'
import { someBytes } from '../storage/bytes.ts'
import { REGTEST, ReadingPlace } from '../storage/reading-place.ts'
import { altered } from '../storage/some-sources.ts'
import { launchChromium } from '../support/chromium.ts'

/** A gateway beside Chromium: what a page reads, and what a stored page can do. */
const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const secret = 'another blob’s text'
const large = someBytes(300_000)

let place: ReadingPlace
let gateway: string
let withheld: string
let own: string
let browser: Browser
let pages: HttpServer
let files: string
let active: string

beforeAll(async () => {
  place = await ReadingPlace.make()
  files = await place.directory({ 'secret.txt': secret, 'large.bin': large }, 400_000)
  const tries = `
    const at = (url) => fetch(url).then((answer) => answer.text()).catch(() => 'refused')
    Promise.all(new URLSearchParams(location.hash.slice(1)).getAll('url').map(at)).then((found) => {
      document.title = ['ran', ...found].join('|')
    })`
  active = await place.directory({ 'index.html': '<!doctype html><script src="try.js"></script>', 'try.js': tries })
  const url = await place.gateway([place.blobs], { host: (port) => `gateway.test:${port}` })
  const chunks = altered(place.blobs, (kind, index) => (kind === 'unit' || index === 0 ? 'withheld' : 'given'))
  // The manifest is given: it has one chunk.
  const some: BlobSource = {
    ...chunks,
    chunk: (id, chunk) => (id === files ? place.blobs : chunks).chunk(id, chunk),
    unit: (id, unit) => (id === files ? place.blobs : chunks).unit(id, unit),
  }
  withheld = await place.gateway([some])
  const { port } = new URL(url)
  gateway = `http://gateway.test:${port}`
  own = `http://${hostLabel(hexToBytes(active))}.gateway.test:${port}`
  pages = new HttpServer({ modules: [await page()], host: '127.0.0.1', port: 0 })
  await pages.start()
  browser = await launchChromium('gateway.test', '*.gateway.test')
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await pages?.stop()
  await place?.remove()
})

/** A page with the library's bundle for browsers. */
async function page(): Promise<RouteModule> {
  const contents = `import * as wsc from ${JSON.stringify(source('../../src/browser.ts'))}; globalThis.wsc = wsc`
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: source('.'), loader: 'ts' },
    ...{ bundle: true, write: false, format: 'esm', platform: 'browser', target: 'es2024' },
  })
  const [bundle] = outputFiles ?? []
  if (bundle === undefined) throw new Error('nothing was bundled')
  const script = bundle.contents
  const wasm = await readFile(source('../../src/bus/verifier/wsc-folding.wasm'))
  const html = new TextEncoder().encode('<!doctype html><script type="module" src="library.js"></script>')
  return {
    name: 'page',
    description: 'A page that reads',
    register(routes) {
      routes.get('/', (_, reply) => reply.sendContent({ type: 'text/html', bytes: html }))
      routes.get('/library.js', (_, reply) => reply.sendContent({ type: 'text/javascript', bytes: script }))
      routes.get('/verifier.wasm', (_, reply) => reply.sendContent({ type: 'application/wasm', bytes: wasm }))
    },
  }
}

test.each([
  ['a gateway it does not trust', () => gateway],
  ['one that withholds a chunk, and all of its units', () => withheld],
])('a page reads by URI, verified, from %s', async (_, from) => {
  const tab = await browser.newPage()
  await tab.goto(pages.url)
  await tab.waitForFunction(() => 'wsc' in globalThis)
  const uri = `web3://${files}:${REGTEST}/large.bin`
  const digest = await tab.evaluate(
    async ([uri, gateway]) => {
      const { loadStorage, readBlob, regtest } = (globalThis as unknown as { wsc: typeof Library }).wsc
      const kernel = await loadStorage({ wasm: { url: '/verifier.wasm' } })
      const read = await readBlob(uri, { kernel, params: regtest, gateways: ['http://127.0.0.1:9', gateway] })
      if (!read.ok) return `${read.reject}: ${read.detail}`
      const { content } = read.found
      if (content.kind !== 'file') return 'a folder'
      const pieces: Uint8Array[] = []
      for await (const piece of content.read(0, content.size)) pieces.push(piece)
      return [
        ...new Uint8Array(await crypto.subtle.digest('SHA-256', await new Blob(pieces as BlobPart[]).arrayBuffer())),
      ]
    },
    [uri, from()] as const,
  )
  expect(typeof digest === 'string' ? digest : bytesToHex(Uint8Array.from(digest))).toBe(bytesToHex(sha256(large)))
  await tab.close()
})

test('a script served by path does not run; at its own host it does, and reads no other blob', async () => {
  const others = [
    `${gateway}/web3/${files}:${REGTEST}/secret.txt`,
    `http://${hostLabel(hexToBytes(files))}.${new URL(gateway).host}/secret.txt`,
  ]
  const hash = `#${others.map((url) => `url=${encodeURIComponent(url)}`).join('&')}`
  const tab = await browser.newPage()
  await tab.goto(`${gateway}/web3/${active}:${REGTEST}/${hash}`)
  await tab.waitForLoadState('load')
  expect(await tab.title()).toBe('')
  await tab.goto(`${own}/${hash}`)
  await tab.waitForFunction(() => document.title !== '')
  expect(await tab.title()).toBe('ran|refused|refused')
  await tab.close()
})
