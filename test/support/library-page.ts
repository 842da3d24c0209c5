import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import type { Page } from 'playwright-core'
import type * as Library from '../../src/browser.ts'
import { HttpServer, type RouteModule } from '../../src/http/index.ts'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Serves a page with the library's bundle for browsers; `wsc` is the library there. */
export async function libraryPage(): Promise<HttpServer> {
  const server = new HttpServer({ modules: [await page()], host: '127.0.0.1', port: 0 })
  await server.start()
  return server
}

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

/** What a page read: of each path the SHA-256 of its file; or why it read nothing. */
export interface PageRead {
  readonly files: Readonly<Record<string, readonly number[]>>
  readonly refused: string | null
  readonly faults: readonly string[]
}

/** All files that a URI names, read and verified in a page of `libraryPage`. */
export async function readInPage(tab: Page, uri: string, gateways: readonly string[]): Promise<PageRead> {
  await tab.waitForFunction(() => 'wsc' in globalThis)
  return await tab.evaluate(
    async ([uri, gateways]) => {
      const { loadStorage, readBlob, regtest } = (globalThis as unknown as { wsc: typeof Library }).wsc
      const kernel = await loadStorage({ wasm: { url: '/verifier.wasm' } })
      const faults: string[] = []
      const onFault = ({ source, reject }: { source: string; reject: string }) => faults.push(`${source} ${reject}`)
      const read = await readBlob(uri, { kernel, params: regtest, gateways, onFault })
      if (!read.ok) return { files: {}, refused: `${read.reject}: ${read.detail}`, faults }
      const files: Record<string, number[]> = {}
      for (const file of read.found.files()) {
        const pieces: Uint8Array[] = []
        for await (const piece of file.read(0, file.size)) pieces.push(piece)
        const bytes = await new Blob(pieces as BlobPart[]).arrayBuffer()
        files[file.below] = [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))]
      }
      return { files, refused: null, faults }
    },
    [uri, gateways] as const,
  )
}
