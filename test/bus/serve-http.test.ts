import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { pathAnswer, stateAnswer } from '../../src/bus/io/serve/route-schemas.ts'
import { failureSchema } from '../../src/http/index.ts'
import { fakeProof } from './fake-proof.ts'
import { at, chain, ServedPlace } from './served-place.ts'

const place = new ServedPlace()

async function serving() {
  const served = await place.serving()
  const proof = await fakeProof(at(chain, 10))
  await served.publish(proof)
  return { ...served, proof }
}

describe('the served proof', () => {
  it('is not sent again to who has it, however that is said (RFC 9110, 13.1.2)', async () => {
    const { get, proof } = await serving()
    const etag = (await get('/v1/proof')).headers.get('etag') as string
    for (const [value, status] of [
      [etag, 304],
      [`W/${etag}`, 304],
      [`"other", W/"another",, ${etag}`, 304],
      ['*', 304],
      ['"other"', 200],
      [etag.replaceAll('"', ''), 200],
      [`${etag} ${etag}`, 200],
      [`w/${etag}`, 200],
      ['', 200],
    ] as const) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await get('/v1/proof', { method, headers: { 'if-none-match': value } })
        expect([answer.status, answer.headers.get('etag')], `${method} ${value}`).toEqual([status, etag])
        const length = method === 'GET' && status === 200 ? proof.length : 0
        expect((await answer.arrayBuffer()).byteLength).toBe(length)
      }
    }
    // What has no date of its own is not compared with one (13.1.3).
    const dated = { 'if-modified-since': new Date(Date.now() + 1e9).toUTCString() }
    expect((await get('/v1/proof', { headers: dated })).status).toBe(200)
    expect((await get('/v1/proof', { headers: { 'if-match': '"other"' } })).status).toBe(412)
    expect((await get('/v1/state', { headers: { 'if-none-match': '*' } })).status).toBe(304)
    expect((await get('/v1/path/11', { headers: { 'if-none-match': '*' } })).status).toBe(404)
  })

  it('is had in parts, of one proof only', async () => {
    const { get, proof, publish } = await serving()
    const first = await get('/v1/proof', { headers: { range: 'bytes=0-99' } })
    const etag = first.headers.get('etag') as string
    expect([first.status, new Uint8Array(await first.arrayBuffer())]).toEqual([206, proof.subarray(0, 100)])
    await publish(await fakeProof(at(chain, 12)))
    const rest = await get('/v1/proof', { headers: { range: 'bytes=100-', 'if-range': etag } })
    expect([rest.status, rest.headers.get('etag') === etag]).toEqual([200, false])
  })
})

describe('the OpenAPI document', () => {
  it('has the very paths that docs/serving.md has', async () => {
    const { get } = await serving()
    const { paths } = (await (await get('/openapi.json')).json()) as { paths: Record<string, Record<string, unknown>> }
    const docs = await readFile('docs/serving.md', 'utf8')
    const documented = [...docs.matchAll(/^\| `(\/v1\/[^`]*)`/gm)].map(([, path]) => path as string)
    const shown: Readonly<Record<string, string>> = {
      TXIDiN: '{id}',
      TXID: '{txid}',
      HEIGHT: '{height}',
      N: '{output}',
    }
    const expected = documented.map((path) =>
      path.replaceAll(/TXIDiN|TXID|HEIGHT|N$/g, (name) => shown[name] as string),
    )
    expect(Object.keys(paths).sort()).toEqual(expected.sort())
    for (const methods of Object.values(paths)) expect(Object.keys(methods)).toEqual(['get'])
  })

  it('says of every answer what it is', async () => {
    const { get } = await serving()
    const id = 'ab'.repeat(32)
    expect(stateAnswer.parse(await (await get('/v1/state')).json())).toMatchObject({ height: 10 })
    for (const height of [0, 3, 10]) {
      expect(pathAnswer.parse(await (await get(`/v1/path/${height}`)).json())).toMatchObject({ height })
    }
    for (const path of ['/v1/path/11', '/v1/nothing', `/v1/attest/tx/${id}`, `/v1/attest/inscription/${id}i0`]) {
      const answer = await get(path)
      expect([answer.status, failureSchema.safeParse(await answer.json()).success], path).toEqual([404, true])
    }
    for (const [path, type] of [
      ['/v1/proof', 'application/octet-stream'],
      ['/v1/attest/header/3', 'application/octet-stream'],
      ['/v1/attest/header/3?form=json', 'application/json'],
      ['/v1/attest/header/3?form=other&form=json', 'application/octet-stream'],
    ] as const) {
      const answer = await get(path)
      expect([answer.status, answer.headers.get('content-type')], path).toEqual([200, type])
    }
  })
})
