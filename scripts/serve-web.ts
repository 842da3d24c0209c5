import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { webHeaders } from './web-policy.ts'

/** `node scripts/serve-web.ts [port]`: dist/web on localhost, with the headers a host should send. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

/** A static server of one folder; `headers` are added to every answer. */
export async function serveFolder(
  folder: string,
  port = 0,
  headers: Readonly<Record<string, string>> = webHeaders,
): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? '/', 'http://localhost')
    if (url === null) {
      response.writeHead(400, { ...headers, 'Content-Type': 'text/plain' }).end('bad request')
      return
    }
    const { pathname } = url
    // normalize() of an absolute path cannot climb above its root.
    const name = normalize(pathname.endsWith('/') ? `${pathname}index.html` : pathname)
    readFile(join(folder, name)).then(
      (content) => {
        const type = TYPES[extname(name)] ?? 'application/octet-stream'
        response.writeHead(200, { ...headers, 'Content-Type': type }).end(content)
      },
      () => response.writeHead(404, { ...headers, 'Content-Type': 'text/plain' }).end('not found'),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

if (import.meta.main) {
  const folder = fileURLToPath(new URL('../dist/web', import.meta.url))
  const { url } = await serveFolder(folder, Number(process.argv[2] ?? 8080))
  console.log(url)
}
