import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HttpServer, type RouteModule } from '../src/http/index.ts'
import { errorCode } from '../src/lib/index.ts'
import { webHeaders } from './web-policy.ts'

/** `npm run serve:web [-- PORT]`: dist/web on localhost, with the headers a host should send. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

/** A browser asks for many files at once, and nobody else is there. */
const ALONE = { rateLimit: { burst: 1000, perSecond: 1000 }, limits: { connectionsPerAddress: 256 } }

/** A static server of one folder; `headers` are added to every answer. */
export async function serveFolder(
  folder: string,
  port = 0,
  headers: Readonly<Record<string, string>> = webHeaders,
): Promise<{ readonly server: HttpServer; readonly url: string }> {
  const server = new HttpServer({ modules: [filesOf(folder)], host: '127.0.0.1', port, headers, ...ALONE })
  await server.start()
  return { server, url: `${server.url}/` }
}

function filesOf(folder: string): RouteModule {
  return {
    name: 'files',
    description: 'The files of a folder',
    register(routes) {
      routes.get('/*', async ({ params }, reply) => {
        const path = `/${(params as { readonly '*': string })['*']}`
        const name = path.endsWith('/') ? `${path}index.html` : path
        // A path that climbs, or has another name for the same, is nobody's.
        const bytes = normalize(name) === name ? await readFile(join(folder, name)).catch(() => null) : null
        if (bytes === null) return reply.fail(404, 'no-such-file', 'there is no such file')
        const etag = createHash('sha256').update(bytes).digest('hex')
        return reply.sendContent({ type: TYPES[extname(name)] ?? 'application/octet-stream', bytes, etag })
      })
    },
  }
}

/** Serves a page that was built at the port that was asked for; what stands in the way is thrown with its cure. */
export async function servePage(folder: string, asked = '8080'): Promise<string> {
  const port = /^[0-9]{1,5}$/.test(asked) ? Number(asked) : Number.POSITIVE_INFINITY
  if (port > 65_535) throw new Error(`"${asked}" is no port: a number from 0 (any that is free) to 65535`)
  if (!existsSync(join(folder, 'index.html'))) throw new Error(`there is no page in ${folder}: npm run build:web`)
  const { url } = await serveFolder(folder, port).catch((error: Error) => {
    const reason = errorCode(error.cause) ?? error.message
    throw new Error(`port ${port} cannot be had (${reason}); name another: npm run serve:web -- 8081`)
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
