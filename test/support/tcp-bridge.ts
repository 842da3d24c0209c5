import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** A way to a port of this machine that can be cut: connections over it end, and no new ones come to be. */
export class TcpBridge {
  readonly port: number
  readonly #target: number
  readonly #sockets = new Set<Socket>()
  #server: Server

  private constructor(target: number, server: Server, port: number) {
    this.#target = target
    this.#server = server
    this.port = port
    this.#serve()
  }

  static async to(target: number): Promise<TcpBridge> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new TcpBridge(target, server, (server.address() as { port: number }).port)
  }

  async cut(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  async join(): Promise<void> {
    this.#server = createServer()
    this.#serve()
    this.#server.listen(this.port, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  #serve(): void {
    this.#server.on('connection', (near) => {
      const far = connect(this.#target, '127.0.0.1')
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one)
        one.on('error', () => other.destroy())
        one.on('close', () => {
          this.#sockets.delete(one)
          other.destroy()
        })
        one.pipe(other)
      }
    })
  }
}
