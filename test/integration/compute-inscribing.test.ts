import { appendFile, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { heldOutDigits } from '../compute/digits.ts'
import { ComputeNetwork, ComputeProcess } from '../support/compute-network.ts'
import { jobJson, recordMetadata } from '../support/settlement-place.ts'
import { startWsc } from '../support/wsc.ts'

const NAMES = ['elm', 'fir']

let network: ComputeNetwork
beforeAll(async () => {
  network = await ComputeNetwork.make()
  await network.register(NAMES)
}, 120_000)
afterAll(() => network.remove())

const listed = async () => {
  const { stdout } = await network.place.run('results', 'ls', '--graph', network.graph, '--json')
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { readonly state: string; readonly height: number; readonly identity: string })
}

test('two of a group that do not hear of each other put one record on Bitcoin with their ticket', {
  timeout: 600_000,
}, async () => {
  const { place } = network
  const ticket = place.file('group.ticket')
  const paying = ['--wallet', network.wallet('elm'), '--settlement-dir', place.file('elm-settled'), '--fee-rate', '2']
  await place.json('compute', 'ticket', 'create', ticket, '--graph', network.graph, ...paying)
  await network.mine()
  expect(await place.json('compute', 'ticket', 'status', ticket)).toMatchObject({ state: 'free', spent: 0 })

  const member = (name: string) =>
    network.startAlone(
      ...[name, '--wallet', network.wallet(name), '--fee-rate', '2', '--slot-seconds', '1'],
      ...['--inscribe', '1000000', '--ticket', ticket],
    )
  const group = [await member('elm'), await member('fir')]
  const height = await network.mine()
  const proved = (node: ComputeProcess) =>
    node.until('its own result', ({ result }) => result?.height === height && result.from === null)
  await Promise.all(group.map(proved))
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
})

test('what a record asks for is proved and inscribed, and how it stands is known by the chain alone', async () => {
  const { place } = network
  const { node } = place
  const graph = place.file('digits')
  await place.run('graph', 'init', graph, '--template', 'ml')
  await appendFile(`${graph}/graph.yaml`, 'dataDestinations:\n  - { kind: inscription }\n')
  await node.mine(6, place.address)
  await node.mine(100)
  const images: string[] = []
  for (const [i, { pixels }] of heldOutDigits().slice(0, 2).entries()) {
    const job = await place.inscribe('--body', await place.put(`image-${i}`, pixels), '--fee-rate', '2')
    images.push(job.inscriptions[0]!.id)
  }
  await node.mine(1)
  const request = (...argv: string[]) => place.run('graph', 'request', graph, ...argv, '--json')
  const asked = async (image: string, ...argv: string[]) => {
    const made = ['--inscribe', '--input', image, '--max-satoshis', '20000', '--fee-rate', '2']
    const { exit, stdout, stderr } = await request(...made, ...argv)
    if (exit !== 0) throw new Error(stderr)
    await node.mine(1)
    return jobJson.parse(JSON.parse(stdout)).inscriptions[0]!.id
  }
  const status = async (id: string) => JSON.parse((await request('--status', id)).stdout)

  const [name, copier] = NAMES as [string, string]
  const other = ['--wallet', network.wallet(copier), '--settlement-dir', place.file(`${copier}-settled`)]
  const first = await asked(images[0]!)
  expect(await status(first)).toMatchObject({ state: 'open', by: null, destination: 'inscription' })
  const listen = '/ip4/127.0.0.1/tcp/0'
  const paid = place.file('asked-settled')
  const at = ['--compute-dir', place.file('asked'), '--settlement-dir', paid, '--listen', listen, '--slot-seconds', '1']
  const serve = (env: Readonly<Record<string, string>>, ...pays: readonly string[]) => {
    const argv = ['compute', 'serve', '--graph', graph, ...at, ...pays, '--wallet', network.wallet(name)]
    const run = startWsc([...argv, '--fee-rate', '2', '--json'], { ...place.env, ...env })
    const node = new ComputeProcess('asked', run, listen)
    network.nodes.push(node)
    return node
  }
  // An operator's own budget pays for nothing that others ask for.
  const own = serve({}, '--inscribe', '1000000')
  await own.until('it answers', (one) => one.answered?.request === first)
  const { unpaid } = await own.until('it does not pay', (one) => one.unpaid?.request === first)
  expect(unpaid).toMatchObject({ state: 'request-unpaid', why: 'budget' })
  await own.kill()
  network.gone(own)
  // Another asks for the same, as whoever copies a request does: one record answers both.
  const copied = await asked(images[0]!, ...other)
  const elm = serve({ WSC_INSCRIBE_REQUESTS: '1000000' })
  const { answered } = await elm.until('it answers', (one) => one.answered?.request === first)
  const identity = answered!.identity
  await elm.until('it answers the other', (one) => one.answered?.request === copied)
  await elm.until('it is inscribed', ({ inscribed }) => inscribed?.identity === identity)
  // Nobody proves what is asked for within bounds that the program does not keep.
  const small = await asked(images[1]!, '--max-constraints', '1')
  await elm.until('it refuses', ({ unserved }) => unserved?.request === small && unserved.reject === 'too-large')
  expect(await request('--status', small)).toMatchObject({ exit: 1 })
  const told = await status(first)
  expect(told).toMatchObject({ state: 'answered', identity })
  expect(await status(copied)).toMatchObject({ state: 'answered', identity, by: told.by })
  const { charges } = JSON.parse(await readFile(`${paid}/results-spent.json`, 'utf8'))
  expect(charges).toMatchObject([{ identity, asked: { request: expect.stringMatching(/^[0-9a-f]{64}i0$/) } }])
  expect((await place.list('--kind', 'result')).map(({ id }) => id)).toContain(told.by)
  await elm.kill()

  const [second, short] = [await asked(images[1]!), await asked(images[1]!, '--blocks', '1')]
  expect(await request('--cancel', second, '--wallet', network.wallet(name))).toMatchObject({ exit: 1 })
  expect(await request('--cancel', second, '--fee-rate', '2')).toMatchObject({ exit: 0 })
  await node.mine(2)
  expect(await status(second)).toMatchObject({ state: 'cancelled' })
  expect(await status(short)).toMatchObject({ state: 'expired', by: null })
  expect(await request('--status', images[0]!)).toMatchObject({ exit: 1 })
}, 600_000)

test('a graph over records runs by itself at each block that holds another one, and its result is inscribed', async () => {
  const { place } = network
  const { node } = place
  const [name] = NAMES as [string]
  const graph = place.file('indexed')
  await place.run('graph', 'init', graph, '--template', 'index')
  await node.mine(6, place.address)
  await node.mine(100)
  const record = async (seq: number) => {
    const metadata = recordMetadata(seq, undefined, 'commitment')
    await place.inscribe('--body', await place.put('record', `${seq}`), '--metadata', metadata, '--fee-rate', '2')
    await node.mine(1)
    const found = await place.list('--kind', 'commitment')
    return found.at(-1)!.height
  }
  // What the chain held before the node came is told of too.
  const first = await record(1)
  const pays = ['--inscribe', '1000000', '--wallet', network.wallet(name), '--fee-rate', '2', '--slot-seconds', '1']
  const listen = '/ip4/127.0.0.1/tcp/0'
  const at = ['--compute-dir', place.file('indexing'), '--listen', listen]
  const run = startWsc(['compute', 'serve', '--graph', graph, ...at, ...pays, '--json'], place.env)
  const indexing = new ComputeProcess('indexing', run, listen)
  network.nodes.push(indexing)
  await indexing.until('the first', ({ result }) => result?.height === first)
  const second = await record(4)
  await indexing.until('its record', ({ inscribed }) => inscribed?.height === second)
  // A block without a record is no event; that it was looked at shows in the one after it.
  await node.mine(1)
  const third = await record(2)
  await indexing.until('the third', ({ result }) => result?.height === third)
  await indexing.until('its record', ({ inscribed }) => inscribed?.height === third)
  const heights = indexing.told.flatMap(({ result }) => (result === undefined ? [] : [result.height]))
  expect(heights).toEqual([first, second, third])
  await node.mine(1)
  await indexing.kill()
  const { stdout } = await place.run('results', 'ls', '--graph', graph, '--json')
  const entries = stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))
  expect(entries.filter(({ height }) => height === third)).toMatchObject([
    { state: 'counts', completeness: 'complete', says: { counted: '2', lines: '1' } },
  ])
}, 300_000)
