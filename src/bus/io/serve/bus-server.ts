import { HttpServer, type HttpServerOptions } from '../../../http/index.ts'
import { busRoutes } from './bus-routes.ts'
import type { ServedBus } from './served-bus.ts'

/** Where it listens; limits are those of `docs/serving.md` unless given. */
export type BusServerOptions = Pick<HttpServerOptions, 'host' | 'port' | 'rateLimit' | 'limits' | 'clock'>

/**
 * A server of the bus alone: read-only HTTP over what a `ServedBus` serves. Everything it hands out verifies without
 * trust in it, so that any page may read it.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import * as wsc from 'wsc-bitcoin'
 *
 * const { regtest } = wsc
 * const verifier = await wsc.loadVerifier()
 * const headers = wsc.fileSource(await readFile('regtest-headers.bin'))
 * if (!headers.ok) throw new Error(headers.detail)
 * const client = new wsc.BitcoindClient({ url: 'http://127.0.0.1:9', auth: { kind: 'cookie', file: '.cookie' } })
 * const history = await wsc.History.open(wsc.historyStart(regtest), wsc.memoryTable(), verifier)
 * const bus = new wsc.ServedBus({
 *   history: wsc.ownHistory(history, headers.source),
 *   blocks: wsc.bitcoindBlocks(client),
 * })
 * const verify = (proof) => wsc.verifyProof(proof, { params: regtest, verifier, now: Date.now() / 1000 })
 * await new wsc.ServedFile({ file: 'regtest.proof', bus, verify }).look()
 * const server = wsc.busServer(bus, { host: '127.0.0.1', port: 0 })
 * await server.start()
 * const state = await (await fetch(`${server.url}/v1/state`)).json()
 * await server.stop()
 * client.close()
 * console.log(state.height) // 5
 */
export function busServer(bus: ServedBus, options: BusServerOptions): HttpServer {
  return new HttpServer({
    modules: [busRoutes(bus)],
    anyOrigin: true,
    about: {
      title: 'World Supercomputer on Bitcoin: the bus',
      version: '1',
      description: 'Proofs, paths and attestations, all of which verify without trust in the server',
    },
    ...options,
  })
}
