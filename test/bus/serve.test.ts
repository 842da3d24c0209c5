import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { attestationFromJson, decodeAttestation, supplementFromJson, verifyAttestation } from '../../src/bus/index.ts'
import { fakeProof } from './fake-proof.ts'
import { poseidon } from './poseidon-reference.ts'

import { at, chain, provedChain, reorganised, ServedPlace } from './served-place.ts'

const place = new ServedPlace()

describe('wsc bus serve', () => {
  it('has nothing before there is a proof, and tells so', async () => {
    const { get, look, troubles } = await place.serving()
    expect((await get('/v1/proof')).status).toBe(503)
    await look()
    await look()
    expect(troubles).toHaveLength(1)
  })

  it('gives proof, state, paths and attestations that verify', async () => {
    const { get, publish } = await place.serving()
    const proof = await fakeProof(at(chain, 10))
    await publish(proof)
    const proved = await provedChain(proof)
    const answer = await get('/v1/proof')
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(proof)
    const etag = answer.headers.get('etag') as string
    const unchanged = await get('/v1/proof', { headers: { 'if-none-match': etag } })
    expect([unchanged.status, unchanged.headers.get('content-length')]).toEqual([304, null])
    const asked = await get('/v1/proof', { method: 'OPTIONS' })
    expect([asked.status, asked.headers.get('access-control-allow-headers')]).toEqual([204, 'if-none-match'])
    expect(await (await get('/v1/state')).json()).toMatchObject({ valid: true, height: 10, network: 'regtest' })
    for (const height of [0, 1, 7, 10]) {
      const supplement = supplementFromJson(await (await get(`/v1/path/${height}`)).text())
      expect(supplement).toMatchObject({ ok: true, supplement: { height, tipHeight: 10 } })
    }
    const binary = decodeAttestation(new Uint8Array(await (await get('/v1/attest/header/7')).arrayBuffer()))
    const json = attestationFromJson(await (await get('/v1/attest/header/7?form=json')).text())
    if (!binary.ok || !json.ok) throw new Error('no attestation')
    expect(json.attestation).toEqual(binary.attestation)
    expect(verifyAttestation(binary.attestation, proved, poseidon)).toMatchObject({
      ok: true,
      verified: { confirmations: 4 },
    })
  })

  it('refuses what it does not have, and all but reading', async () => {
    const { get, publish } = await place.serving()
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
    const { get, publish, node, troubles } = await place.serving()
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
    expect(verifyAttestation(attestation.attestation, await provedChain(better), poseidon)).toMatchObject({
      ok: true,
    })
  })

  it('lets nobody ask without end', async () => {
    const { get, publish } = await place.serving({ burst: 5, perSecond: 0.001 })
    await publish(await fakeProof(at(chain, 3)))
    const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await get('/v1/state')).status))
    expect(statuses.filter((status) => status === 429)).toHaveLength(3)
  })

  it('makes few attestations of blocks for one client, and all else as ever', async () => {
    let now = 0
    const { get, statusFor, publish } = await place.serving(undefined, () => now)
    await publish(await fakeProof(at(chain, 10)))
    const id = 'ab'.repeat(32)
    const paths = [`tx/${id}?height=3`, `output/${id}/0?height=4`, `inscription/${id}i0?height=5`]
    const ask = async (i: number) => (await get(`/v1/attest/${paths[i % 3]}`)).status
    for (let i = 0; i < 8; i++) expect(await ask(i)).toBe(404)
    for (let i = 0; i < 3; i++) expect(await ask(i)).toBe(429)
    for (const path of ['/v1/proof', '/v1/path/3', '/v1/attest/header/3']) expect((await get(path)).status).toBe(200)
    expect(await statusFor('127.0.0.2', `/v1/attest/${paths[0]}`)).toBe(404)
    now += 500
    expect([await ask(0), await ask(1)]).toEqual([404, 429])
  })

  it('outlives garbage on its port', async () => {
    const { server, get, publish } = await place.serving()
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
