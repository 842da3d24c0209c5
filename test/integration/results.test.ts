import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fromDisplay } from '../../src/bitcoin/index.ts'
import { encodeResult } from '../../src/compute/index.ts'
import { compileGraph, type OnceOfKeys, proveCircuit, readGraph, setUpGraph } from '../../src/compute/io/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { digitOutputs, heldOutDigits } from '../compute/digits.ts'
import { SettlementPlace } from '../support/settlement-place.ts'

/** Results on a real node's chain: inscribed twice, reorganised, and read by whoever has the chain and the graph. */
const GRAPH = fileURLToPath(new URL('../../graphs/digits', import.meta.url))
let place: SettlementPlace
let program: OnceOfKeys
/** Other operators: each with a wallet and a folder of its own, at the same node. */
let other: readonly string[]
let third: readonly string[]
/** Block of the image. */
let imageBlock: { readonly height: number; readonly hash: string }
let recordBlock: { readonly height: number; readonly hash: string }

beforeAll(async () => {
  place = await SettlementPlace.make(4)
  program = (await setUpGraph(await compileGraph(await readGraph(GRAPH)))) as OnceOfKeys
  const operator = async (name: string) => {
    const wallet = ['--wallet', place.file(`${name}.json`)]
    const { address } = (await place.json('wallet', 'create', ...wallet)) as { address: string }
    await place.node.mine(1, address)
    return [...wallet, '--settlement-dir', place.file(name)]
  }
  other = await operator('other')
  third = await operator('third')
  await place.node.mine(100)
}, 300_000)
afterAll(() => place.remove())

const results = async (...argv: string[]) => {
  const { exit, stdout, stderr } = await place.run('results', ...argv, '--graph', GRAPH, '--json')
  const lines = stdout.split('\n').filter((line) => line !== '')
  return { exit, stderr, lines: lines.map((line) => JSON.parse(line)) }
}
const inscribed = async (...argv: string[]) => {
  const { exit, stderr, lines } = await results('inscribe', ...argv)
  return { exit, stderr, said: lines.at(-1) }
}
/** Everything since a cursor, and the cursor after it. */
const since = async (cursor: string, ...argv: string[]) => {
  const { exit, lines, stderr } = await results('ls', '--since', cursor, ...argv)
  if (exit !== 0) throw new Error(stderr)
  const last = lines.at(-1)
  return last?.cursor === undefined
    ? { events: lines, cursor }
    : { events: lines.slice(0, -1), cursor: last.cursor as string }
}
const best = async () => {
  const { height, hash } = await place.node.client.getBestBlock()
  return { height, hash: bytesToHex(hash.slice().reverse()) }
}

const BUDGET = ['--budget', '100000', '--fee-rate', '2']
let cursor: string

test('a result is verified and inscribed within its budget, and is not paid for twice', async () => {
  const [image] = heldOutDigits()
  // On regtest what is inscribed is mined at once.
  await place.inscribe('--body', await place.put('image', image!.pixels))
  const [entry] = await place.list()
  imageBlock = { height: entry!.height, hash: entry!.blockHash }
  const { values, proof } = await proveCircuit(program, { bytes: image!.pixels })
  const at = { program: program.id, height: imageBlock.height, blockHash: fromDisplay(imageBlock.hash) }
  const bytes = encodeResult({ kind: 'circuit', ...at, values, proof })
  const file = await place.put('image.result', bytes)
  await place.node.mine(1)

  const altered = bytes.slice()
  altered[79]! ^= 1
  expect(await inscribed(await place.put('altered.result', altered), ...BUDGET)).toMatchObject({
    exit: 1,
    said: { reason: 'proof-invalid' },
  })
  expect(await inscribed(file)).toMatchObject({ exit: 1, said: { state: 'no-budget', left: 0 } })
  const sent = await inscribed(file, ...BUDGET)
  expect(sent).toMatchObject({ exit: 0, said: { state: 'sent' } })
  expect(sent.said.left).toBe(100_000 - sent.said.cost)
  const [record] = await place.list('--kind', 'result')
  recordBlock = { height: record!.height, hash: record!.blockHash }
  const again = { state: 'in-chain', id: record!.id }
  expect(await inscribed(file, ...BUDGET)).toMatchObject({ exit: 0, said: { ...again, left: sent.said.left } })

  // Another operator who did not look first.
  await inscribeUnlooked(other)
}, 300_000)

/** The result's record by an operator who does not look whether it counts. */
async function inscribeUnlooked(operator: readonly string[]): Promise<void> {
  const about = { kind: 'result', program: bytesToHex(program.id), output: '', seq: 1 }
  const metadata = JSON.stringify({ ...about, height: imageBlock.height, blockHash: imageBlock.hash })
  const body = ['--body', place.file('image.result'), '--content-type', 'application/wscr']
  await place.inscribe(...body, '--metadata', metadata, '--fee-rate', '2', ...operator)
}

test('of two records the first counts, and any reader of the chain finds and verifies it', async () => {
  const [digit, commitment] = digitOutputs(heldOutDigits()[0]!.pixels)
  const { exit, lines } = await results('ls', '--settlement-dir', place.file('one'))
  expect(exit).toBe(0)
  expect(lines).toMatchObject([
    {
      state: 'counts',
      says: { digit: `${digit}`, image: `${commitment}` },
      completeness: 'complete',
      height: imageBlock.height,
      block: recordBlock,
      final: false,
    },
    { state: 'duplicate', identity: lines[0]?.identity },
  ])
  expect(lines[0].author).not.toBe(lines[1].author)
  // Nothing is judged of a program that is not here.
  const { stdout } = await place.run('results', '--json')
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).state),
  ).toEqual(['unknown', 'unknown'])
  const told = await since('start')
  expect(told.events).toMatchObject([{ event: 'result', block: recordBlock }])
  cursor = told.cursor
}, 300_000)

test('a record that does not hold is shown with the reason', async () => {
  const bytes = new Uint8Array(await readFile(place.file('image.result')))
  const metadata = (more: object) =>
    JSON.stringify({
      ...{ kind: 'result', program: bytesToHex(program.id), height: imageBlock.height, blockHash: imageBlock.hash },
      ...{ output: '', seq: 9 },
      ...more,
    })
  const WSCR = 'application/wscr'
  const altered = bytes.slice()
  altered[altered.length - 1]! ^= 1
  const otherBlock = Uint8Array.from(bytes)
  otherBlock.set(createHash('sha256').update('no block').digest(), 42)
  const hash = bytesToHex(otherBlock.slice(42, 74).reverse())
  const reasons: string[] = []
  for (const [reason, contentType, body, said] of [
    ['proof-invalid', WSCR, altered, metadata({})],
    ['other-than-its-record', WSCR, bytes, metadata({ height: 3 })],
    ['not-an-ancestor', WSCR, otherBlock, metadata({ blockHash: hash })],
  ] as const) {
    const file = place.file('body')
    await writeFile(file, body)
    await place.inscribe('--body', file, '--content-type', contentType, '--metadata', said, '--fee-rate', '2')
    reasons.push(reason)
  }
  await place.node.mine(4)
  const { lines } = await results('ls')
  expect(lines.filter(({ state }) => state === 'invalid').map(({ reason }) => reason)).toEqual(reasons)
  const told = await since(cursor)
  expect(told.events).toMatchObject([{ event: 'final', block: recordBlock }])
  cursor = told.cursor
}, 300_000)

test('after a reorg of 6 a result counts by its record in the new branch, and a reader is told so', async () => {
  // What follows the record counts as one block, and so does the duplicate.
  const before = await best()
  const depth = before.height - recordBlock.height + 1
  expect(depth).toBeGreaterThanOrEqual(6)
  await place.node.reorg(depth)
  const lost = await since(cursor)
  expect(lost.events).toMatchObject([
    { event: 'undo', from: before, to: { height: recordBlock.height - 1 }, withdrawn: [{ final: true }] },
  ])
  // Its operator sends again what is not final, which costs nothing more.
  await place.run('inscribe', 'resume')
  const told = await since(lost.cursor)
  expect(told.events[0]).toMatchObject({ event: 'result' })
  expect(told.events[0].result.identity).toBe(lost.events[0].withdrawn[0].identity)
  expect(told.events[0].block.hash).not.toBe(recordBlock.hash)
  await place.node.mine(6)
  cursor = (await since(told.cursor)).cursor
}, 300_000)

test('a reorg deeper than finality that takes the result’s block withdraws it, and its return brings it back', async () => {
  const before = await best()
  const http = place.start(
    'results',
    'serve',
    '--graph',
    GRAPH,
    '--json',
    '--listen',
    '127.0.0.1:0',
    '--settlement-dir',
    place.file('one'),
  )
  const url = JSON.parse(await http.line('listening')).listening as string
  const ask = async (query = '') => {
    const answer = await fetch(`${url}/results${query}`)
    return { status: answer.status, json: (await answer.json()) as { events: { event: string }[]; cursor: string } }
  }
  await expect.poll(async () => (await ask()).status).toBe(200)
  const at = (await ask()).json.cursor
  expect((await ask('?since=nonsense')).status).toBe(400)
  expect((await ask(`?since=5:${'00'.repeat(32)}:0`)).status).toBe(410)
  expect((await ask('?limit=0')).status).toBe(400)

  await place.node.invalidateBlock(fromDisplay(imageBlock.hash))
  const [lost] = await place.node.mine(before.height - imageBlock.height + 3)
  const told = await since(cursor)
  expect(told.events).toMatchObject([{ event: 'undo', from: before, withdrawn: [{ final: true }] }])
  // A record in the other branch is about a block that is not there.
  await inscribeUnlooked(third)
  await place.node.mine(1)
  const { lines } = await results('ls')
  expect(lines.length).toBeGreaterThanOrEqual(1)
  expect(lines.every(({ state, reason }) => state === 'invalid' && reason === 'not-an-ancestor')).toBe(true)
  await expect.poll(async () => (await ask(`?since=${at}`)).json.events.map(({ event }) => event)).toEqual(['undo'])

  await place.node.invalidateBlock(lost!)
  await place.node.reconsiderBlock(fromDisplay(imageBlock.hash))
  await place.node.mine(1)
  const back = await since(told.cursor)
  expect(back.events.map(({ event }) => event)).toEqual(['undo', 'result', 'final'])
  expect(back.events[0].withdrawn).toEqual([])
  // Who was not told of the other branch has missed nothing.
  expect((await since(cursor)).events).toEqual([])
  await expect.poll(async () => (await ask(`?since=${at}`)).json.events).toEqual([])
  http.child.kill('SIGINT')
  expect((await http.done).exit).toBe(130)
}, 300_000)

test('killed at any moment, an index of results goes on to the same', async () => {
  const dir = place.file('killed')
  const argv = ['results', 'ls', '--graph', GRAPH, '--json', '--settlement-dir', dir]
  const whole = (await results('ls', '--settlement-dir', place.file('whole'))).lines
  for (let ms = 900; ms < 1_600; ms += 300) {
    const run = place.start(...argv)
    const timer = setTimeout(() => run.child.kill('SIGKILL'), ms)
    await run.done
    clearTimeout(timer)
  }
  expect((await results('ls', '--settlement-dir', dir)).lines).toEqual(whole)
  expect((await readFile(join(place.dir, 'data/wsc/regtest/settlement/results-spent.json'))).length).toBeGreaterThan(0)
}, 300_000)
