import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { regtest } from '../../src/bitcoin/index.ts'
import { decodeResult } from '../../src/compute/index.ts'
import { OTHERS_AFTER } from '../../src/compute/io/results/result-publisher.ts'
import { computeGossip } from '../../src/compute/peers/compute-gossip.ts'
import { resultGossip } from '../../src/compute/peers/result-kind.ts'
import { openPeerHost, type PeerHost } from '../../src/p2p/index.ts'
import { ComputeNetwork, type ComputeProcess } from '../support/compute-network.ts'

const NAMES = ['ash', 'beech', 'cedar']
/** Longer than a proof takes on a busy machine, so that nobody begins while another is at it. */
const SLOT_SECONDS = '40'

let network: ComputeNetwork
const liars: PeerHost[] = []
beforeAll(async () => {
  network = await ComputeNetwork.make()
}, 120_000)
afterAll(async () => {
  for (const liar of liars) await liar.stop()
  await network.remove()
})

const start = (name: string) =>
  network.start(
    name,
    ...['--slot-seconds', SLOT_SECONDS, '--inscribe', '1000000'],
    ...['--wallet', network.wallet(name), '--fee-rate', '2'],
  )

/** Nodes in the order in which they are to prove a block; all say the same of it. */
async function elected(nodes: readonly ComputeProcess[], height: number): Promise<ComputeProcess[]> {
  const ranked = await Promise.all(
    nodes.map(async (node) => {
      const { elected } = await node.until('its place', (one) => one.elected?.height === height)
      return { node, rank: elected?.rank ?? Number.NaN }
    }),
  )
  ranked.sort((a, b) => a.rank - b.rank)
  expect(ranked.map(({ rank }) => rank)).toEqual(nodes.map((_, i) => i))
  return ranked.map(({ node }) => node)
}

const has = (node: ComputeProcess, height: number) =>
  node.until(`result at ${height}`, (one) => one.result?.height === height)
const inscribes = (node: ComputeProcess, height: number) =>
  node.until(`its record of ${height}`, (one) => one.inscribed?.height === height)

/** A result of everybody at a height, one proof of it, and a record of whoever made that. */
async function provedOnce(nodes: readonly ComputeProcess[], height: number): Promise<void> {
  await Promise.all(nodes.map((node) => has(node, height)))
  const results = nodes.flatMap((node) => node.results(height))
  expect(results).toHaveLength(nodes.length)
  expect(new Set(results.map(({ identity }) => identity)).size).toBe(1)
  const provers = nodes.filter((node) => node.results(height)[0]?.from === null)
  expect(provers).toHaveLength(1)
  await inscribes(provers[0]!, height)
}

const listed = z.object({
  ...{ state: z.string(), height: z.int(), identity: z.string() },
  says: z.record(z.string(), z.string()).optional(),
})

/** Every record of a result in the chain, as a process finds them that knows none of the nodes. */
async function records() {
  const { stdout } = await network.place.run('results', 'ls', '--graph', network.graph, '--json')
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  return lines.map((line) => listed.parse(JSON.parse(line))).sort((a, b) => a.height - b.height)
}

test('of three nodes, one that lies, and one that is killed when it is elected: one record of each result, and it is right', {
  timeout: 900_000,
}, async () => {
  await network.register(NAMES)
  const began = await network.due()
  for (const name of NAMES) await start(name)
  const three = [...network.nodes]
  // The block that they began with may be proved by several, who did not know of each other then; it is inscribed by one.
  await Promise.all(three.map((node) => has(node, began)))
  await Promise.all(three.map((node) => node.meets(2)))
  await network.place.node.mine(OTHERS_AFTER)
  await Promise.any(three.map((node) => inscribes(node, began)))
  const next = await network.due()
  if (next > began) await provedOnce(three, next)
  for (let block = 0; block < 2; block++) {
    const height = await network.mine()
    await elected(three, height)
    await provedOnce(three, height)
  }

  const [first] = three as [ComputeProcess]
  const { programs } = await first.until('its programs', (one) => one.programs !== undefined)
  const program = programs?.[0] as string
  const file = join(network.place.file('ash'), 'results', `${program}.result`)
  const read = decodeResult(new Uint8Array(await readFile(file)))
  if (!read.ok || read.result.kind !== 'stream') throw new Error('no result of a stream is kept')
  const { result } = read
  const kind = resultGossip(program)
  // A lie about a block of before, at which nobody has proved anything.
  const height = began - network.everyBlocks
  const hash = await network.place.node.client.getBlockHash(height)
  if (hash === undefined) throw new Error('no such block')
  for (const altered of [
    { ...result, state: [1n] },
    { ...result, proof: result.proof.map((byte, i) => (i === 99 ? byte ^ 1 : byte)) },
  ]) {
    const bootstrap = three.map(({ address }) => address)
    const liar = await openPeerHost({ params: regtest, bootstrap, gossip: computeGossip([program]) })
    liars.push(liar)
    const gossip = liar.join(kind, async () => 'ignore')
    await liar.start()
    await expect.poll(() => gossip.listeners().length, { timeout: 60_000 }).toBe(three.length)
    await gossip.publish({ result: { ...altered, height, blockHash: hash }, evidence: [] })
    for (const node of three) await node.until('the liar is banned', ({ banned }) => banned === liar.name)
    await expect.poll(() => gossip.listeners(), { timeout: 60_000 }).toEqual([])
  }

  const killedAt = await network.mine()
  const isFirst = ({ elected }: ComputeProcess['told'][number]) => elected?.height === killedAt && elected.rank === 0
  const killed = await Promise.any(three.map((node) => node.until('it is first', isFirst).then(() => node)))
  await killed.kill()
  network.gone(killed)
  const others = three.filter((node) => node !== killed)
  await provedOnce(others, killedAt)

  const again = await start(killed.name)
  await again.meets(2)
  // It asks for what it missed, or proves it where that is sooner: of one identity there is one result, and one record.
  await has(again, killedAt)
  expect(again.results(killedAt)).toMatchObject([{ identity: others[0]?.results(killedAt)[0]?.identity }])
  const last = await network.mine()
  await provedOnce([...others, again], last)
  await again.until('the record of the others counts', (one) => one.counts?.height === killedAt)
  const status = async () =>
    (await network.place.run('compute', 'status', '--compute-dir', network.place.file(again.name))).stdout
  await expect.poll(status, { timeout: 30_000 }).toContain(`header-count  last result at height ${last}`)

  const heights: number[] = []
  for (let due = began; due <= last; due += network.everyBlocks) heights.push(due)
  expect(await records()).toEqual(
    heights.map((due) => ({
      ...{ state: 'counts', height: due, identity: expect.stringMatching(/^[0-9a-f]{64}$/) },
      says: { count: String(due + 1) },
    })),
  )
})
