import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { webHeaders } from './web-policy.ts'

/** `npm run serve:web [-- PORT]`: dist/web on localhost, with the headers a host should send. */
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

/** Serves a page that was built at the port that was asked for; what stands in the way is thrown with its cure. */
export async function servePage(folder: string, asked = '8080'): Promise<string> {
  const port = /^[0-9]{1,5}$/.test(asked) ? Number(asked) : Number.POSITIVE_INFINITY
  if (port > 65_535) throw new Error(`"${asked}" is no port: a number from 0 (any that is free) to 65535`)
  if (!existsSync(join(folder, 'index.html'))) throw new Error(`there is no page in ${folder}: npm run build:web`)
  const { url } = await serveFolder(folder, port).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`port ${port} cannot be had (${error.code}); name another: npm run serve:web -- 8081`)
  })
  return url
}

if (import.meta.main) {
  try {
    console.log(await servePage(fileURLToPath(new URL('../dist/web', import.meta.url)), process.argv[2]))
  } catch (error) {
    console.error(`serve:web: ${(error as Error).message}`)
    process.exitCode = 2
  }
}
