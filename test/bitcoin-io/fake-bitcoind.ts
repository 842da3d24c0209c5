import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { type BlockHash, encodeHeader, type Header, headerHash, regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { BitcoindClient, type BitcoindClientOptions, BitcoindError } from '../../src/bitcoin/io/index.ts'
import { withCure } from '../../src/cli/cure.ts'

export type Handler = (request: IncomingMessage, body: string, response: ServerResponse) => void

/** An HTTP server under the test's control, and a client of it; both are gone when the test's scope ends. */
export class FakeServer {
  readonly client: BitcoindClient
  readonly #server: Server

  private constructor(server: Server, client: BitcoindClient) {
    this.#server = server
    this.client = client
  }

  static async start(handler: Handler, options: Partial<BitcoindClientOptions> = {}): Promise<FakeServer> {
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => handler(request, body, response))
    })
    const url = await listen(server)
    // What a test makes fail is to fail at once, unless it is about waiting.
    return new FakeServer(server, new BitcoindClient({ url, patienceMs: 0, ...options }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close()
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }
}

/** A TCP server that accepts and does with the connection what the test says; silence where it says nothing. */
export class FakeTcp {
  readonly url: string
  readonly #close: () => Promise<void>

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url
    this.#close = close
  }

  static async start(onSocket: (socket: Socket) => void = () => {}): Promise<FakeTcp> {
    const sockets = new Set<Socket>()
    const server = createTcpServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      onSocket(socket)
    })
    const url = await listen(server)
    return new FakeTcp(url, async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close()
  }
}

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

export interface RpcRequest {
  id: number
  method: string
  params: readonly unknown[]
}

export class RpcFailure extends Error {
  readonly rpcCode: number

  constructor(rpcCode: number, message: string) {
    super(message)
    this.rpcCode = rpcCode
  }
}

/** Answers JSON-RPC, single and batched, by a function; REST gets 404, as where it is off. */
export function answering(answer: (call: RpcRequest) => unknown): Handler {
  const reply = (call: RpcRequest) => {
    try {
      return { id: call.id, result: answer(call), error: null }
    } catch (error) {
      if (!(error instanceof RpcFailure)) throw error
      return { id: call.id, result: null, error: { code: error.rpcCode, message: error.message } }
    }
  }
  return (request, body, response) => {
    if (request.method === 'GET') return response.writeHead(404).end()
    const json = JSON.parse(body)
    response.end(JSON.stringify(Array.isArray(json) ? json.map(reply) : reply(json)))
  }
}

/** Headers without work on regtest's genesis: a node's client judges their links, not their work. */
export class FakeChain {
  headers: Header[] = [regtest.genesis]
  /** Every block there ever was, as a node's block index keeps them. */
  readonly known: Header[] = [regtest.genesis]
  #nonce = 0
  /** A node has hashed what it tells of long before. */
  readonly #hashes = new WeakMap<Header, BlockHash>()

  get tip(): { height: number; hash: BlockHash } {
    return { height: this.headers.length - 1, hash: this.hashAt(this.headers.length - 1) }
  }

  hashAt(height: number): BlockHash {
    const header = this.headers[height]
    if (header === undefined) throw new RpcFailure(-8, 'Block height out of range')
    return this.#hash(header)
  }

  #hash(header: Header): BlockHash {
    const hash = this.#hashes.get(header) ?? headerHash(header)
    this.#hashes.set(header, hash)
    return hash
  }

  mine(count: number): void {
    for (let i = 0; i < count; i++) {
      const header = { ...regtest.genesis, prevHash: this.tip.hash, nonce: ++this.#nonce }
      this.headers.push(header)
      this.known.push(header)
    }
  }

  reorg(depth: number, count: number): void {
    this.headers.length -= Math.min(depth, this.headers.length - 1)
    this.mine(count)
  }

  /** The RPC of a node on this chain. */
  answer(call: RpcRequest): unknown {
    const [first] = call.params
    switch (call.method) {
      case 'getblockhash':
        return toDisplay(this.hashAt(Number(first)))
      case 'getblockcount':
        return this.tip.height
      case 'getblockheader': {
        const header = this.known.find((candidate) => toDisplay(this.#hash(candidate)) === first)
        if (header === undefined) throw new RpcFailure(-5, 'Block not found')
        return Buffer.from(encodeHeader(header)).toString('hex')
      }
      case 'getblockchaininfo':
        return {
          chain: 'regtest',
          blocks: this.tip.height,
          headers: this.tip.height,
          bestblockhash: toDisplay(this.tip.hash),
          initialblockdownload: false,
          chainwork: '0'.repeat(64),
        }
      default:
        throw new RpcFailure(-32601, 'Method not found')
    }
  }
}

/** The code of the BitcoindError that a promise is rejected with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    if (error instanceof BitcoindError) return error.code
    throw error
  }
  throw new Error('not rejected')
}

/** What the command line tells of the error that a promise is rejected with, its cure included. */
export async function lineOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(() => 'not rejected', withCure)
}
