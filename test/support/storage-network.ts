import { join } from 'node:path'
import { z } from 'zod'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { freePort } from '../../bitcoin-regtest/process.ts'
import { toDisplay } from '../../src/bitcoin/index.ts'
import { SettlementPlace } from './settlement-place.ts'
import { StorageProvider } from './storage-provider.ts'
import { TcpBridge } from './tcp-bridge.ts'
import { runWsc, startWsc, type WscRun } from './wsc.ts'

/** Half of the network: a bitcoind, and those who ask it. */
export type Side = 'east' | 'west'

/** Who keeps what, beside which bitcoind. */
export interface Post {
  readonly side: Side
  readonly partitions: readonly number[]
}

const entry = z.object({ id: z.string(), first: z.int(), chunks: z.int(), height: z.int() })
const holder = z.object({ peer: z.string(), used: z.int(), held: z.int(), holes: z.int() })
const partitionStatus = z.object({
  partition: z.int(),
  height: z.int(),
  used: z.int(),
  holders: z.array(holder),
  unreached: z.array(z.object({ peer: z.string(), since: z.int().nullable() })),
})
const tableStatus = z.object({ height: z.int(), root: z.string(), blobs: z.int(), partitions: z.array(z.unknown()) })

export type PartitionStatus = z.output<typeof partitionStatus>

interface Place extends Post {
  readonly port: number
  readonly bridge: TcpBridge
}

/**
 * A storage network of processes in two halves. In each half providers know each other by their own addresses; to the other
 * half they are known by bridges alone, and so are both bitcoinds: `cut` makes two networks of it, `join` one again.
 */
export class StorageNetwork {
  readonly place: SettlementPlace
  readonly nodes: Readonly<Record<Side, RegtestBitcoind>>
  readonly partitionBits: number
  readonly #places = new Map<string, Place>()
  readonly #running = new Map<string, StorageProvider>()
  readonly #others: WscRun[] = []
  #fresh = 0

  private constructor(place: SettlementPlace, west: RegtestBitcoind, partitionBits: number) {
    this.place = place
    this.nodes = { east: place.node, west }
    this.partitionBits = partitionBits
  }

  static async make(partitionBits: number): Promise<StorageNetwork> {
    const place = await SettlementPlace.make(6, { listen: true })
    const network = new StorageNetwork(place, await RegtestBitcoind.start(), partitionBits)
    await network.#connectNodes()
    return network
  }

  async remove(): Promise<void> {
    for (const { run } of this.#running.values()) run.child.kill('SIGKILL')
    for (const { child } of this.#others) child.kill('SIGKILL')
    await Promise.all([...[...this.#running.values()].map(({ run }) => run), ...this.#others].map(({ done }) => done))
    for (const { bridge } of this.#places.values()) await bridge.cut()
    await this.nodes.west.stop()
    await this.place.remove()
  }

  /** All of these at once; each knows of all others. */
  async start(posts: Readonly<Record<string, Post>>): Promise<void> {
    for (const [name, post] of Object.entries(posts)) {
      const port = await freePort()
      this.#places.set(name, { ...post, port, bridge: await TcpBridge.to(port) })
    }
    await Promise.all(Object.keys(posts).map((name) => this.startAgain(name)))
  }

  /** With whatever its folder holds. */
  async startAgain(name: string): Promise<void> {
    const { side, partitions, port, bridge } = this.#places.get(name) as Place
    const local = (at: number) => `/ip4/127.0.0.1/tcp/${at}`
    const others = [...this.#places].filter(([other]) => other !== name)
    const peers = others.map(([, other]) => local(other.side === side ? other.port : other.bridge.port))
    const run = startWsc(
      [
        ...['storage', 'serve', '--partition', partitions.join(','), '--storage-dir', this.place.file(name)],
        ...['--listen', local(port), '--announce', local(bridge.port), '--peer', peers.join(','), '--json'],
      ],
      this.#env(side),
    )
    const provider = new StorageProvider(run)
    this.#running.set(name, provider)
    await provider.until(`${name} listens`, ({ listening }) => listening.length > 0)
  }

  provider(name: string): StorageProvider {
    const provider = this.#running.get(name)
    if (provider === undefined) throw new RangeError(`${name} does not run`)
    return provider
  }

  get running(): string[] {
    return [...this.#running.keys()]
  }

  /** Those that keep a partition, running or not. */
  holdersOf(partition: number): string[] {
    return [...this.#places].filter(([, { partitions }]) => partitions.includes(partition)).map(([name]) => name)
  }

  async kill(name: string): Promise<void> {
    await this.provider(name).kill()
    this.#running.delete(name)
  }

  /** Where its chunks lie. */
  chunksOf(name: string): string {
    return join(this.place.file(name), 'provider', 'replica', 'chunks')
  }

  /** Where those of its half reach it. */
  addressOf(name: string): string {
    return `/ip4/127.0.0.1/tcp/${(this.#places.get(name) as Place).port}`
  }

  /** Nothing of one half reaches the other any more. */
  async cut(): Promise<void> {
    await this.#setNetworkActive(false)
    await Promise.all([...this.#places.values()].map(({ bridge }) => bridge.cut()))
  }

  async join(): Promise<void> {
    await this.#setNetworkActive(true)
    await this.#connectNodes()
    await Promise.all([...this.#places.values()].map(({ bridge }) => bridge.join()))
  }

  /** A process beside the providers, ended with them. */
  process(side: Side, ...argv: string[]): WscRun {
    const run = startWsc(argv, this.#env(side))
    this.#others.push(run)
    return run
  }

  /** The lines of JSON of a command that must succeed. */
  async json(side: Side, ...argv: string[]): Promise<unknown[]> {
    const { exit, stdout, stderr } = await runWsc([...argv, '--json'], this.#env(side))
    if (exit !== 0) throw new Error(`wsc ${argv.join(' ')}: exit ${exit}\n${stderr}`)
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  }

  /** Partitions as `status --peer` has them, by these providers and whom they name. */
  async status(side: Side, ...names: string[]): Promise<PartitionStatus[]> {
    const peers = ['--peer', names.map((name) => this.addressOf(name)).join(',')]
    const lines = await this.json(
      side,
      'storage',
      'status',
      ...peers,
      '--storage-dir',
      this.place.file(`${side}-watch`),
    )
    return lines.flatMap((line) => {
      const parsed = partitionStatus.safeParse(line)
      return parsed.success ? [parsed.data] : []
    })
  }

  /** Blobs of the table, each with its partition. */
  async blobs(side: Side = 'east') {
    const lines = await this.json(side, 'storage', 'ls', '--storage-dir', this.place.file(`${side}-table`))
    return lines.map((line) => {
      const one = entry.parse(line)
      return { ...one, partition: Math.floor(one.first / 2 ** this.partitionBits) }
    })
  }

  /** Once all providers that run have the table that is made of the chain anew. */
  async agreed() {
    const dir = `fresh-${this.#fresh++}`
    const folders = ['--storage-dir', this.place.file(dir), '--settlement-dir', this.place.file(`${dir}-settlement`)]
    const [line] = await this.json('east', 'storage', 'status', ...folders)
    const fresh = tableStatus.parse(line)
    await this.#haveTable(this.running, fresh)
    return fresh
  }

  /** Once all providers that run have one and the same table at the tip. */
  async alike(): Promise<void> {
    const { height } = await this.nodes.east.client.getBestBlock()
    const [first = ''] = this.running
    await this.provider(first).until(`${first} at ${height}`, ({ tip }) => tip?.height === height)
    const { tip } = this.provider(first).state
    if (tip !== null) await this.#haveTable(this.running, tip)
  }

  /** Once all of a half have its chain's tip. */
  async caughtUp(side: Side): Promise<number> {
    const { height } = await this.nodes[side].client.getBestBlock()
    for (const name of this.running) {
      if (this.#places.get(name)?.side !== side) continue
      await this.provider(name).until(`${name} at ${height}`, ({ tip }) => tip?.height === height)
    }
    return height
  }

  /** Once both bitcoinds have the same tip. */
  async synced(): Promise<void> {
    const best = async (side: Side) => toDisplay((await this.nodes[side].client.getBestBlock()).hash)
    for (let tries = 0; (await best('east')) !== (await best('west')); tries++) {
      if (tries > 200) throw new Error('the bitcoinds did not come to one chain')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** Blocks that both halves see. */
  async mine(count: number): Promise<void> {
    await this.nodes.east.mine(count)
    await this.synced()
  }

  async #haveTable(names: readonly string[], table: { readonly height: number; readonly root: string }): Promise<void> {
    const has = ({ tip }: { tip: { height: number; root: string } | null }) =>
      tip?.height === table.height && tip.root === table.root
    const what = `table ${table.root} at ${table.height}`
    for (const name of names) {
      await this.provider(name).until(`${name}, ${what}`, (state) => has(state))
    }
  }

  async #connectNodes(): Promise<void> {
    const { east, west } = this.nodes
    const params = [`127.0.0.1:${east.p2pPort}`, 'onetry']
    await west.client.call({ method: 'addnode', params, schema: z.null() })
    await this.synced()
  }

  async #setNetworkActive(isActive: boolean): Promise<void> {
    const { west } = this.nodes
    await west.client.call({ method: 'setnetworkactive', params: [isActive], schema: z.literal(isActive) })
  }

  #env(side: Side): Record<string, string> {
    const { url, auth } = this.nodes[side]
    const own = { WSC_RPC: url, WSC_RPC_COOKIE: auth.file, WSC_PARTITION_BITS: String(this.partitionBits) }
    // The half's own state: what one has seen of its chain is of no use to the other.
    return { ...this.place.env, ...own, ...(side === 'west' && { XDG_DATA_HOME: this.place.file('west-data') }) }
  }
}
