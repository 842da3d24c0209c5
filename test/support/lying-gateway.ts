import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A gateway that alters a byte of every piece that it hands on from an honest one, and nothing of what it says of blobs. */
export class LyingGateway {
  readonly url: string
  readonly #server: Server
  /** Answers that were altered. */
  lies = 0

  private constructor(server: Server, honest: string) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', async (request, response) => {
      try {
        const answer = await fetch(`${honest}${request.url}`)
        const bytes = new Uint8Array(await answer.arrayBuffer())
        if (request.url?.includes('format=raw') && answer.ok) {
          bytes[bytes.length - 1]! ^= 1
          this.lies++
        }
        const type = answer.headers.get('content-type') ?? ''
        response.writeHead(answer.status, { 'content-type': type, 'access-control-allow-origin': '*' }).end(bytes)
      } catch {
        response.destroy()
      }
    })
  }

  static async before(honest: string): Promise<LyingGateway> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new LyingGateway(server, honest)
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }
}
