import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { poseidonOf } from '../../src/bus/index.ts'
import { decodeResult, encodeResult, holdsLog, type WholeStream } from '../../src/compute/result/result-file.ts'
import { withoutLog } from '../../src/compute/stream/stored-log.ts'
import { hexToBytes } from '../../src/lib/index.ts'
import { openKernel } from '../../storage/io/index.ts'
import { SettlementPlace } from '../support/settlement-place.ts'
import { SMALL_CIRCUIT, writeSmallGraph } from '../support/small-graph.ts'
import type { WscRun } from '../support/wsc.ts'

/** A program beyond one machine, by the command: published, listed, and built anew from what others keep. */
let place: SettlementPlace
const running: WscRun[] = []
let peer: string
let gateway: string
beforeAll(async () => {
  // Of partitions that were chosen: peers of others have no word in common with them.
  place = await SettlementPlace.make(3, {}, { WSC_PARTITION_BITS: '9' })
})
afterAll(async () => {
  for (const { child } of running) child.kill('SIGKILL')
  await place.remove()
})

const published = z.strictObject({
  program: z.string(),
  content: z.string(),
  uri: z.string(),
  state: z.enum(['inscribed', 'waiting', 'stands']),
  record: z.string().nullable(),
  job: z.object({}).nullable(),
})

const BLOCK_TIMES = fileURLToPath(new URL('../../graphs/block-times', import.meta.url))

function decoded(bytes: Uint8Array): WholeStream {
  const read = decodeResult(bytes)
  if (!read.ok || !holdsLog(read.result)) throw new Error('no result with its log')
  return read.result
}

/** Of one that answers in JSON, whatever its exit code. */
const wsc = async (...argv: string[]) => {
  const { exit, stdout, stderr } = await place.run(...argv, '--json')
  return {
    exit,
    stderr,
    json:
      stdout === ''
        ? null
        : stdout
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line)),
  }
}

/** A provider as a process of its own; where peers reach it. */
async function provider(): Promise<string> {
  const listen = ['--listen', '/ip4/127.0.0.1/tcp/0', '--storage-dir', place.file('provider')]
  const run = place.start('storage', 'serve', '--partition', '0', ...listen, '--json')
  running.push(run)
  const { listening } = z.object({ listening: z.array(z.string()) }).parse(JSON.parse(await run.line('listening')))
  return listening[0] as string
}

async function gatewayOf(peer: string): Promise<string> {
  const listen = ['--listen', '127.0.0.1:0', '--storage-dir', place.file('gateway'), '--json']
  const run = place.start('storage', 'gateway', '--peer', peer, ...listen)
  running.push(run)
  return z.object({ listening: z.string() }).parse(JSON.parse(await run.line('listening'))).listening
}

test('a program is published, found on the chain, and built anew from a gateway that nobody trusts', async () => {
  const graph = await writeSmallGraph(place.file('small'))
  peer = await provider()
  const dry = await wsc('graph', 'publish', graph, '--peer', peer, '--dry-run')
  expect(dry).toMatchObject({ exit: 0, json: [{ burn: 0, record: { commitVsize: expect.any(Number) } }] })

  const done = published.parse(await place.json('graph', 'publish', graph, '--peer', peer))
  expect(done).toMatchObject({ state: 'inscribed', record: expect.stringMatching(/^[0-9a-f]{64}i0$/) })
  expect(done.content).toBe(dry.json?.[0].id)
  await place.node.mine(1)

  // Again, from another folder: it stands, and nothing is paid.
  const before = (await place.balance()).spendable
  await cp(graph, place.file('copy'), { recursive: true })
  const again = published.parse(await place.json('graph', 'publish', place.file('copy'), '--peer', peer))
  expect(again).toEqual({ ...done, state: 'stands', job: null })
  expect((await place.balance()).spendable).toBe(before)

  const listed = await wsc('graph', 'ls')
  expect(listed.json).toEqual([
    {
      ...{ program: done.program, name: 'small', kind: 'circuit', folder: null },
      ...{ record: done.record, content: done.content, height: expect.any(Number), author: expect.any(String) },
    },
  ])
  expect((await wsc('graph', 'ls', place.dir)).json).toMatchObject([
    { program: done.program, name: 'small', folder: place.file('copy'), record: null },
    { program: done.program, name: 'small', folder: graph, record: null },
  ])

  // By the program's id and by the inscription's, the author's folders being gone.
  await rm(graph, { recursive: true })
  await rm(place.file('copy'), { recursive: true })
  gateway = await gatewayOf(peer)
  for (const id of [done.program, done.record as string]) {
    const audited = await wsc('graph', 'audit', id, '--gateway', gateway)
    expect(audited).toMatchObject({ exit: 0, json: [{ valid: true, program: done.program, record: done.record }] })
  }
  // Fetched, it is a graph's folder like others, which runs confined.
  const theirs = place.file('theirs')
  const got = await wsc('graph', 'get', done.program, '--gateway', gateway, '--out', theirs)
  expect(got).toMatchObject({ exit: 0, json: [{ program: done.program, name: 'small', folder: theirs }] })
  expect(await wsc('graph', 'setup', theirs)).toMatchObject({ exit: 0, json: [{ program: done.program }] })
  expect(await wsc('graph', 'test', theirs)).toMatchObject({ exit: 0, json: [{ cases: 2, failed: [] }] })
  const input = await place.put('input', Uint8Array.of(1, 7))
  const ran = await wsc('graph', 'exec', theirs, '--input', input)
  expect(ran).toMatchObject({ exit: 0, json: [{ outputs: { sum: '24', all: '7' } }] })
  const over = await wsc('graph', 'get', done.program, '--gateway', gateway, '--out', theirs)
  expect(over).toMatchObject({ exit: 2, stderr: expect.stringContaining('E_INPUT') })

  const none = await wsc('graph', 'audit', '00'.repeat(32), '--gateway', gateway)
  expect(none).toMatchObject({ exit: 1, json: [{ reason: 'not-published' }] })
  expect(await wsc('graph', 'audit', done.program)).toMatchObject({ exit: 2 })
}, 300_000)

test('a result’s log goes to storage, and whoever has the chain and a gateway reads both and verifies them', async () => {
  const graph = ['--graph', BLOCK_TIMES]
  const file = place.file('times.result')
  await place.json('graph', 'prove', BLOCK_TIMES, '--out', file)
  const whole = decoded(await readFile(file))
  expect(whole.log).toHaveLength(Math.floor((whole.height + 1) / 36))

  const paying = ['--budget', '100000', '--fee-rate', '2', '--peer', peer]
  const little = await wsc('results', 'inscribe', file, ...graph, '--budget', '1000', '--fee-rate', '2', '--peer', peer)
  expect(little).toMatchObject({ exit: 1, json: [{ state: 'no-budget' }] })
  const inscribing = place.start('results', 'inscribe', file, ...graph, ...paying, '--json')
  await inscribing.line('"state":"sent"')
  await place.node.mine(1)
  expect((await inscribing.done).exit).toBe(0)

  const reader = ['--settlement-dir', place.file('reader')]
  const [listed] = (await wsc('results', 'ls', ...graph, ...reader)).json ?? []
  expect(listed).toMatchObject({ state: 'counts', height: whole.height, log: expect.stringMatching(/^[0-9a-f]{64}$/) })
  const read = place.file('read.result')
  const get = (id: string, ...more: string[]) => wsc('results', 'get', id, '--out', read, ...reader, ...more)
  expect(await get(listed.id, '--gateway', gateway)).toMatchObject({ exit: 0, json: [{ log: listed.log }] })
  expect(await readFile(read)).toEqual(await readFile(file))
  expect(await get(listed.id)).toMatchObject({ exit: 2, stderr: expect.stringContaining('--gateway') })
  expect(await get(`${'00'.repeat(32)}i0`)).toMatchObject({ exit: 1, json: [{ reason: 'not-inscribed' }] })
  expect((await get(listed.id, '--gateway', 'http://127.0.0.1:1')).exit).toBe(1)

  // One that names the bundle in the place of its log, and one that commits to another log than it names.
  const hash = poseidonOf(await openKernel())
  const bundle = (await wsc('graph', 'ls', ...reader)).json?.[0].content
  const other = { ...whole, log: whole.log.with(0, 5n) }
  for (const [result, content, reason] of [
    [whole, bundle, expect.stringMatching(/^(malformed|wrong)-log$/)],
    [other, listed.log, 'wrong-log'],
  ] as const) {
    const named = await place.put('named.result', encodeResult(withoutLog(result, hexToBytes(content), hash)))
    expect(await get(named, '--gateway', gateway)).toMatchObject({ exit: 1, json: [{ reason }] })
  }
}, 300_000)

test('a compute node among providers of chosen partitions brings the log of what it proves to them, and inscribes the rest', async () => {
  const own = ['--inscribe', '100000', '--fee-rate', '2', '--slot-seconds', '1', '--compute-dir', place.file('node')]
  const reach = ['--listen', '/ip4/127.0.0.1/tcp/0', '--peer', peer]
  const node = place.start('compute', 'serve', '--graph', BLOCK_TIMES, ...own, ...reach, '--json')
  running.push(node)
  await node.line('"listening"')
  await node.line('"tip"')
  const tip = await place.node.client.getBlockCount()
  const height = tip + 36 - (tip % 36)
  await place.node.mine(height - tip)
  const { inscribed } = JSON.parse(await node.line(`"height":${height},"state":"sent"`))
  await place.node.mine(1)
  const reader = ['--settlement-dir', place.file('reader')]
  const listed = (await wsc('results', 'ls', '--graph', BLOCK_TIMES, ...reader)).json ?? []
  const found = listed.find(({ id }) => id === inscribed.id)
  expect(found).toMatchObject({ state: 'counts', height })
  await node.line(`{"stored":{"content":"${found.log}"}}`)
  const read = place.file('of-node.result')
  const got = await wsc('results', 'get', found.id, '--gateway', gateway, '--out', read, ...reader)
  expect(got).toMatchObject({ exit: 0, json: [{ log: found.log }] })
  expect(decoded(await readFile(read)).log).toHaveLength(Math.floor((height + 1) / 36))
  node.child.kill('SIGINT')
  expect((await node.done).exit).toBe(130)
}, 300_000)

test('what circom warns of, and what its vectors do not bear out, is not published', async () => {
  const loose = SMALL_CIRCUIT.replace('signal output all;', 'signal output all;\n    signal loose;')
  const unused = await writeSmallGraph(place.file('loose'), { 'small.circom': loose })
  const dry = ['--dry-run']
  const refused = await wsc('graph', 'publish', unused, ...dry)
  expect(refused).toMatchObject({ exit: 1, json: [{ reason: 'warnings', detail: expect.stringContaining('loose') }] })
  expect(refused.stderr).toContain('--acknowledge-warnings')
  const acknowledged = await wsc('graph', 'publish', unused, '--acknowledge-warnings', ...dry)
  expect(acknowledged).toMatchObject({ exit: 0, json: [{ valid: true, chunks: expect.any(Number) }] })

  const other = await writeSmallGraph(place.file('other'), {
    'small.circom': SMALL_CIRCUIT.replace('Times(3)', 'Times(4)'),
  })
  const differs = await wsc('graph', 'publish', other, ...dry)
  expect(differs).toMatchObject({
    exit: 1,
    json: [{ reason: 'vectors', detail: expect.stringContaining('sum is 32') }],
  })
})

test('a bundle from a file is the program that it says, or what differs is named', async () => {
  const graph = await writeSmallGraph(place.file('filed'))
  const file = place.file('small.bundle')
  expect(await wsc('graph', 'bundle', graph, '--out', file)).toMatchObject({ exit: 0, json: [{ file }] })
  const audited = await wsc('graph', 'audit', file)
  expect(audited).toMatchObject({ exit: 0, json: [{ valid: true, name: 'small', record: null }] })
  const wrong = await wsc('graph', 'audit', file, '--program', '00'.repeat(32))
  expect(wrong).toMatchObject({ exit: 1, json: [{ valid: false, reason: 'wrong-program' }] })
  await writeFile(file, 'nothing')
  expect(await wsc('graph', 'audit', file)).toMatchObject({ exit: 1, json: [{ reason: 'not-a-bundle' }] })
})
