import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Budget, clientOfAddress } from '../lib/index.ts'
import { Exchange } from './exchange.ts'
import type { HttpLimits } from './limits.ts'

/** A connection that was let in. */
interface Peer {
  readonly client: string
  /** Its requests that are not answered in full. */
  readonly exchanges: Set<Exchange>
}

/** Every connection of a server, and the exchanges that go on over it. */
export class Connections {
  readonly #limits: HttpLimits
  readonly #open: Budget
  readonly #peers = new WeakMap<Socket, Peer>()
  readonly #exchanges = new WeakMap<IncomingMessage, Exchange>()

  constructor(limits: HttpLimits) {
    this.#limits = limits
    this.#open = new Budget({ total: Number.POSITIVE_INFINITY, perClient: limits.connectionsPerAddress })
  }

  /** Counts a new connection, or ends it where its address has too many. */
  admit(socket: Socket): void {
    const client = this.clientOf(socket)
    const leave = this.#open.take(client, 1)
    if (leave === null) {
      socket.destroy()
      return
    }
    const exchanges = new Set<Exchange>()
    this.#peers.set(socket, { client, exchanges })
    socket.once('close', () => {
      leave()
      for (const exchange of exchanges) exchange.end()
    })
  }

  /**
   * Begins the exchange of a request; it has its time, and ends with its answer or its connection. False, and nothing is
   * to be done for it, where its connection has ended or ends now because too many wait there already.
   */
  begin(request: IncomingMessage, response: ServerResponse): boolean {
    const { socket } = request
    const exchanges = this.#peers.get(socket)?.exchanges
    // Node hands over all requests of what it has read (64 KiB), also those behind the one that ended the connection.
    if (exchanges === undefined || socket.destroyed) return false
    if (exchanges.size >= this.#limits.requestsPerConnection) {
      socket.destroy()
      return false
    }
    const exchange = new Exchange()
    this.#exchanges.set(request, exchange)
    // Not the socket's own timer: that one begins anew with each byte that is read.
    const tooLate = setTimeout(() => socket.destroy(), this.#limits.answerMs)
    exchange.atEnd(() => {
      clearTimeout(tooLate)
      exchanges.delete(exchange)
    })
    // Its own event does not do: an answer that waits for the one before it never gets any.
    exchanges.add(exchange)
    response.once('close', () => exchange.end())
    return true
  }

  exchangeOf(request: IncomingMessage): Exchange {
    const exchange = this.#exchanges.get(request)
    if (exchange === undefined) throw new Error('this request came to another server')
    return exchange
  }

  /** Whose connection it is, also after its end, when the socket no longer tells. */
  clientOf(socket: Socket): string {
    return this.#peers.get(socket)?.client ?? clientOfAddress(socket.remoteAddress ?? '')
  }

  /** Whether an answer is under way on it: whatever else were written would stand in the midst of that. */
  answering(socket: Socket): boolean {
    return (this.#peers.get(socket)?.exchanges.size ?? 0) > 0
  }
}
