import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { someBytes } from '../storage/bytes.ts'
import { SettlementPlace } from '../support/settlement-place.ts'
import { StorageReader } from '../support/storage-reader.ts'
import { runWsc, type WscRun } from '../support/wsc.ts'

const putJson = z.object({
  id: z.string(),
  chunks: z.int(),
  blobs: z.array(z.object({ id: z.string(), root: z.string(), length: z.int() })),
})

let place: SettlementPlace
const providers: WscRun[] = []
beforeAll(async () => {
  place = await SettlementPlace.make(3)
})
afterAll(async () => {
  for (const { child } of providers) child.kill('SIGKILL')
  await place.remove()
})

/** A provider as a process of its own; where peers reach it. */
async function provider(name: string, ...argv: string[]): Promise<string> {
  const listen = ['--listen', '/ip4/127.0.0.1/tcp/0', '--storage-dir', place.file(name)]
  const run = place.start('storage', 'serve', '--partition', '0', ...listen, '--json', ...argv)
  providers.push(run)
  const { listening } = z.object({ listening: z.array(z.string()) }).parse(JSON.parse(await run.line('listening')))
  return listening[0] as string
}

async function folder(): Promise<string> {
  const path = place.file('site')
  await mkdir(join(path, 'pictures'), { recursive: true })
  await writeFile(join(path, 'index.html'), '<h1>here</h1>')
  await writeFile(join(path, 'pictures', 'noise.bin'), someBytes(600_000))
  return path
}

test('a folder is put, inscribed, fetched and verified by a provider, and read from it by its proofs', async () => {
  const path = await folder()
  const first = await provider('first')
  const dry = (await place.json('storage', 'put', path, '--peer', first, '--dry-run')) as { fees: number; burn: number }
  expect(dry).toMatchObject({ chunks: 9, burn: 0 })
  expect(dry.fees).toBeGreaterThan(0)
  const put = putJson.parse(await place.json('storage', 'put', path, '--peer', first))
  expect(put.blobs).toHaveLength(2)

  // Again: nothing is paid twice.
  const before = (await place.balance()).spendable
  expect(putJson.parse(await place.json('storage', 'put', path, '--peer', first)).id).toBe(put.id)
  expect((await place.balance()).spendable).toBe(before)

  // After a reorg that removes the records: the same ones are sent again.
  await place.node.reorg(3)
  expect(putJson.parse(await place.json('storage', 'put', path, '--peer', first)).id).toBe(put.id)
  expect((await place.balance()).spendable).toBe(before)

  // A second one has it from the first, the uploader being gone.
  const second = await provider('second', '--peer', first)
  for (const _ of put.blobs) await providers[1]?.line('"state":"whole"')
  providers[0]?.child.kill('SIGKILL')
  const reader = await StorageReader.open(second)
  try {
    const files = await reader.files(put.id, put.blobs)
    expect(new TextDecoder().decode(files.get('index.html'))).toBe('<h1>here</h1>')
    expect(files.get('pictures/noise.bin')).toEqual(someBytes(600_000))
  } finally {
    await reader.close()
  }

  // By URI: from that provider through a gateway that nobody trusts.
  const listen = ['--listen', '127.0.0.1:0', '--storage-dir', place.file('gateway'), '--json']
  const gateway = place.start('storage', 'gateway', '--peer', second, ...listen)
  providers.push(gateway)
  const { listening } = z.object({ listening: z.string() }).parse(JSON.parse(await gateway.line('listening')))
  const uri = `web3://${put.id}:3669344250/`
  const got = ['--gateway', listening, '--out', place.file('got'), '--storage-dir', place.file('reader')]
  expect((await runWsc(['storage', 'get', uri, ...got])).exit).toBe(0)
  expect(new Uint8Array(await readFile(join(place.file('got'), 'pictures', 'noise.bin')))).toEqual(someBytes(600_000))
})

test('a provider registers and retires, tells what it holds, and finds what breaks on its disk', async () => {
  const folder = ['--storage-dir', place.file('first')]
  await place.json('storage', 'register', ...folder)
  const again = await provider('first')
  const run = providers.at(-1) as WscRun
  const { id } = z
    .object({ id: z.string() })
    .parse(await place.json('storage', 'put', place.file('site'), '--peer', again))
  // Its key is in the chain: it encodes by itself.
  expect(await run.line('"rekept"')).toContain('encoded')
  const status = await place.run('storage', 'status', '--peer', again, '--json')
  const [partition, registered] = status.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(partition).toMatchObject({
    partition: 0,
    used: 9,
    holders: [{ held: 9, encoded: expect.any(Number), holes: 0 }],
    unreached: [],
  })
  expect(registered).toMatchObject({ provider: { seq: 1 } })
  // Once its key counts it can be tipped; the key is the wallet's own here.
  await place.node.mine(6)
  const tipped = ['storage', 'put', await place.put('tipped.txt', 'tipped'), '--provider', again, '--tip', '1000']
  expect(await place.json(...tipped, '--dry-run')).toMatchObject({ tips: 2_000, burn: 0 })
  await place.json(...tipped)
  const paid = (await place.inscriptions()).slice(-2).map(async ({ id: reveal, height }) => {
    const { client } = place.node
    const hash = await client.call({ method: 'getblockhash', params: [height], schema: z.string() })
    const schema = z.object({ vout: z.array(z.object({ value: z.number() })) })
    const params = [reveal.slice(0, 64), true, hash]
    return (await client.call({ method: 'getrawtransaction', params, schema })).vout.map(({ value }) => value)
  })
  expect(await Promise.all(paid)).toEqual([
    [0.0000033, 0.00001],
    [0.0000033, 0.00001],
  ])
  await place.json('storage', 'retire', ...folder)
  const locked = await place.run('storage', 'scrub', ...folder)
  expect([locked.exit, locked.stderr]).toEqual([2, expect.stringContaining('E_LOCKED')])

  run.child.kill('SIGKILL')
  await run.done
  expect(await place.json('storage', 'scrub', ...folder)).toMatchObject({ chunks: 11, broken: 0, missing: 0 })
  const files = join(place.file('first'), 'provider', 'replica', 'chunks', id.slice(0, 2))
  const [name = ''] = (await readdir(files)).filter((one) => one.startsWith(id))
  const bytes = await readFile(join(files, name))
  bytes[bytes.length - 1]! ^= 1
  await writeFile(join(files, name), bytes)
  const broken = await place.run('storage', 'scrub', ...folder, '--json')
  expect([broken.exit, JSON.parse(broken.stdout)]).toMatchObject([1, { broken: 1, missing: 1 }])
})

test('killed at whatever moment it goes on, and each record is paid for once', async () => {
  const address = await provider('third')
  const file = await place.put('killed.bin', someBytes(400_000, 3))
  const before = (await place.inscriptions()).length
  const argv = ['storage', 'put', file, '--peer', address, '--json']
  for (const said of ['encoding', 'burn', '"status":"sent"']) {
    const run = place.start(...argv)
    await new Promise<void>((resolve) => {
      run.child.stderr.on('data', () => {
        if (run.stderr().includes(said)) resolve()
      })
      run.child.once('close', () => resolve())
    })
    run.child.kill('SIGKILL')
    await run.done
  }
  const { blobs } = putJson.parse(await place.json(...argv.slice(0, -1)))
  expect((await place.inscriptions()).length - before).toBe(blobs.length)
})

test('nothing is paid where nobody would keep it', async () => {
  const file = await place.put('alone.txt', 'alone')
  const before = (await place.balance()).spendable
  const none = await place.run(
    'storage',
    'put',
    file,
    '--provider',
    '/ip4/127.0.0.1/tcp/1/p2p/12D3KooWGjHqeHU6aXwuyAvnZGXjZJUTkVcDRNcWjYgZkcBbqgkX',
  )
  expect([none.exit, none.stderr]).toEqual([2, expect.stringContaining('E_NO_PROVIDER')])
  expect((await place.balance()).spendable).toBe(before)
})
