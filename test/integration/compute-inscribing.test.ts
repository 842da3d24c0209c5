import { afterAll, beforeAll, expect, test } from 'vitest'
import { ComputeNetwork, type ComputeProcess } from '../support/compute-network.ts'

const NAMES = ['elm', 'fir']

let network: ComputeNetwork
beforeAll(async () => {
  network = await ComputeNetwork.make()
  await network.register(NAMES)
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

test('two of a group that do not hear of each other put one record on Bitcoin with their ticket, and two without', {
  timeout: 600_000,
}, async () => {
  const { place } = network
  const ticket = place.file('group.ticket')
  const paying = ['--wallet', network.wallet('elm'), '--settlement-dir', place.file('elm-settled'), '--fee-rate', '2']
  await place.json('compute', 'ticket', 'create', ticket, '--graph', network.graph, ...paying)
  await network.mine()
  expect(await place.json('compute', 'ticket', 'status', ticket)).toMatchObject({ state: 'free', spent: 0 })

  const both = async (...more: readonly string[]) => {
    const alone = (name: string) =>
      network.startAlone(
        ...[name, '--wallet', network.wallet(name), '--fee-rate', '2', '--slot-seconds', '1'],
        ...['--inscribe', '1000000', ...more],
      )
    return [await alone('elm'), await alone('fir')] as const
  }
  const group = await both('--ticket', ticket)
  const height = await network.mine()
  const own = (nodes: readonly ComputeProcess[], at: number) =>
    Promise.all(
      nodes.map((node) => node.until('its own result', ({ result }) => result?.height === at && result.from === null)),
    )
  await own(group, height)
  const inscribes = (node: ComputeProcess) => node.until('inscribes', (one) => one.inscribed?.height === height)
  const first = await Promise.race(group.map((node) => inscribes(node).then(() => node)))
  const second = group.find((node) => node !== first) as ComputeProcess
  // What waits for a block has the ticket; with the block the other sees that it counts.
  await network.mine()
  await second.until('another’s counts', (one) => one.counts?.height === height)
  expect(second.told.some(({ inscribed }) => inscribed?.height === height)).toBe(false)
  for (const node of group) await node.kill()
  await network.mine()
  expect((await listed()).filter((one) => one.height === height)).toMatchObject([{ state: 'counts' }])

  const strangers = await both()
  const at = await network.mine()
  await own(strangers, at)
  await Promise.all(strangers.map((node) => node.until('inscribes', (one) => one.inscribed?.height === at)))
  await network.mine()
  const found = (await listed()).filter((one) => one.height === at)
  expect(found.map(({ state }) => state)).toEqual(['counts', 'duplicate'])
})
