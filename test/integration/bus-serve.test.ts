import { readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { toDisplay } from '../../src/bitcoin/index.ts'
import { decodeProofFile } from '../../src/bus/index.ts'
import { encodeProofFile } from '../../src/bus/proof-file.ts'
import { BusPlace, until } from '../support/bus-place.ts'
import { inscriptionAddress, mineInscription } from '../support/regtest-inscription.ts'
import type { WscRun } from '../support/wsc.ts'

/** Prover, server and verifier beside a real node; the verifier knows nothing but the server's address. */
let place: BusPlace
let node: RegtestBitcoind
let prover: WscRun
let server: WscRun
let url: string
const regtest = ['--network', 'regtest'] as const
const reach = () => [...regtest, '--rpc', node.url, '--rpc-cookie', node.auth.file]

const startServer = async (listen = '127.0.0.1:0') => {
  const argv = ['--proof', place.file('current.proof'), '--listen', listen, '--json']
  server = place.start('bus', 'serve', ...reach(), ...argv)
  url = (JSON.parse(await server.line('listening')) as { listening: string }).listening
}
const tip = async () => toDisplay((await node.client.getBestBlock()).hash)
const served = async () => server.line(await tip())
const fetchTo = async (file: string) => {
  const run = await place.run('bus', 'fetch', url, ...regtest, '--out', place.file(file), '--json')
  return { ...run, json: JSON.parse(run.stdout || 'null') as { height: number; changed: boolean; reason: string } }
}
const check = async (file: string, proof: string) => {
  const run = await place.run('check', place.file(file), ...regtest, '--proof', place.file(proof), '--json')
  return {
    exit: run.exit,
    ...(JSON.parse(run.stdout) as { valid: boolean; reason: string; height: number; payload: object }),
  }
}
const save = async (path: string, file: string) => {
  const answer = await fetch(url + path)
  expect(answer.status, path).toBe(200)
  await writeFile(place.file(file), new Uint8Array(await answer.arrayBuffer()))
}

const body = new TextEncoder().encode('hello from regtest')

const inscribe = () => mineInscription(node, { contentType: new TextEncoder().encode('text/plain'), body })

beforeAll(async () => {
  place = await BusPlace.make()
  node = await RegtestBitcoind.start()
  await node.mine(101, inscriptionAddress)
  prover = place.start('bus', 'follow', ...reach(), '--out', place.file('current.proof'), '--json')
  await prover.line(await tip())
  await startServer()
  await served()
})
afterAll(async () => {
  for (const run of [prover, server]) run?.child.kill('SIGKILL')
  await node?.stop()
  await place?.remove()
})

describe('a chain served from one proof', () => {
  let inscription: { id: string; height: number }

  it('syncs a fresh verifier, and again without writing', async () => {
    expect(await fetchTo('own.proof')).toMatchObject({ exit: 0, json: { valid: true, height: 101, changed: true } })
    expect(await fetchTo('own.proof')).toMatchObject({ exit: 0, json: { changed: false } })
    expect(await place.verify('own.proof', ...regtest)).toMatchObject({ exit: 0, height: 101, tip: await tip() })
  })

  it('attests what the node holds, by the command and by the server alike', async () => {
    inscription = await inscribe()
    await served()
    await fetchTo('own.proof')
    const { id, height } = inscription
    const txid = id.slice(0, 64)
    for (const [kind, what, path] of [
      ['tx', txid, `/v1/attest/tx/${txid}?height=${height}`],
      ['output', `${txid}:0`, `/v1/attest/output/${txid}/0?height=${height}`],
      ['inscription', id, `/v1/attest/inscription/${id}?height=${height}`],
      ['header', String(height), `/v1/attest/header/${height}`],
    ] as const) {
      await save(path, `${kind}.served`)
      const where = kind === 'header' ? [] : ['--height', String(height)]
      const out = ['--proof', place.file('own.proof'), '--out', place.file(kind)]
      const made = await place.run('attest', kind, what, ...where, ...reach(), ...out, '--json')
      expect([made.exit, made.stderr]).toEqual([0, expect.stringContaining('in memory')])
      expect(await readFile(place.file(kind))).toEqual(await readFile(place.file(`${kind}.served`)))
      expect(await check(kind, 'own.proof')).toMatchObject({ exit: 0, valid: true, reason: null, height })
    }
    expect(await check('inscription', 'own.proof')).toMatchObject({
      payload: { id, contentType: 'text/plain', bodyLength: body.length, error: null },
    })
    const unindexed = ['--proof', place.file('own.proof'), '--out', place.file('x')]
    const run = await place.run('attest', 'tx', txid, ...reach(), ...unindexed, '--json')
    expect([run.exit, JSON.parse(run.stdout).reason]).toEqual([1, 'unknown-block'])
  })

  it('brings attestations along as the chain grows, without the node', async () => {
    await node.mine(3)
    await served()
    expect(await fetchTo('own.proof')).toMatchObject({ json: { changed: true } })
    expect(await check('inscription', 'own.proof')).toMatchObject({ exit: 1, reason: 'other-proof' })
    const to = [...regtest, '--proof', place.file('own.proof'), '--out', place.file('inscription.new'), '--json']
    const run = await place.run('attest', 'refresh', place.file('inscription'), '--bus', url, ...to)
    expect(run.exit).toBe(0)
    expect(await check('inscription.new', 'own.proof')).toMatchObject({ exit: 0, valid: true })
  })

  it('serves on after a kill, of server and prover', async () => {
    const { port } = new URL(url)
    for (const run of [server, prover]) {
      run.child.kill('SIGKILL')
      await run.done
    }
    prover = place.start('bus', 'follow', ...reach(), '--out', place.file('current.proof'), '--json')
    await startServer(`127.0.0.1:${port}`)
    await node.mine(1)
    await served()
    expect(await fetchTo('own.proof')).toMatchObject({ json: { changed: true } })
    await save(`/v1/attest/inscription/${inscription.id}?height=${inscription.height}`, 'again')
    expect(await check('again', 'own.proof')).toMatchObject({ exit: 0, valid: true })
  })

  it('refuses an attestation whose block a reorg took away', async () => {
    const { id, height } = inscription
    const left = (await node.client.getBlockCount()) - height
    await node.invalidateBlock((await node.client.getBlockHash(height))!)
    // The reveal went back to the mempool or nowhere; blocks without transactions take its place.
    for (let i = 0; i < left + 3; i++) await node.generateBlock([])
    await served()
    expect(await fetchTo('own.proof')).toMatchObject({ json: { changed: true } })
    const to = [...regtest, '--proof', place.file('own.proof'), '--out', place.file('gone'), '--json']
    const run = await place.run('attest', 'refresh', place.file('inscription'), '--bus', url, ...to)
    expect([run.exit, JSON.parse(run.stdout).reason]).toEqual([1, 'not-in-chain'])
    expect((await fetch(`${url}/v1/attest/inscription/${id}?height=${height}`)).status).toBe(404)
    const header = await place.run('attest', 'refresh', place.file('header'), '--bus', url, ...to)
    expect([header.exit, JSON.parse(header.stdout).reason]).toEqual([1, 'not-in-chain'])
  })

  it('makes a lost history store anew, and the prover’s own serves the command', async () => {
    prover.child.kill('SIGINT')
    expect((await prover.done).exit).toBe(130)
    const store = `${place.env.XDG_DATA_HOME}/wsc/regtest/genesis/history`
    await rm(store, { recursive: true })
    const out = ['--proof', place.file('own.proof'), '--out', place.file('anew')]
    for (let i = 0; i < 2; i++) {
      const run = await place.run('attest', 'header', '50', ...reach(), ...out)
      expect([run.exit, run.stderr]).toEqual([0, ''])
    }
    expect(await check('anew', 'own.proof')).toMatchObject({ exit: 0, valid: true, height: 50 })
  })

  it('goes on fetching: newer proofs are told, a server that is away is waited for', async () => {
    const argv = [...regtest, '--out', place.file('kept.proof'), '--every', '1', '--json']
    const keeper = place.start('bus', 'fetch', url, ...argv)
    expect(JSON.parse(await keeper.line(await tip()))).toMatchObject({ valid: true, changed: true })
    const { port } = new URL(url)
    server.child.kill('SIGKILL')
    await server.done
    await until(async () => keeper.stderr().includes('cannot be fetched'), 'the outage is told')
    await startServer(`127.0.0.1:${port}`)
    expect(JSON.parse(await keeper.line(await tip()))).toMatchObject({ valid: true, changed: false })
    keeper.child.kill('SIGINT')
    expect((await keeper.done).exit).toBe(130)
    expect((await place.verify('kept.proof', ...regtest)).exit).toBe(0)
  })

  it('takes no forged proof: a real one with a field altered and its checksum made anew', async () => {
    const held = await readFile(place.file('current.proof'))
    await writeFile(place.file('true.proof'), held)
    const decoded = decodeProofFile(new Uint8Array(held))
    if (!decoded.ok) throw new Error(decoded.detail)
    const { proof } = decoded
    const flipped = proof.snark.with(5000, (proof.snark[5000] as number) ^ 1)
    let forged: Uint8Array = new Uint8Array()
    const liar = createServer((_, response) => response.end(forged))
    await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve))
    try {
      const from = `http://127.0.0.1:${(liar.address() as AddressInfo).port}`
      for (const [changes, reason] of [
        [{ steps: proof.steps + 1 }, 'proof-invalid'],
        [{ snark: flipped }, expect.stringMatching(/^proof-(invalid|malformed)$/)],
        [{ params: proof.params + 1n }, 'wrong-network'],
        [{ start: { ...proof.start, hash: new Uint8Array(32) } }, 'wrong-start'],
        [{ keyId: proof.keyId.replace(/.$/, (last) => (last === '0' ? '1' : '0')) }, 'wrong-key'],
      ] as const) {
        forged = encodeProofFile({ ...proof, ...changes })
        const run = await place.run('bus', 'fetch', from, ...regtest, '--out', place.file('true.proof'), '--json')
        expect([run.exit, JSON.parse(run.stdout)]).toMatchObject([1, { valid: false, reason }])
        expect(await readFile(place.file('true.proof'))).toEqual(held)
      }
    } finally {
      liar.close()
    }
  })

  it('stops when it is told to, and then nothing can be fetched', async () => {
    server.child.kill('SIGINT')
    expect((await server.done).exit).toBe(130)
    const run = await place.run('bus', 'fetch', url, ...regtest, '--out', place.file('own.proof'), '--json')
    expect([run.exit, run.stdout, run.stderr]).toEqual([2, '', expect.stringContaining('E_FETCH')])
    await until(async () => (await place.verify('own.proof', ...regtest)).exit === 0, 'the proof held is still there')
  })

  it('is proved and served by one process, from one history and one proof in memory', async () => {
    const argv = (out: string, listen: string, ...more: string[]) =>
      ['bus', 'follow', ...reach(), '--out', place.file(out), '--serve', listen, '--json', ...more] as const
    const both = place.start(...argv('current.proof', '127.0.0.1:0'))
    try {
      url = (JSON.parse(await both.line('listening')) as { listening: string }).listening
      // The proof that lay there is served before there is a new block.
      expect(await (await fetch(`${url}/v1/state`)).json()).toMatchObject({ valid: true })
      await node.mine(2)
      const top = await node.client.getBlockCount()
      await both.line(await tip())
      await until(async () => (await fetch(`${url}/v1/path/${top}`)).status === 200, 'the new proof is served')
      expect(await fetchTo('both.proof')).toMatchObject({ exit: 0, json: { valid: true, height: top } })
      await save(`/v1/attest/header/${top}`, 'top')
      expect(await check('top', 'both.proof')).toMatchObject({ exit: 0, valid: true, height: top })
      const taken = await place.run(...argv('x.proof', new URL(url).host, '--data-dir', place.file('elsewhere')))
      expect([taken.exit, taken.stderr]).toEqual([2, expect.stringMatching(/port is in use.*--serve.*E_IO/)])
      both.child.kill('SIGINT')
      expect((await both.done).exit).toBe(130)
    } finally {
      both.child.kill('SIGKILL')
    }
  })
})
