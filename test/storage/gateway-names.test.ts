import { beforeAll, describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import type { InscriptionIndex } from '../../src/settlement/io/index.ts'
import { MemorySeenNames, readBlob, storageParams } from '../../storage/index.ts'
import type { ChainNames } from '../../storage/io/gateway/resolver.ts'
import { chainNames } from '../../storage/io/gateway/resolver.ts'
import type { TableService } from '../../storage/io/index.ts'
import { GatewaySource } from '../../storage/reading/gateway-source.ts'
import { StorageTable } from '../../storage/table/table.ts'
import { at, GatewayPlace, recorded } from './gateway-place.ts'
import { kernel } from './kernels.ts'
import { REGTEST } from './reading-place.ts'
import { alice } from './record-scene.ts'
import { signedName } from './signed-names.ts'

const place = new GatewayPlace()
let other: string
beforeAll(async () => {
  other = await place.reading.directory({ 'b/index.html': 'other b' })
})

describe('names and inscriptions', () => {
  it.each([
    ['no-node', null],
    ['catching-up', chainNames(regtest, { tip: null, table: null as never }, () => null as never)],
  ])('are not said to be none for %s', async (name, names) => {
    const url = await place.reading.gateway([place.reading.blobs], { names })
    const site = `site.${bytesToHex(alice.publicKey)}`
    for (const target of [at(site), at(site, '?format=name'), at(recorded.inscription)]) {
      const answer = await fetch(`${url}${target}`)
      expect([answer.status, (await answer.json()).error]).toEqual([503, name])
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
    expect((await fetch(`${url}${at(place.blob)}`)).status).toBe(200)
    // Which blobs count is the chain's to tell, too: without a node nobody will say more.
    const unknown = await fetch(`${url}${at('ab'.repeat(32))}`)
    expect(unknown.status).toBe(names === null ? 404 : 503)
    const source = new GatewaySource(url, { chain: REGTEST })
    const key = { name: 'site', author: bytesToHex(alice.publicKey) }
    await expect(source.signedName(key)).rejects.toMatchObject({ code: 'E_UNREADABLE' })
  })
})

describe('a name that was taken back', () => {
  const author = bytesToHex(alice.publicKey)
  const target = `site.${author}`
  /** A gateway's node: what the chain says of the name, in the order of its blocks, as of a height. */
  const node = (said: readonly ReturnType<typeof signedName>[], height: number) => {
    const params = storageParams(regtest)
    const table = new StorageTable(kernel, params)
    const entries = said.map(({ id, record: { contentType, ...record } }, i) => {
      const { seq } = record
      table.apply(i + 1, [{ kind: 'name', author, seq, name: 'site', id: id === '' ? null : id }])
      return {
        height: i + 1,
        contentType,
        record: { ...record, kind: 'name', program: '00', author, counts: true },
      }
    })
    const index = { query: () => entries } as unknown as InscriptionIndex
    return chainNames(regtest, { tip: { height } as TableService['tip'], table }, () => index)
  }

  it('is none at a gateway that has seen it, and at no other any more', async () => {
    const { blobs } = place.reading
    const [set, back] = [signedName(place.blob, 1), signedName('', 2)]
    const behind = await place.reading.gateway([blobs], { names: node([set], 1) })
    // Also when the record that took it back has run out.
    for (const height of [2, 10_000]) {
      const knowing = await place.reading.gateway([blobs], { names: node([set, back], height) })
      expect(await (await fetch(`${knowing}${at(target, '?format=name')}`)).json()).toEqual({ ...back, asOf: height })
      const content = await fetch(`${knowing}${at(target)}`)
      expect([content.status, (await content.json()).error]).toEqual([404, 'taken-back'])
      const seen = new MemorySeenNames()
      const read = async (gateways: readonly string[]) => {
        const result = await readBlob(`web3://${target}:${REGTEST}`, { kernel, params: regtest, gateways, seen })
        return result.ok || result.reject
      }
      expect(await read([behind])).toBe(true)
      expect(await read([behind, knowing])).toBe('taken-back')
      expect(await read([behind])).toBe('stale-name')
    }
  })
})

describe('a reorg', () => {
  it('shows with the next request: nothing of what the chain said is kept', async () => {
    let says: string | null = place.folder
    const names: ChainNames = {
      isCatchingUp: false,
      signedName: async () => (says === null ? null : signedName(says, 1)),
      recorded: async () => (says === null ? null : { id: says, asOf: 7 }),
    }
    const url = await place.reading.gateway([place.reading.blobs], { names })
    for (const target of [`site.${bytesToHex(alice.publicKey)}`, recorded.inscription]) {
      const ask = async (headers: Record<string, string> = {}) => fetch(`${url}${at(target, '/b/')}`, { headers })
      says = place.folder
      const before = await ask()
      const etag = before.headers.get('etag') ?? ''
      expect([before.status, (await ask({ 'if-none-match': etag })).status]).toEqual([200, 304])
      says = other
      const another = await ask({ 'if-none-match': etag })
      expect([another.status, await another.text()]).toEqual([200, 'other b'])
      says = null
      const gone = await ask({ 'if-none-match': etag })
      expect([gone.status, gone.headers.get('cache-control')]).toEqual([404, 'no-store'])
      expect((await fetch(`${url}${at(target, '/b/?format=car')}`)).status).toBe(404)
      says = place.folder
      expect((await ask({ 'if-none-match': etag })).status).toBe(304)
    }
    // By its id a blob is what it was: no reorg changes what an id is the hash of.
    says = null
    expect((await fetch(`${url}${at(place.folder, '/b/')}`)).status).toBe(200)
  })
})
