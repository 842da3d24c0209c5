import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { decodeResult } from '../../src/compute/index.ts'
import { computeGossip } from '../../src/compute/peers/compute-gossip.ts'
import { resultGossip } from '../../src/compute/peers/result-kind.ts'
import { openPeerHost, type PeerHost } from '../../src/p2p/index.ts'
import { ComputeNetwork, type ComputeProcess } from '../support/compute-network.ts'

const NAMES = ['ash', 'beech', 'cedar']
/** Longer than a proof takes on a busy machine, so that nobody begins while another is at it. */
const SLOT = ['--slot-seconds', '40']

let network: ComputeNetwork
const liars: PeerHost[] = []
beforeAll(async () => {
  network = await ComputeNetwork.make()
}, 120_000)
afterAll(async () => {
  for (const liar of liars) await liar.stop()
  await network.remove()
})

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

/** A result of everybody at a height, and one proof of it. */
async function provedOnce(nodes: readonly ComputeProcess[], height: number): Promise<void> {
  await Promise.all(nodes.map((node) => has(node, height)))
  const results = nodes.flatMap((node) => node.results(height))
  expect(results).toHaveLength(nodes.length)
  expect(results.filter(({ from }) => from === null)).toHaveLength(1)
  expect(new Set(results.map(({ identity }) => identity)).size).toBe(1)
}

test('three nodes prove each block once, ban who lies, and go on where the one whose turn it is was killed', {
  timeout: 600_000,
}, async () => {
  await network.register(NAMES)
  for (const name of NAMES) await network.start(name, ...SLOT)
  const three = [...network.nodes]
  // What they make of the block that they began with is not looked at: they did not know of each other then.
  await Promise.all(three.map((node) => node.until('its first result', ({ result }) => result !== undefined)))
  await Promise.all(three.map((node) => node.meets(2)))
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
  for (const altered of [
    { ...result, state: [1n] },
    { ...result, proof: result.proof.map((byte, i) => (i === 99 ? byte ^ 1 : byte)) },
  ]) {
    const bootstrap = three.map(({ address }) => address)
    const liar = await openPeerHost({ params: regtest, bootstrap, gossip: computeGossip([program]) })
    liars.push(liar)
    const gossip = liar.join(kind, async () => 'ignore')
    await liar.start()
    await expect.poll(() => gossip.listeners().length, { timeout: 30_000 }).toBe(three.length)
    const height = await network.mine()
    // A lie about a block that nobody has proved yet: it says that it is of this one.
    const hash = (await network.place.node.client.getBestBlock()).hash
    await gossip.publish({ result: { ...altered, height, blockHash: hash }, evidence: [] })
    for (const node of three) await node.until('the liar is banned', ({ banned }) => banned === liar.name)
    await provedOnce(three, height)
  }

  const height = await network.mine()
  const [killed, next, last] = (await elected(three, height)) as [ComputeProcess, ComputeProcess, ComputeProcess]
  await killed.kill()
  network.gone(killed)
  await provedOnce([next, last], height)
  expect(next.results(height)).toMatchObject([{ from: null }])

  const again = await network.start(killed.name, ...SLOT)
  await again.meets(2)
  // It asks for what it missed, or proves it where that is sooner: of one identity there is one result.
  await has(again, height)
  expect(again.results(height)).toMatchObject([{ identity: next.results(height)[0]?.identity }])
  const after = await network.mine()
  await provedOnce([next, last, again], after)
  const folder = network.place.file(next.name)
  const status = async () => (await network.place.run('compute', 'status', '--compute-dir', folder)).stdout
  await expect.poll(status, { timeout: 30_000 }).toContain(`header-count  last result at height ${after}`)
})
