import { join } from 'node:path'
import { type BitcoindClient, ChainFeed } from '../../bitcoin/io/index.ts'
import { type RunningService, together } from '../../lib/index.ts'
import type { PeerTransport } from '../peers/transport.ts'
import { HistoryKeeper } from './history/history-keeper.ts'
import { openStoredHistory } from './history/open-history.ts'
import { ChainFollower } from './prover/chain-follower.ts'
import { type OpenProver, type OpenProverOptions, openProver } from './prover/open-prover.ts'
import { ProofPublisher } from './publish/publisher.ts'
import { InProcessServer } from './serve/in-process-server.ts'

export interface FollowingOptions extends OpenProverOptions {
  readonly client: BitcoindClient
  /** The proof file to keep current. */
  readonly file: string
  /** Serve the bus as well, from what proving holds in memory. */
  readonly serve?: { readonly host: string; readonly port: number } | undefined
  /** Serve peers as well; whoever made the transport starts it after this, and stops it before. */
  readonly peers?: PeerTransport | undefined
}

/** A prover that follows a bitcoind, with all that goes with it, as one service. */
export interface Following extends RunningService {
  readonly feed: ChainFeed
  readonly proving: OpenProver
  readonly publisher: ProofPublisher
  readonly keeper: HistoryKeeper
  readonly follower: ChainFollower
  /** Null where nothing is served. */
  readonly server: InProcessServer | null
}

/**
 * Composes following: one opened history and one proof in memory, for the prover and for the server. Not started yet, so
 * that everything it tells can be listened to; its data directory is locked until it is stopped, started or not.
 */
export async function openFollowing(options: FollowingOptions): Promise<Following> {
  return await followingOf(await openProver(options), options)
}

/** Composes it over a prover that is open, which is closed with it, and at once where it cannot be composed. */
export async function followingOf(proving: OpenProver, options: FollowingOptions): Promise<Following> {
  try {
    return compose(proving, options)
  } catch (error) {
    await proving.close()
    throw error
  }
}

function compose(proving: OpenProver, { client, params, file, dir, clock, serve, peers }: FollowingOptions): Following {
  const { prover, status, verifier, verifyOptions } = proving
  const publisher = new ProofPublisher({ file, verifyOptions })
  publisher.events.on('published', (proof) => status.published(proof, file))
  const feed = new ChainFeed({ client, params })
  const keeper = new HistoryKeeper({
    source: feed,
    open: () => openStoredHistory(join(dir, 'history'), params, proving.historyStart, verifier),
  })
  prover.events.on('checkpoint', ({ context }) => keeper.keep(context.height))
  const follower = new ChainFollower({ feed, proving, publisher, clock })
  const server =
    serve === undefined && peers === undefined
      ? null
      : new InProcessServer({
          ...{ client, publisher, keeper, http: serve },
          peers: peers === undefined ? undefined : { transport: peers, verifyOptions },
        })
  // Who reads is let in before the first block is folded, and turned away before anything is closed.
  // The feed comes last: all wait for its first answer, and once it ends nobody waits for a bitcoind that is away.
  const parts = [keeper, publisher, ...(server === null ? [] : [server]), follower, feed]
  return { feed, proving, publisher, keeper, follower, server, ...together(parts, () => proving.close()) }
}
