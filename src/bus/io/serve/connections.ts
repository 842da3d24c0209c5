import type { Socket } from 'node:net'

/** What clients may hold of a server. */
export interface ServeLimits {
  readonly connections: number
  readonly connectionsPerAddress: number
  /** From a connection's beginning, or the last answer's end, until a request is there in full. */
  readonly requestMs: number
  /** From a request until its answer has been taken in full, however steadily it is read. */
  readonly answerMs: number
  /** Of answers not taken yet, all clients together. */
  readonly unsentBytes: number
  readonly unsentBytesPerAddress: number
}

export const SERVE_LIMITS: ServeLimits = {
  connections: 256,
  connectionsPerAddress: 16,
  requestMs: 10_000,
  answerMs: 60_000,
  // The longest answer, an attestation in JSON, has 8.4 MB.
  unsentBytes: 64 << 20,
  unsentBytesPerAddress: 16 << 20,
}

/** Answers up to this length pass though the sum is used up: proof, state and paths stay to be had. */
const SMALL_BYTES = 32 * 1024

/** A sum over all clients, and what each has of it; those without anything are forgotten. */
class Shares {
  readonly #of = new Map<string, number>()
  total = 0

  of(client: string): number {
    return this.#of.get(client) ?? 0
  }

  add(client: string, amount: number): void {
    const now = this.of(client) + amount
    if (now === 0) this.#of.delete(client)
    else this.#of.set(client, now)
    this.total += amount
  }
}

/** Who holds how many connections, and how much that was not sent yet. */
export class Connections {
  readonly #limits: ServeLimits
  readonly #open = new Shares()
  readonly #unsent = new Shares()
  /** What is to be done at the end of each connection. */
  readonly #endings = new WeakMap<Socket, Set<() => void>>()

  constructor(limits: ServeLimits) {
    this.#limits = limits
  }

  /** Of answers that are being sent. */
  get unsentBytes(): number {
    return this.#unsent.total
  }

  /** Counts a new connection, or ends it where its address has too many. */
  admit(socket: Socket): void {
    const client = clientOf(socket)
    if (this.#open.of(client) >= this.#limits.connectionsPerAddress) {
      socket.destroy()
      return
    }
    const endings = new Set<() => void>()
    this.#endings.set(socket, endings)
    this.#open.add(client, 1)
    socket.once('close', () => {
      this.#open.add(client, -1)
      for (const end of endings) end()
    })
  }

  /**
   * Runs `end` with the connection's end unless it is called off before. An answer's own event does not do: one that
   * waits for the answer before it never gets any.
   */
  atEnd(socket: Socket, end: () => void): () => void {
    const endings = this.#endings.get(socket)
    if (endings === undefined || socket.destroyed) end()
    else endings.add(end)
    return () => endings?.delete(end)
  }

  /** Takes so much for an answer; gives what gives it back, or null where there is no room. */
  hold(socket: Socket, bytes: number): (() => void) | null {
    const client = clientOf(socket)
    const { unsentBytes, unsentBytesPerAddress } = this.#limits
    if (this.#unsent.of(client) + bytes > unsentBytesPerAddress) return null
    if (this.#unsent.total + bytes > unsentBytes && bytes > SMALL_BYTES) return null
    this.#unsent.add(client, bytes)
    let held = true
    return () => {
      if (held) this.#unsent.add(client, -bytes)
      held = false
    }
  }
}

const ADDRESS_OF_SOCKET = new WeakMap<Socket, string>()

/** Whose connection it is, also after its end, when the socket no longer tells. */
export function clientOf(socket: Socket): string {
  const known = ADDRESS_OF_SOCKET.get(socket)
  if (known !== undefined) return known
  const client = clientOfAddress(socket.remoteAddress ?? '')
  ADDRESS_OF_SOCKET.set(socket, client)
  return client
}

/** An IPv4 address; of an IPv6 address the first 64 bits, all of which one client has. */
export function clientOfAddress(address: string): string {
  const mapped = /^::ffff:([0-9.]+)$/i.exec(address)
  if (mapped !== null) return mapped[1] as string
  if (!address.includes(':')) return address
  const [front = '', back = ''] = address.replace(/%.*$/, '').split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const zeros = Math.max(0, 8 - groups(front).length - groups(back).length)
  const all = [...groups(front), ...Array<string>(zeros).fill('0'), ...groups(back)]
  return `${all.slice(0, 4).join(':')}::/64`
}
