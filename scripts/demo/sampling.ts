import { join } from 'node:path'
import type { Place } from './message.ts'
import type { OpenProvider } from './provider.ts'
import { Beside, DemoError } from './wsc.ts'

/** Wins before and after. */
const WINS = { before: 2, after: 3 }
/** A replica that wins in one block of twelve is in so many without a win less often than once in 10⁹ times. */
const MOST_TICKS = 240

/** What an observer says of a partition at a block. */
interface Estimated {
  readonly partition: number
  readonly ticks: number
  readonly wins: number
  readonly silent: boolean
  readonly estimate: { readonly replicas: number; readonly least: number; readonly most: number } | null
}

/** Blocks until an observer has heard of a provider, until it misses it once it is killed, and until it hears of it again. */
export async function sampleFolder(place: Place, provider: OpenProvider): Promise<void> {
  const { screen, signal, data, node } = place
  const reach = ['--network', 'regtest', '--rpc', node.url, '--rpc-cookie', node.auth.file]
  const dirs = ['--storage-dir', join(data, 'observer'), '--listen', '/ip4/127.0.0.1/tcp/0']
  const beside = new Beside(['storage', 'watch', ...dirs, ...reach, '--peer', provider.address], signal)
  try {
    const { listening } = JSON.parse(await beside.line('"listening"')) as { listening: [string] }
    screen.command('wsc storage watch --peer … --network regtest --rpc …')
    /** One block, once the provider has tried and the observer has estimated. */
    const tick = async (isAlive: boolean): Promise<Estimated> => {
      await node.mine(1)
      const { height } = await node.client.getBestBlock()
      if (isAlive) await provider.beside.line(`"sampled":{"height":${height},`)
      const said = JSON.parse(await beside.line(`"estimated":${height},`)) as { partitions: Estimated[] }
      const [of] = said.partitions
      if (of === undefined) throw new DemoError('nothing is estimated')
      return of
    }
    const until = async (isAlive: boolean, holds: (said: Estimated) => boolean) => {
      for (let ticks = 0; ticks < MOST_TICKS; ticks++) {
        const said = await tick(isAlive)
        if (holds(said)) return said
      }
      throw new DemoError(`${MOST_TICKS} blocks did not do`)
    }
    const watched = async (name: string, isAlive: boolean, holds: (said: Estimated) => boolean) =>
      await screen.stage(name, () => until(isAlive, holds), estimateText)

    const before = await watched('blocks until it has won twice', true, ({ wins }) => wins >= WINS.before)
    await provider.beside.kill()
    screen.line('kill -9 of the provider')
    const missed = await watched('blocks until it is missed', false, ({ silent }) => silent)
    screen.line(
      `it fell from ${replicas(before)} to ${replicas(missed)}; 80 blocks without a win are no chance any more`,
    )
    await provider.again(listening[0])
    const back = await watched(
      'it is back, blocks until it has won three times',
      true,
      ({ wins, silent }) => !silent && wins >= missed.wins + WINS.after,
    )
    screen.line(`it is back: from ${replicas(missed)} to ${replicas(back)}, and nobody is missed`)
    screen.line(
      'an average of all blocks since the observer listens; elsewhere of a week’s, and in partitions of 66 GB',
    )
  } finally {
    await beside.stop()
  }
}

function replicas({ estimate }: Estimated): string {
  return estimate === null ? 'nothing' : estimate.replicas.toFixed(2)
}

function estimateText(said: Estimated): string {
  const { ticks, wins, silent, estimate } = said
  const interval = estimate === null ? '' : ` (${estimate.least.toFixed(1)} to ${estimate.most.toFixed(1)})`
  return `${replicas(said)} replicas${interval} by ${wins} wins in ${ticks} blocks${silent ? ': SILENT' : ''}`
}
