import { readFile, stat, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { type Transaction, toDisplay, transactionId } from '../../src/bitcoin/index.ts'
import { getBlock } from '../../src/bitcoin/io/index.ts'
import { BusPlace } from '../support/bus-place.ts'
import type { WscRun } from '../support/wsc.ts'

/** A prover beside a real node, and peers that know nothing but an address: each a process of its own. */
let place: BusPlace
let node: RegtestBitcoind
let prover: WscRun
let address: string
const regtest = ['--network', 'regtest'] as const
const runs: WscRun[] = []

const tip = async () => toDisplay((await node.client.getBestBlock()).hash)

async function peersAt(run: WscRun): Promise<string> {
  return (JSON.parse(await run.line('peersAt')) as { peersAt: string }).peersAt
}

const syncFrom = async (peer: string, file: string, ...more: string[]) => {
  const run = await place.run('bus', 'sync', '--peer', peer, ...regtest, '--out', place.file(file), '--json', ...more)
  return { ...run, json: JSON.parse(run.stdout || 'null') as { height: number; changed: boolean; reason: string } }
}

beforeAll(async () => {
  place = await BusPlace.make()
  node = await RegtestBitcoind.start()
  await node.mine(6)
  const reach = [...regtest, '--rpc', node.url, '--rpc-cookie', node.auth.file]
  const listen = ['--p2p', '/ip4/127.0.0.1/tcp/0', '--p2p-identity', place.file('prover.json')]
  prover = place.start('bus', 'follow', ...reach, ...listen, '--out', place.file('current.proof'), '--json')
  runs.push(prover)
  address = await peersAt(prover)
  await prover.line(await tip())
})
afterAll(async () => {
  for (const run of runs) run.child.kill('SIGKILL')
  await node?.stop()
  await place?.remove()
})

describe('a chain synced from peers', () => {
  it('is there and verified for who has nothing but an address, and again without writing', async () => {
    expect(await syncFrom(address, 'own.proof')).toMatchObject({ exit: 0, json: { height: 6, changed: true } })
    expect(await place.verify('own.proof', ...regtest)).toMatchObject({ exit: 0, height: 6, tip: await tip() })
    expect(await syncFrom(address, 'own.proof')).toMatchObject({ exit: 0, json: { height: 6, changed: false } })
    expect((await stat(place.file('prover.json'))).mode & 0o777).toBe(0o600)
  })

  it('goes from peer to peer, each new proof within its gossip', async () => {
    const out = ['--out', place.file('stay.proof'), '--stay', '--json']
    const listen = ['--p2p', '/ip4/127.0.0.1/tcp/0/ws', '--p2p-identity', place.file('stay.json')]
    const staying = place.start('bus', 'sync', '--peer', address, ...regtest, ...listen, ...out)
    runs.push(staying)
    const second = await peersAt(staying)
    expect(second).toContain('/ws/')
    await staying.line(await tip())
    // The third never heard of the prover.
    expect(await syncFrom(second, 'third.proof')).toMatchObject({ exit: 0, json: { height: 6 } })
    await node.mine(1)
    await staying.line(await tip())
    expect(await place.verify('stay.proof', ...regtest)).toMatchObject({ exit: 0, height: 7 })
    staying.child.kill('SIGINT')
    expect((await staying.done).exit).toBe(130)
  })

  it('brings attestations and paths to them, from peers alone', async () => {
    const { tx, under, stay } = { tx: place.file('tx.attestation'), under: 'own.proof', stay: 'stay.proof' }
    const attest = async (proof: string, peer: string, ...argv: string[]) => {
      const by = [...regtest, '--peer', peer, '--proof', place.file(proof), '--json']
      const run = await place.run('attest', ...argv, ...by)
      return { ...run, json: JSON.parse(run.stdout || 'null') as { reason: string; height: number } }
    }
    const check = (proof: string, ...more: string[]) =>
      place.run('check', tx, ...regtest, '--proof', place.file(proof), ...more)
    await syncFrom(address, under)
    const block = await getBlock(node.client, (await node.client.getBlockHash(3))!)
    const txid = toDisplay(transactionId(block?.transactions[0] as Transaction))
    const made = await attest(under, address, 'tx', txid, '--height', '3', '--out', tx)
    expect(made).toMatchObject({ exit: 0, json: { height: 3 } })
    expect(await check(under)).toMatchObject({ exit: 0, stdout: expect.stringContaining(txid) })

    await node.mine(1)
    await prover.line(await tip())
    // The peer’s proof is a later one than ours: it says so, and how to go on.
    const other = await attest(under, address, 'header', '3', '--out', place.file('none'))
    expect(other).toMatchObject({
      exit: 1,
      json: { reason: 'other-proof', detail: expect.stringContaining('bus sync') },
    })
    await syncFrom(address, stay)
    expect(await check(stay)).toMatchObject({ exit: 1, stderr: expect.stringContaining('other-proof') })
    expect(await check(stay, '--peer', address)).toMatchObject({ exit: 0, stdout: expect.stringContaining(txid) })
    expect(await attest(stay, address, 'refresh', tx, '--out', tx)).toMatchObject({ exit: 0, json: { height: 3 } })
    expect(await check(stay)).toMatchObject({ exit: 0 })
    const unknown = await attest(stay, address, 'header', '99', '--out', place.file('none'))
    expect(unknown).toMatchObject({ exit: 1, json: { reason: 'refused' } })
    const nobody = await attest(stay, '/ip4/127.0.0.1/tcp/1', 'header', '3', '--out', place.file('none'))
    expect(nobody).toMatchObject({ exit: 2, json: { reason: 'no-answer' } })
  })

  it('says why where it is not: nobody there, less work, a file that must stay', async () => {
    expect(await syncFrom('/ip4/127.0.0.1/tcp/1', 'none.proof', '--timeout', '3')).toMatchObject({
      exit: 2,
      json: { reason: 'no-proof' },
    })
    expect(await syncFrom('/ip4/127.0.0.1', 'none.proof')).toMatchObject({ exit: 2, json: null })
    // Who holds more work than the peer keeps it.
    const held = place.file('held.proof')
    await writeFile(held, await readFile(place.file('stay.proof')))
    const old = place.start(
      'bus',
      'sync',
      ...regtest,
      '--p2p',
      '/ip4/127.0.0.1/tcp/0',
      '--p2p-identity',
      place.file('old.json'),
      '--out',
      place.file('third.proof'),
      '--stay',
      '--json',
    )
    runs.push(old)
    expect(await syncFrom(await peersAt(old), 'held.proof')).toMatchObject({ exit: 1, json: { reason: 'stale' } })
    expect(await readFile(held)).toEqual(await readFile(place.file('stay.proof')))
  })
})
