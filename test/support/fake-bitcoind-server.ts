import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { headerHash, regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { BitcoindError } from '../../src/bitcoin/io/index.ts'
import type { FakeBitcoind } from './fake-bitcoind.ts'

const request = z.object({ id: z.int(), method: z.string(), params: z.array(z.unknown()) })

/** A node in memory behind the RPC of a regtest node, for commands, which open a client of their own. */
export class FakeBitcoindServer {
  readonly url: string
  readonly #close: () => Promise<void>

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url
    this.#close = close
  }

  static async start(node: FakeBitcoind): Promise<FakeBitcoindServer> {
    const server = createServer((incoming, response) => {
      let body = ''
      incoming.on('data', (piece) => {
        body += piece
      })
      incoming.on('end', async () => {
        const asked: unknown = JSON.parse(body)
        const reply = Array.isArray(asked)
          ? await Promise.all(asked.map((one) => answer(node, one)))
          : await answer(node, asked)
        response.setHeader('Content-Type', 'application/json')
        response.end(JSON.stringify(reply))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    return new FakeBitcoindServer(`http://127.0.0.1:${port}`, async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    })
  }

  async stop(): Promise<void> {
    await this.#close()
  }
}

async function answer(node: FakeBitcoind, asked: unknown): Promise<object> {
  const { id, method, params } = request.parse(asked)
  try {
    return { id, error: null, result: await resultOf(node, method, params) }
  } catch (error) {
    if (!(error instanceof BitcoindError)) throw error
    return { id, result: null, error: { code: error.rpcCode, message: error.message } }
  }
}

async function resultOf(node: FakeBitcoind, method: string, params: readonly unknown[]): Promise<unknown> {
  if (method === 'getblockhash') {
    const height = z.int().parse(params[0])
    // The chain in memory begins with a block of its own; a client looks at the network's.
    if (height === 0) return toDisplay(headerHash(regtest.genesis))
    const block = node.blocks[height]
    if (block === undefined) throw new BitcoindError('E_NODE_RPC', 'Block height out of range', { rpcCode: -8 })
    return block.shown
  }
  const result = await node.call({ method, params, schema: z.unknown() })
  if (method !== 'getblockchaininfo') return result
  return { ...(result as object), chain: 'regtest', bestblockhash: node.blocks.at(-1)!.shown }
}
