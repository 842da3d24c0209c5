import { afterAll, beforeAll, expect, test } from 'vitest'
import { ComputeNetwork, type ComputeProcess } from '../support/compute-network.ts'

const NAMES = ['elm', 'fir']

let network: ComputeNetwork
beforeAll(async () => {
  network = await ComputeNetwork.make()
}, 120_000)
afterAll(() => network.remove())

const start = (name: string, ...more: readonly string[]) =>
  network.start(name, '--wallet', network.wallet(name), '--fee-rate', '2', '--slot-seconds', '20', ...more)
const listed = async () => {
  const { stdout } = await network.place.run('results', 'ls', '--graph', network.graph, '--json')
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { readonly state: string; readonly height: number; readonly identity: string })
}

test('who proved a result inscribes it, and nobody else does', {
  timeout: 600_000,
}, async () => {
  await network.register(NAMES)
  const nodes: ComputeProcess[] = []
  for (const name of NAMES) nodes.push(await start(name, '--inscribe', '1000000'))
  await Promise.all(nodes.map((node) => node.meets(1)))
  const heights: number[] = []
  for (let block = 0; block < 2; block++) {
    const height = await network.mine()
    heights.push(height)
    await Promise.all(nodes.map((node) => node.until('a result', ({ result }) => result?.height === height)))
    const [proved] = nodes.filter((node) => node.results(height)[0]?.from === null)
    const { inscribed } = await proved!.until('it is inscribed', (one) => one.inscribed?.height === height)
    expect(inscribed).toMatchObject({ state: 'sent' })
  }
  // Records of the last one too, and time for others to begin, if they did.
  await network.mine()
  await Promise.all(
    nodes
      .filter((node) => node.results(heights[0]!)[0]?.from !== null)
      .map((node) => node.until('another’s counts', (one) => one.counts?.height === heights[0])),
  )
  const found = await listed()
  for (const height of heights) {
    expect(found.filter((one) => one.height === height)).toMatchObject([{ state: 'counts' }])
  }
  expect(found.every(({ state }) => state === 'counts')).toBe(true)
  expect(new Set(found.map(({ identity }) => identity)).size).toBe(found.length)
  await Promise.all(nodes.map((node) => node.kill()))
})
