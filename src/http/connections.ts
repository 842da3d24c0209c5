import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Budget } from './budget.ts'
import { clientOf } from './clients.ts'
import { Exchange } from './exchange.ts'
import type { HttpLimits } from './limits.ts'

/** Every connection of a server, and the exchanges that go on over it. */
export class Connections {
  readonly #limits: HttpLimits
  readonly #open: Budget
  /** Requests of each connection that are not answered in full. */
  readonly #exchanges = new WeakMap<Socket, Set<Exchange>>()
  readonly #of = new WeakMap<IncomingMessage, Exchange>()

  constructor(limits: HttpLimits) {
    this.#limits = limits
    this.#open = new Budget({ total: Number.POSITIVE_INFINITY, perClient: limits.connectionsPerAddress })
  }

  /** Counts a new connection, or ends it where its address has too many. */
  admit(socket: Socket): void {
    const leave = this.#open.take(clientOf(socket), 1)
    if (leave === null) {
      socket.destroy()
      return
    }
    const exchanges = new Set<Exchange>()
    this.#exchanges.set(socket, exchanges)
    socket.once('close', () => {
      leave()
      for (const exchange of exchanges) exchange.end()
    })
  }

  /** Begins the exchange of a request; it has its time, and ends with its answer or its connection. */
  begin(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    const exchanges = this.#exchanges.get(socket)
    const exchange = new Exchange()
    this.#of.set(request, exchange)
    // Not the socket's own timer: that one begins anew with each byte that is read.
    const tooLate = setTimeout(() => socket.destroy(), this.#limits.answerMs)
    exchange.atEnd(() => {
      clearTimeout(tooLate)
      exchanges?.delete(exchange)
    })
    // Its own event does not do: an answer that waits for the one before it never gets any.
    exchanges?.add(exchange)
    response.once('close', () => exchange.end())
    if (exchanges === undefined || socket.destroyed) exchange.end()
  }

  exchangeOf(request: IncomingMessage): Exchange {
    const exchange = this.#of.get(request)
    if (exchange === undefined) throw new Error('this request came to another server')
    return exchange
  }

  /** Whether an answer is under way on it: whatever else were written would stand in the midst of that. */
  answering(socket: Socket): boolean {
    return (this.#exchanges.get(socket)?.size ?? 0) > 0
  }
}
