import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { decodeAttestation, fetchPath, fetchProof, refreshAttestation, verifyAttestation } from '../../src/bus/index.ts'
import { rejectOf } from '../support/results.ts'
import { type FixtureChain, regtestStart } from './chain-fixture.ts'
import { FakeEngine } from './fake-engine.ts'
import { fakeOptions, fakeProof } from './fake-proof.ts'
import { poseidon } from './poseidon-reference.ts'

import { at, chain, provedChain, reorganised, ServedPlace } from './served-place.ts'

const place = new ServedPlace()

/** A server of the test's own making. */
async function hostile(answer: (response: ServerResponse, request: IncomingMessage) => void): Promise<string> {
  const server: Server = createServer((request, response) => answer(response, request))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  place.closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('wsc bus fetch', () => {
  const proofAt = (of: FixtureChain, height: number) => fakeProof(at(of, height))
  const heldAt = async (of: FixtureChain, height: number) => {
    const bytes = await proofAt(of, height)
    return { bytes, chain: await provedChain(bytes) }
  }

  it('takes a better proof and leaves an equal one', async () => {
    const { server, publish } = await place.serving()
    const proof = await proofAt(chain, 12)
    await publish(proof)
    const held = await heldAt(chain, 10)
    expect(await fetchProof(server.url, fakeOptions)).toMatchObject({ ok: true, bytes: proof, newer: true })
    expect(await fetchProof(server.url, fakeOptions, held)).toMatchObject({ ok: true, newer: true })
    expect(await fetchProof(server.url, fakeOptions, await heldAt(chain, 12))).toMatchObject({ newer: false })
  })

  it('neither asks for the very proof held nor verifies it again', async () => {
    const { server, publish } = await place.serving()
    let verified = 0
    class Counting extends FakeEngine {
      override verify(...given: Parameters<FakeEngine['verify']>) {
        verified++
        return super.verify(...given)
      }
    }
    const counting = { ...fakeOptions, verifier: new Counting(regtestStart()) }
    const held = await heldAt(chain, 12)
    await publish(held.bytes)
    const sent: (string | undefined)[] = []
    const proxy = await hostile(async (response, request) => {
      const tag = request.headers['if-none-match']
      const answer = await fetch(`${server.url}/v1/proof`, {
        headers: tag === undefined ? {} : { 'if-none-match': tag },
      })
      sent.push(`${answer.status} ${(await answer.arrayBuffer()).byteLength}`)
      response.writeHead(answer.status).end()
    })
    expect(await fetchProof(proxy, counting, held)).toEqual({ ok: true, ...held, newer: false })
    expect(sent).toEqual(['304 0'])
    const deaf = await hostile((response) => response.end(held.bytes))
    expect(await fetchProof(deaf, counting, held)).toEqual({ ok: true, ...held, newer: false })
    expect(verified).toBe(0)
    expect(await fetchProof(deaf, counting, await heldAt(chain, 10))).toMatchObject({ newer: true })
    expect(verified).toBe(1)
    const mute = await hostile((response) => response.writeHead(304).end())
    await expect(fetchProof(mute, counting)).rejects.toMatchObject({ code: 'E_FETCH' })
  })

  it('refuses a stale one: of less work, or of as much on another tip', async () => {
    const stale = await proofAt(chain, 10)
    const url = await hostile((response) => response.end(stale))
    expect(await fetchProof(url, fakeOptions, await heldAt(chain, 12))).toMatchObject({ reject: 'stale' })
    expect(await fetchProof(url, fakeOptions, await heldAt(reorganised, 10))).toMatchObject({ reject: 'stale' })
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
    const { server } = await place.serving()
    const elsewhere = await hostile((response) => response.writeHead(302, { location: server.url }).end())
    for (const url of [elsewhere, server.url, 'http://127.0.0.1:1', 'ftp://x', 'nonsense', 'http://u:p@127.0.0.1']) {
      await expect(fetchProof(url, fakeOptions, null, { timeoutMs: 500 })).rejects.toMatchObject({ code: 'E_FETCH' })
    }
  })

  it('asks again where a server wants to be left alone for a while, as long as there is time', async () => {
    const proof = await proofAt(chain, 12)
    /** A server that answers with these one after the other, the last one for ever, and when it was asked. */
    const answering = async (...answers: readonly (readonly [number, string?])[]) => {
      const asked: number[] = []
      const url = await hostile((response) => {
        const [status, retryAfter] = answers[Math.min(asked.length, answers.length - 1)] as [number, string?]
        asked.push(performance.now())
        response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter })
        response.end(status === 200 ? proof : 'x'.repeat(100_000))
      })
      return { url, asked, fetch: (timeoutMs: number) => fetchProof(url, fakeOptions, null, { timeoutMs }) }
    }
    const busy = await answering([429, '1'], [503, '0'], [503], [200])
    expect(await busy.fetch(10_000)).toMatchObject({ ok: true, bytes: proof })
    expect(busy.asked).toHaveLength(4)
    expect((busy.asked[1] as number) - (busy.asked[0] as number)).toBeGreaterThan(990)

    for (const asks of [
      [503, '3600'],
      [429, new Date(Date.now() + 3_600_000).toUTCString()],
    ] as const) {
      const long = await answering(asks, [200])
      await expect(long.fetch(5000)).rejects.toMatchObject({ code: 'E_FETCH', message: / answers (429|503);/ })
      expect(long.asked).toHaveLength(1)
    }
    const never = await answering([503, 'nonsense'])
    await expect(never.fetch(700)).rejects.toMatchObject({ code: 'E_FETCH', message: / answers 503;/ })
    expect(never.asked).toHaveLength(2)
    for (const status of [400, 404, 500, 502]) {
      const other = await answering([status], [200])
      await expect(other.fetch(5000)).rejects.toMatchObject({ message: expect.stringContaining(`answers ${status};`) })
      expect(other.asked).toHaveLength(1)
    }
    const stop = new AbortController()
    const patient = await answering([503, '2'])
    const waiting = fetchProof(patient.url, fakeOptions, null, { signal: stop.signal })
    await expect.poll(() => patient.asked.length, { interval: 5, timeout: 10_000 }).toBe(1)
    stop.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'E_ABORTED' })
  })

  it('fetches the path that brings an attestation to the new proof', async () => {
    const { server, publish, get } = await place.serving()
    await publish(await proofAt(chain, 10))
    const old = decodeAttestation(new Uint8Array(await (await get('/v1/attest/header/7')).arrayBuffer()))
    const proof = await proofAt(chain, 12)
    await publish(proof)
    const read = await fetchPath(server.url, 7)
    if (!old.ok || !read.ok) throw new Error('no attestation or path')
    const proved = await provedChain(proof)
    expect(rejectOf(verifyAttestation(old.attestation, proved, poseidon))).toBe('other-proof')
    const refreshed = refreshAttestation(old.attestation, read.supplement)
    expect(refreshed.ok && verifyAttestation(refreshed.attestation, proved, poseidon).ok).toBe(true)
  })
})
