import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { freePort } from '../../bitcoin-regtest/process.ts'
import type { Bench } from '../bench.ts'
import { processUsage } from '../support/process-usage.ts'
import { count, megabytes } from '../support/quantity.ts'
import { summary } from '../support/statistics.ts'
import type { Cell } from '../support/table.ts'
import { type RunningWsc, startWsc } from '../support/wsc.ts'

const graph = (name: string) => fileURLToPath(new URL(`../../graphs/${name}`, import.meta.url))
/** A node that has this slot proves after four of them; one with the other never does in this bench. */
const [PROVES, HEARS] = ['0.1', '3600']

/** Graphs that one node serves, each of them another program, and of how many circuits they are. */
const [GRAPHS, CIRCUITS] = [100, 10]

/** A graph in a folder of its own, under a name of its own, which runs at each block. */
async function copyOf(standard: string, name: string, scratch: string): Promise<string> {
  const folder = join(scratch, name)
  await cp(graph(standard), folder, { recursive: true })
  const manifest = join(folder, 'graph.yaml')
  const text = await readFile(manifest, 'utf8')
  await writeFile(
    manifest,
    text.replace(`name: ${standard}`, `name: ${name}`).replace(/everyBlocks: \d+/, 'everyBlocks: 1'),
  )
  return folder
}

/** One that counts each header as so many. */
async function countBy(each: number, name: string, scratch: string): Promise<string> {
  const folder = await copyOf('header-count', name, scratch)
  const circuit = join(folder, 'header-count.circom')
  const text = await readFile(circuit, 'utf8')
  await writeFile(circuit, text.replace('before[0] + 1', `before[0] + ${each}`))
  return folder
}

const LONGEST_MS = 900_000

/** When a node has told a result of each of so many programs at a height, milliseconds of this process's clock. */
async function hasAll(node: RunningWsc, height: number, programs: number): Promise<number> {
  const had = new Set<unknown>()
  const late = after(LONGEST_MS, null, { ref: false })
  for (;;) {
    const told = await Promise.race([node.line(), late])
    if (told === undefined) throw new Error('a node has ended')
    if (told === null)
      throw new Error(`${had.size} of ${programs} results of block ${height} were told in ${LONGEST_MS / 1000} s`)
    const { result } = told as { result?: { height: number; program: string } }
    if (result?.height === height) had.add(result.program)
    if (had.size === programs) return performance.now()
  }
}

export const computeNetwork: Bench = {
  name: 'compute-network',
  title: 'The compute network',
  about:
    'Nodes (`wsc compute serve`) in processes of their own beside a real regtest node, all on this machine. From when bitcoind is ' +
    'told to mine a block until the last node has a verified result of it: the node that proves waits 0.4 s for others first, ' +
    'folds on from where it was left, compresses, verifies and gossips; the others verify. CPU seconds are those of a node from the ' +
    'block until it has all results, of the one that proves and of the busiest of those that hear.',
  async run({ quick, scratch, say }) {
    const bitcoind = await RegtestBitcoind.start()
    const rpc = ['--network', 'regtest', '--rpc', bitcoind.url, '--rpc-cookie', bitcoind.auth.file, '--json']
    const rows: Cell[][] = []
    const running: RunningWsc[] = []
    const measure = async (what: string, nodes: number, graphs: readonly string[], blocks: number) => {
      const addresses: string[] = []
      for (let i = 0; i < nodes; i++) {
        say(`${what}: node ${i + 1} of ${nodes}`)
        const address = `/ip4/127.0.0.1/tcp/${await freePort()}`
        const place = ['--listen', address, '--compute-dir', join(scratch, `${what}-${i}`.replaceAll(' ', '-'))]
        const peers = addresses.length === 0 ? [] : ['--peer', addresses.join(',')]
        const slot = ['--slot-seconds', i === 0 ? PROVES : HEARS]
        const folders = graphs.flatMap((folder) => ['--graph', folder])
        const node = startWsc(['compute', 'serve', ...folders, ...place, ...peers, ...slot, ...rpc], scratch)
        running.push(node)
        while ((await node.line())?.listening === undefined) {}
        addresses.push(address)
      }
      const taken: number[] = []
      const [proving, hearing]: [number[], number[]] = [[], []]
      const usages = () => Promise.all(running.map(({ pid }) => processUsage(pid)))
      // The first block is for tables of keys, and for nodes to meet.
      for (let block = 0; block <= blocks; block++) {
        say(`${what}: block ${block} of ${blocks}`)
        const { height } = await bitcoind.client.getBestBlock()
        const before = await usages()
        const began = performance.now()
        await bitcoind.mine(1)
        const ends = await Promise.all(running.map((node) => hasAll(node, height + 1, graphs.length)))
        if (block === 0) continue
        taken.push((Math.max(...ends) - began) / 1000)
        const after = await usages()
        const used = after.map((one, i) => (one?.cpuSeconds ?? 0) - (before[i]?.cpuSeconds ?? 0))
        proving.push(used[0] ?? 0)
        hearing.push(Math.max(0, ...used.slice(1)))
      }
      const peaks = (await usages()).map((one) => one?.peakBytes ?? 0)
      const memory = [megabytes(peaks[0] ?? 0), megabytes(Math.max(0, ...peaks.slice(1)))]
      const seconds = [taken, proving, hearing].map((values) => summary(values, 's'))
      rows.push([what, count(nodes), count(graphs.length), ...seconds, ...memory])
      for (const node of running.splice(0)) await node.stop()
    }
    try {
      // A short chain: what the nodes fold before the first block is none of this.
      await bitcoind.mine(40)
      const many: string[] = []
      for (let i = 0; i < (quick ? 3 : GRAPHS); i++) many.push(await countBy(1 + (i % CIRCUITS), `count-${i}`, scratch))
      await measure(`header-count, ${Math.min(many.length, CIRCUITS)} circuits`, 2, many, quick ? 1 : 2)
      if (!quick) await bitcoind.mine(260)
      await measure('header-count', 3, [await copyOf('header-count', 'one-count', scratch)], quick ? 1 : 5)
      await measure('chain-stats', 3, [await copyOf('chain-stats', 'one-stats', scratch)], quick ? 1 : 5)
    } finally {
      for (const node of running) await node.stop()
      await bitcoind.stop()
    }
    return {
      tables: [
        {
          columns: [
            ...['graph', 'nodes', 'graphs', 's from block to all', 'CPU-s proving', 'CPU-s hearing'],
            ...['peak of who proves', 'peak of who hears'],
          ],
          rows,
        },
      ],
      notes: ['No rival’s figure from a block to a proved result is known to us.'],
    }
  },
}
