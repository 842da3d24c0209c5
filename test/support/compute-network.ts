import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { freePort } from '../../bitcoin-regtest/process.ts'
import { SettlementPlace } from './settlement-place.ts'
import { startWsc, type WscRun } from './wsc.ts'

const round = z.object({ program: z.string(), height: z.int() })

const told = z.object({
  listening: z.array(z.string()).optional(),
  key: z.string().optional(),
  programs: z.array(z.string()).optional(),
  tip: z.object({ height: z.int(), registered: z.int() }).optional(),
  serves: z.object({ key: z.string() }).optional(),
  elected: round.extend({ rank: z.int().nullable() }).optional(),
  proving: round.optional(),
  stopped: round.optional(),
  nothing: round.optional(),
  result: round
    .extend({ identity: z.string(), from: z.string().nullable(), seconds: z.number().nullable() })
    .optional(),
  refused: z.object({ peer: z.string(), reject: z.string() }).optional(),
  requested: z.object({ request: z.string(), peer: z.string().nullable() }).optional(),
  unserved: z.object({ request: z.string(), peer: z.string().nullable(), reject: z.string() }).optional(),
  answered: z.object({ request: z.string(), identity: z.string() }).optional(),
  unpaid: round.extend({ state: z.string(), request: z.string().optional(), why: z.string().optional() }).optional(),
  inscribed: round.extend({ identity: z.string(), state: z.string() }).optional(),
  counts: round.extend({ identity: z.string(), id: z.string() }).optional(),
  banned: z.string().optional(),
})

type Told = z.output<typeof told>

/** `wsc compute serve --json` as a process of its own, and what it tells. */
export class ComputeProcess {
  readonly name: string
  readonly run: WscRun
  readonly address: string
  readonly told: Told[] = []
  readonly #looks = new Set<() => void>()

  constructor(name: string, run: WscRun, address: string) {
    this.name = name
    this.run = run
    this.address = address
    let rest = ''
    run.child.stdout.on('data', (text: string) => {
      const lines = `${rest}${text}`.split('\n')
      rest = lines.pop() as string
      for (const line of lines) this.told.push(told.parse(JSON.parse(line)))
      for (const look of [...this.#looks]) look()
    })
  }

  /** The first that it told, or tells, and that is as wanted. */
  async until(what: string, holds: (one: Told) => boolean, mostMs = 120_000): Promise<Told> {
    const { promise, resolve, reject } = Promise.withResolvers<Told>()
    const look = () => {
      const found = this.told.find(holds)
      if (found !== undefined) resolve(found)
    }
    const late = () =>
      reject(
        new Error(`${this.name}: ${what}: not told\n${JSON.stringify(this.told.slice(-20))}\n${this.run.stderr()}`),
      )
    const timer = setTimeout(late, mostMs)
    void this.run.done.then(late)
    this.#looks.add(look)
    look()
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      this.#looks.delete(look)
    }
  }

  /** Once it knows that so many others serve its program. */
  async meets(others: number): Promise<void> {
    const known = () => new Set(this.told.flatMap(({ serves }) => (serves === undefined ? [] : [serves.key]))).size
    await this.until(`it meets ${others} others`, () => known() >= others)
  }

  /** What it told of results at a height. */
  results(height: number) {
    return this.told.flatMap(({ result }) => (result?.height === height ? [result] : []))
  }

  async kill(): Promise<void> {
    this.run.child.kill('SIGKILL')
    await this.run.done
  }
}

const HEADER_COUNT = fileURLToPath(new URL('../../graphs/header-count', import.meta.url))

/** Copies the graph header-count into a folder, with steps that take a tree of 2^levels - 1 headers. */
export async function writeHeaderCount(folder: string, levels: number): Promise<void> {
  await cp(HEADER_COUNT, folder, { recursive: true })
  const circuit = join(folder, 'header-count.circom')
  const text = await readFile(circuit, 'utf8')
  await writeFile(circuit, text.replace('HeaderStream(5, 1)', `HeaderStream(${levels}, 1)`))
}

/**
 * Compute nodes in processes of their own, each with a wallet that is registered for it, over one graph: `header-count`, which is due
 * at every fourth block, since a node that relays no inscriptions mines a block of each.
 */
export class ComputeNetwork {
  readonly everyBlocks = 4
  readonly place: SettlementPlace
  readonly graph: string
  readonly nodes: ComputeProcess[] = []

  private constructor(place: SettlementPlace, graph: string) {
    this.place = place
    this.graph = graph
  }

  static async make(): Promise<ComputeNetwork> {
    const place = await SettlementPlace.make(0)
    const network = new ComputeNetwork(place, place.file('header-count'))
    await cp(HEADER_COUNT, network.graph, { recursive: true })
    const file = join(network.graph, 'graph.yaml')
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace('everyBlocks: 1', `everyBlocks: ${network.everyBlocks}`))
    return network
  }

  async remove(): Promise<void> {
    for (const node of this.nodes) await node.kill()
    await this.place.remove()
  }

  /** Each by a wallet of its own, and counting when it returns. */
  async register(names: readonly string[]): Promise<void> {
    const created = z.object({ address: z.string() })
    for (const name of names) {
      const { address } = created.parse(await this.place.json('wallet', 'create', '--wallet', this.wallet(name)))
      await this.place.node.mine(1, address)
    }
    await this.place.node.mine(100)
    for (const name of names) {
      const folders = ['--compute-dir', this.place.file(name), '--settlement-dir', this.place.file(`${name}-settled`)]
      await this.place.json('compute', 'register', '--wallet', this.wallet(name), ...folders)
    }
    await this.place.node.mine(7)
  }

  /** Among those that were started before. */
  async start(name: string, ...more: readonly string[]): Promise<ComputeProcess> {
    const peers = this.nodes.map((one) => one.address)
    return await this.startAlone(name, ...(peers.length > 0 ? ['--peer', peers.join(',')] : []), ...more)
  }

  /** Where it hears of no other. */
  async startAlone(name: string, ...more: readonly string[]): Promise<ComputeProcess> {
    const address = `/ip4/127.0.0.1/tcp/${await freePort()}`
    const folders = ['--compute-dir', this.place.file(name), '--settlement-dir', this.place.file(`${name}-settled`)]
    const place = [...folders, '--graph', this.graph, '--listen', address]
    const argv = ['compute', 'serve', ...place, ...more]
    const node = new ComputeProcess(name, startWsc([...argv, '--json'], this.place.env), address)
    this.nodes.push(node)
    await node.until('listens', ({ listening }) => listening !== undefined)
    return node
  }

  /** Takes one out that has ended. */
  gone(node: ComputeProcess): void {
    this.nodes.splice(this.nodes.indexOf(node), 1)
  }

  /** The last height at which the graph is due. */
  async due(): Promise<number> {
    const tip = await this.place.node.client.getBlockCount()
    return tip - (tip % this.everyBlocks)
  }

  /** The next one, once there is a block at it. */
  async mine(): Promise<number> {
    const tip = await this.place.node.client.getBlockCount()
    await this.place.node.mine(this.everyBlocks - (tip % this.everyBlocks))
    return await this.due()
  }

  /** File of a node's wallet. */
  wallet(name: string): string {
    return this.place.file(`${name}.wallet`)
  }
}
