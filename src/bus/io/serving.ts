import { join } from 'node:path'
import type { AnchorContext, NetworkParams } from '../../bitcoin/index.ts'
import { type BitcoindClient, bitcoindBlocks } from '../../bitcoin/io/index.ts'
import type { HttpServer } from '../../http/index.ts'
import { type RunningService, together } from '../../lib/index.ts'
import type { PeerTransport } from '../peers/transport.ts'
import { type VerifyOptions, verifyProof } from '../verify.ts'
import { historyStart } from './history/history.ts'
import { openStoredHistory } from './history/open-history.ts'
import { PeerServing } from './peers/peer-serving.ts'
import { bitcoindSource } from './prover/header-source.ts'
import { busServer } from './serve/bus-server.ts'
import { ServedBus } from './serve/served-bus.ts'
import { ServedFile } from './serve/served-file.ts'
import { ownHistory } from './serve/served-history.ts'

export interface ServingOptions {
  /** The proof file that a prover, of another process, keeps current. */
  readonly file: string
  /** Data directory of the chain; the server's own history lies in it, beside the prover's. */
  readonly dir: string
  readonly client: BitcoindClient
  readonly params: NetworkParams
  /** The context of the anchor that proofs start from; genesis otherwise. */
  readonly anchor: AnchorContext | undefined
  /** How a proof is judged, as of now. */
  verifyOptions(): VerifyOptions
  readonly host: string
  readonly port: number
  /** Serve peers as well; whoever made the transport starts it after this, and stops it before. */
  readonly peers?: PeerTransport | undefined
}

/** A server of a proof file, with all that goes with it, as one service. */
export interface Serving extends RunningService {
  readonly bus: ServedBus
  readonly file: ServedFile
  readonly server: HttpServer
}

/**
 * Composes serving of a file. Not started yet, so that everything it tells can be listened to; its history is locked until
 * it is stopped, started or not.
 */
export async function openServing(options: ServingOptions): Promise<Serving> {
  const { file: path, dir, client, params, anchor, verifyOptions, host, port, peers } = options
  const start = historyStart(params, anchor)
  const history = await openStoredHistory(join(dir, 'serve'), params, start, verifyOptions().verifier)
  try {
    // Headers are not asked for patiently: each look asks again, and in between a newer file is seen.
    const bus = new ServedBus({ history: ownHistory(history, bitcoindSource(client)), blocks: bitcoindBlocks(client) })
    const file = new ServedFile({ file: path, bus, verify: (proof) => verifyProof(proof, verifyOptions()) })
    const server = busServer(bus, { host, port })
    const serving = peers === undefined ? [] : [new PeerServing({ bus, transport: peers, verifyOptions })]
    return { bus, file, server, ...together([server, ...serving, file], () => history.close()) }
  } catch (error) {
    await history.close()
    throw error
  }
}
