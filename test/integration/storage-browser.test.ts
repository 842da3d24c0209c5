import { sha256 } from '@noble/hashes/sha2.js'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HttpServer } from '../../src/http/index.ts'
import { hexToBytes } from '../../src/lib/index.ts'
import { hostLabel } from '../../storage/io/index.ts'
import type { BlobSource } from '../../storage/reading/source.ts'
import { someBytes } from '../storage/bytes.ts'
import { REGTEST, ReadingPlace } from '../storage/reading-place.ts'
import { altered } from '../storage/some-sources.ts'
import { launchChromium } from '../support/chromium.ts'
import { libraryPage, readInPage } from '../support/library-page.ts'

/** A gateway beside Chromium: what a page reads, and what a stored page can do. */
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
  pages = await libraryPage()
  browser = await launchChromium('gateway.test', '*.gateway.test')
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await pages?.stop()
  await place?.remove()
})

test.each([
  ['a gateway it does not trust', () => gateway],
  ['one that withholds a chunk, and all of its units', () => withheld],
])('a page reads by URI, verified, from %s', async (_, from) => {
  const tab = await browser.newPage()
  await tab.goto(pages.url)
  const uri = `web3://${files}:${REGTEST}/large.bin`
  const { files: read, refused } = await readInPage(tab, uri, ['http://127.0.0.1:9', from()])
  expect(refused).toBeNull()
  expect(read).toEqual({ '': [...sha256(large)] })
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
