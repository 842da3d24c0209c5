import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { encodeHeader, headerHash, sameHash } from '../../src/bitcoin/index.ts'
import {
  attestationFromJson,
  type BlockSource,
  checkAttestation,
  decodeAttestation,
  fetchPath,
  fetchProof,
  fileSource,
  type HeaderSource,
  History,
  memoryTable,
  type ProvedChain,
  type RateLimit,
  type RunningServer,
  refreshAttestation,
  ServedBus,
  serveBus,
  supplementFromJson,
  verifyProof,
} from '../../src/bus/index.ts'
import { RateLimiter } from '../../src/bus/serve/rate-limit.ts'
import { type FixtureChain, headerFile, mineChain, regtestStart } from './chain-fixture.ts'
import { fakeOptions, fakeProof } from './fake-proof.ts'
import { poseidon, poseidonSource } from './poseidon-reference.ts'

const start = regtestStart()
const chain = mineChain(12)
const fork = mineChain(6, 3, chain.states[7])
const reorganised: FixtureChain = {
  headers: [...chain.headers.slice(0, 8), ...fork.headers],
  states: [...chain.states.slice(0, 8), ...fork.states],
}
const at = (of: FixtureChain, height: number) => of.states[height - 1] as never

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wsc-serve-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

function sourceOf(headers: FixtureChain['headers']): HeaderSource {
  const made = fileSource(headerFile(headers))
  if (!made.ok) throw new Error(made.reject)
  return made.source
}

/** A server over a file that the test writes; `headers` is the node's chain and may be changed. */
async function serving(limit?: RateLimit) {
  const file = join(directory, `${Math.random()}.proof`)
  const node = { headers: chain.headers }
  const source: HeaderSource = {
    fixed: false,
    tipHeight: (signal) => sourceOf(node.headers).tipHeight(signal),
    headers: (from, count, signal) => sourceOf(node.headers).headers(from, count, signal),
    hashAt: (height, signal) => sourceOf(node.headers).hashAt(height, signal),
  }
  const blocks: BlockSource = {
    header: async (hash) => {
      const found = node.headers.find((header) => sameHash(headerHash(header), hash))
      return found === undefined ? null : encodeHeader(found)
    },
    block: async () => null,
    locate: async () => null,
  }
  const history = await History.open({ height: 0, hash: start.context.hash }, memoryTable(), poseidonSource)
  const troubles: string[] = []
  const bus = new ServedBus({
    file,
    judge: (proof) => verifyProof(proof, fakeOptions),
    history,
    headers: source,
    blocks,
    onTrouble: (message) => troubles.push(message),
  })
  const server: RunningServer = await serveBus({
    bus,
    host: '127.0.0.1',
    port: 0,
    clock: Date.now,
    ...(limit === undefined ? {} : { rateLimit: limit }),
  })
  closing.push(() => server.close())
  const publish = async (bytes: Uint8Array) => {
    await writeFile(file, bytes)
    await bus.look()
  }
  const get = (path: string, init?: RequestInit) => fetch(server.url + path, init)
  return { server, bus, publish, get, node, troubles }
}

async function provedChain(bytes: Uint8Array): Promise<ProvedChain> {
  const result = await verifyProof(bytes, fakeOptions)
  if (!result.valid) throw new Error(result.reason)
  return result
}

describe('wsc bus serve', () => {
  it('has nothing before there is a proof, and tells so', async () => {
    const { get, bus, troubles } = await serving()
    expect((await get('/v1/proof')).status).toBe(503)
    await bus.look()
    await bus.look()
    expect(troubles).toHaveLength(1)
  })

  it('gives proof, state, paths and attestations that verify', async () => {
    const { get, publish } = await serving()
    const proof = await fakeProof(at(chain, 10))
    await publish(proof)
    const proved = await provedChain(proof)
    const answer = await get('/v1/proof')
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(proof)
    const etag = answer.headers.get('etag') as string
    expect((await get('/v1/proof', { headers: { 'if-none-match': etag } })).status).toBe(304)
    expect(await (await get('/v1/state')).json()).toMatchObject({ valid: true, height: 10, network: 'regtest' })
    for (const height of [0, 1, 7, 10]) {
      const supplement = supplementFromJson(await (await get(`/v1/path/${height}`)).text())
      expect(supplement).toMatchObject({ ok: true, supplement: { height, tipHeight: 10 } })
    }
    const binary = decodeAttestation(new Uint8Array(await (await get('/v1/attest/header/7')).arrayBuffer()))
    const json = attestationFromJson(await (await get('/v1/attest/header/7?form=json')).text())
    if (!binary.ok || !json.ok) throw new Error('no attestation')
    expect(json.attestation).toEqual(binary.attestation)
    expect(checkAttestation(binary.attestation, proved, poseidon)).toMatchObject({ valid: true, confirmations: 4 })
  })

  it('refuses what it does not have, and all but reading', async () => {
    const { get, publish } = await serving()
    await publish(await fakeProof(at(chain, 10)))
    const id = 'ab'.repeat(32)
    for (const [path, status] of [
      ['/', 404],
      ['/v1/path/11', 404],
      ['/v1/path/-1', 404],
      ['/v1/path/01', 404],
      ['/v1/path/99999999999', 404],
      ['/v1/proof/../../etc/passwd', 404],
      ['/v1/attest/header/11', 404],
      [`/v1/attest/tx/${id}`, 404],
      [`/v1/attest/tx/${id}?height=3`, 404],
      [`/v1/attest/tx/${id}?height=300`, 404],
      [`/v1/attest/output/${id}/0`, 404],
      [`/v1/attest/inscription/${id}i0?height=3`, 404],
      [`/v1/${'x'.repeat(600)}`, 414],
    ] as const) {
      const answer = await get(path)
      expect(answer.status, path).toBe(status)
      expect(await answer.json()).toMatchObject({ error: expect.any(String), detail: expect.any(String) })
    }
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await get('/v1/proof', { method })).status).toBe(405)
    expect((await get('/v1/proof', { method: 'HEAD' })).status).toBe(200)
  })

  it('keeps the better proof, through a reorg too, and never a bad one', async () => {
    const { get, publish, node, troubles } = await serving()
    const height = async () => ((await (await get('/v1/state')).json()) as { height: number }).height
    const good = await fakeProof(at(chain, 12))
    await publish(good)
    expect(await height()).toBe(12)
    await publish(await fakeProof(at(chain, 9)))
    expect(await height()).toBe(12)
    await publish(good.with(200, (good[200] as number) ^ 1))
    expect(troubles.at(-1)).toContain('damaged')
    expect(await height()).toBe(12)

    // The proof is ahead of the node: the one before stays, and so do its paths.
    await expect(publish(await fakeProof(at(reorganised, 14)))).rejects.toMatchObject({ code: 'E_NO_HEADERS' })
    expect(await height()).toBe(12)
    expect((await get('/v1/path/11')).status).toBe(200)

    // The node has gone over to the other branch, the proof not yet.
    node.headers = reorganised.headers.slice(0, 13)
    await expect(publish(await fakeProof(at(reorganised, 14)))).rejects.toMatchObject({ code: 'E_NO_HEADERS' })
    expect((await get('/v1/proof')).status).toBe(200)
    expect((await get('/v1/path/11')).status).toBe(503)

    node.headers = reorganised.headers
    const better = await fakeProof(at(reorganised, 14))
    await publish(better)
    expect(await height()).toBe(14)
    const attestation = decodeAttestation(new Uint8Array(await (await get('/v1/attest/header/11')).arrayBuffer()))
    if (!attestation.ok) throw new Error(attestation.detail)
    expect(checkAttestation(attestation.attestation, await provedChain(better), poseidon)).toMatchObject({
      valid: true,
    })
  })

  it('lets nobody ask without end', async () => {
    const { get, publish } = await serving({ burst: 5, perSecond: 0.001 })
    await publish(await fakeProof(at(chain, 3)))
    const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await get('/v1/state')).status))
    expect(statuses.filter((status) => status === 429)).toHaveLength(3)
  })

  it('gives every client its own bucket, filled with time', () => {
    let now = 0
    const limiter = new RateLimiter({ burst: 2, perSecond: 1 }, () => now)
    expect([limiter.take('a'), limiter.take('a'), limiter.take('a'), limiter.take('b')]).toEqual([
      true,
      true,
      false,
      true,
    ])
    now += 999
    expect(limiter.take('a')).toBe(false)
    now += 1
    expect([limiter.take('a'), limiter.take('a')]).toEqual([true, false])
    now += 1_000_000
    expect([limiter.take('a'), limiter.take('a'), limiter.take('a')]).toEqual([true, true, false])
  })

  it('outlives garbage on its port', async () => {
    const { server, get, publish } = await serving()
    await publish(await fakeProof(at(chain, 3)))
    const { hostname, port } = new URL(server.url)
    for (const text of [
      '\u0000\u0001garbage\r\n\r\n',
      `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n\r\n`,
      'GET //[ HTTP/1.1\r\nHost: x\r\n\r\n',
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => socket.end(text))
        socket.on('error', () => undefined)
        socket.on('close', () => resolve())
        socket.resume()
      })
    }
    expect((await get('/v1/state')).status).toBe(200)
  })
})

/** A server of the test's own making. */
async function hostile(answer: (response: ServerResponse) => void): Promise<string> {
  const server: Server = createServer((_, response) => answer(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('wsc bus fetch', () => {
  const proofAt = (of: FixtureChain, height: number) => fakeProof(at(of, height))

  it('takes a better proof and leaves an equal one', async () => {
    const { server, publish } = await serving()
    const proof = await proofAt(chain, 12)
    await publish(proof)
    const held = await provedChain(await proofAt(chain, 10))
    expect(await fetchProof(server.url, fakeOptions)).toMatchObject({ ok: true, bytes: proof, newer: true })
    expect(await fetchProof(server.url, fakeOptions, held)).toMatchObject({ ok: true, newer: true })
    expect(await fetchProof(server.url, fakeOptions, await provedChain(proof))).toMatchObject({ newer: false })
  })

  it('refuses a stale one: of less work, or of as much on another tip', async () => {
    const stale = await proofAt(chain, 10)
    const url = await hostile((response) => response.end(stale))
    const held = async (of: FixtureChain, height: number) => await provedChain(await proofAt(of, height))
    expect(await fetchProof(url, fakeOptions, await held(chain, 12))).toMatchObject({ reject: 'stale' })
    expect(await fetchProof(url, fakeOptions, await held(reorganised, 10))).toMatchObject({ reject: 'stale' })
  })

  it('refuses a forged one and what is none', async () => {
    const proof = await proofAt(chain, 12)
    for (const [bytes, reject] of [
      [proof.with(300, (proof[300] as number) ^ 1), 'damaged'],
      [proof.subarray(0, 200), 'truncated'],
      [new TextEncoder().encode('<!doctype html>'), 'not-a-proof'],
      [new Uint8Array(), 'truncated'],
    ] as const) {
      const url = await hostile((response) => response.end(bytes))
      expect(await fetchProof(url, fakeOptions)).toMatchObject({ ok: false, reject })
    }
  })

  it('refuses an endless one, fast or slow', async () => {
    const chunk = new Uint8Array(65_536).fill(0x57)
    const flood = await hostile((response) => {
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', more)
      more()
    })
    expect(await fetchProof(flood, fakeOptions)).toMatchObject({ ok: false, reject: 'oversized' })
    const silent = await hostile((response) => response.write('W'))
    await expect(fetchProof(silent, fakeOptions, null, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'E_FETCH' })
    const stop = new AbortController()
    const pending = fetchProof(silent, fakeOptions, null, { signal: stop.signal })
    stop.abort()
    await expect(pending).rejects.toMatchObject({ code: 'E_ABORTED' })
  })

  it('follows no redirect, and tells what answers nothing', async () => {
    const { server } = await serving()
    const elsewhere = await hostile((response) => response.writeHead(302, { location: server.url }).end())
    for (const url of [elsewhere, server.url, 'http://127.0.0.1:1', 'ftp://x', 'nonsense', 'http://u:p@127.0.0.1']) {
      await expect(fetchProof(url, fakeOptions)).rejects.toMatchObject({ code: 'E_FETCH' })
    }
  })

  it('fetches the path that brings an attestation to the new proof', async () => {
    const { server, publish, get } = await serving()
    await publish(await proofAt(chain, 10))
    const old = decodeAttestation(new Uint8Array(await (await get('/v1/attest/header/7')).arrayBuffer()))
    const proof = await proofAt(chain, 12)
    await publish(proof)
    const read = await fetchPath(server.url, 7)
    if (!old.ok || !read.ok) throw new Error('no attestation or path')
    const proved = await provedChain(proof)
    expect(checkAttestation(old.attestation, proved, poseidon).reason).toBe('other-proof')
    const refreshed = refreshAttestation(old.attestation, read.supplement)
    expect(refreshed.ok && checkAttestation(refreshed.attestation, proved, poseidon).valid).toBe(true)
  })
})
