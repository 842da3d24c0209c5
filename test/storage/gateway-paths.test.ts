import { describe, expect, it } from 'vitest'
import { at, error, GatewayPlace } from './gateway-place.ts'

const place = new GatewayPlace()

describe('paths that would lead elsewhere', () => {
  it.each([
    ['/../x', 'bad-path'],
    ['/a/%2e%2e/b/index.html', 'bad-path'],
    ['/a/.%2e/b', 'bad-path'],
    ['/%2e/index.html', 'bad-path'],
    ['/a%2Flarge.bin', 'bad-path'],
    ['/a%5clarge.bin', 'bad-path'],
    ['/a%00.html', 'bad-path'],
    ['/a%0d%0ax:%20y', 'bad-path'],
    ['/a%c2%85', 'bad-path'],
    ['/a%CC%88', 'bad-path'],
    ['/%E2%84%AB', 'bad-path'],
    ['/%EF%BC%8E%EF%BC%8E/x', 'no-such-path'],
    ['/a%E2%88%95large.bin', 'no-such-path'],
    ['/%252e%252e%252fx', 'no-such-path'],
    ['/index.html%20', 'no-such-path'],
    ['/INDEX.HTML', 'no-such-path'],
    [`/${'a'.repeat(256)}`, 'bad-path'],
    [`/${'a/'.repeat(64)}b`, 'no-such-path'],
    [`/${'a/'.repeat(65)}b`, 'bad-path'],
  ])('%s is %s, by path and at the blob’s own host', async (path, name) => {
    expect(error(await place.get(at(place.folder, path)))).toBe(name)
    expect(error(await place.get(path, { host: place.ownHost }))).toBe(name)
  })

  it.each(['/%c0%ae%c0%ae/x', '/%ed%a0%80', '/%f4%90%80%80', '/%u002e', '/%'])('%s is no UTF-8', async (path) => {
    for (const answer of [await place.get(at(place.folder, path)), await place.get(path, { host: place.ownHost })]) {
      expect([400, 404]).toContain(answer.status)
      expect(['bad-path', 'bad-encoding', 'no-such-path']).toContain(error(answer))
      expect(answer.headers['cache-control']).toBe('no-store')
    }
  })

  it('and names and lengths that nothing has are refused before anything is looked for', async () => {
    for (const [target, name] of [
      [`${'a'.repeat(64)}.${'cd'.repeat(32)}`, 'bad-target'],
      [`s%69te.${'cd'.repeat(32)}`, 'bad-target'],
      [`SITE.${'cd'.repeat(32)}`, 'bad-target'],
      [`..${'cd'.repeat(32)}`, 'no-such-name'],
      [`%2e%2e/${'cd'.repeat(32)}`, 'no-chain'],
    ] as const) {
      expect([target, error(await place.get(at(target, '?format=name')))]).toEqual([target, name])
    }
    const long = await place.get(at(place.folder, `/${'a/'.repeat(400)}`))
    expect([long.status, long.headers['cache-control']]).toEqual([414, 'no-store'])
  })
})
