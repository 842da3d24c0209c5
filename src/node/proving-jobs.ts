import { join } from 'node:path'
import type { ChainFeed } from '../bitcoin/io/index.ts'
import { LocalQueue, type ProvingQueue } from '../compute/index.ts'
import {
  jobProver,
  type Program,
  type QueueServer,
  ServerQueue,
  StreamCheckpoints,
  StreamEngines,
} from '../compute/io/index.ts'

interface Components {
  /** By their ids, in hex. */
  readonly programs: ReadonlyMap<string, Program>
  readonly feed: ChainFeed
  /** Folder of the node's state. */
  readonly folder: string
  /** Proofs that are made at a time in this process; two unless given. */
  readonly atOnce?: number | undefined
  /** Where workers of other machines take the jobs; they are done in this process unless given. */
  readonly server?: QueueServer | undefined
}

/** A proof begins and makes its witness on one core. Another one folds and compresses on the others meanwhile. */
const AT_ONCE = 2

/** A node's queue of proving jobs, not started yet, and the engines of its streams, which are closed once it has ended. */
export function provingJobs({ programs, feed, folder, atOnce = AT_ONCE, server }: Components): {
  readonly queue: ProvingQueue
  readonly engines: StreamEngines
} {
  const engines = new StreamEngines()
  const prove = jobProver({
    open: async (id) => programs.get(id) ?? null,
    withHeaders: async (_height, _signal, work) => await work({ source: feed, from: 0 }),
    ...{ checkpoints: new StreamCheckpoints(join(folder, 'streams')), engines },
  })
  const queue = server === undefined ? new LocalQueue(prove, { concurrency: atOnce }) : new ServerQueue(server)
  return { queue, engines }
}
