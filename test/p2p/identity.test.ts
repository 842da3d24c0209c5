import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorCode } from '../../src/lib/index.ts'
import { loadIdentity, newIdentity } from '../../src/p2p/identity.ts'
import { HostPlace } from './host-place.ts'

const place = new HostPlace()

describe('the identity of a peer', () => {
  it('is made once, for its owner alone, and stays', async () => {
    const file = place.file('peer.json')
    const made = await loadIdentity(file)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const bytes = await readFile(file)
    expect((await loadIdentity(file)).equals(made)).toBe(true)
    expect(await readFile(file)).toEqual(bytes)
    expect((await newIdentity()).equals(made)).toBe(false)
  })

  it('is refused where others may read it, or it is none', async () => {
    const open = place.file('peer.json')
    await loadIdentity(open)
    await chmod(open, 0o644)
    await expect(loadIdentity(open)).rejects.toMatchObject({ code: 'E_P2P_IDENTITY', cure: { act: 'make-private' } })
    for (const text of [
      '',
      '{}',
      '{"format":1,"seed":"00"}',
      `{"format":2,"seed":"${'00'.repeat(32)}"}`,
      'x'.repeat(2000),
    ]) {
      const file = place.file('peer.json')
      await writeFile(file, text, { mode: 0o600 })
      expect(await loadIdentity(file).catch(errorCode), text.slice(0, 40)).toBe('E_P2P_IDENTITY')
      expect(await readFile(file, 'utf8')).toBe(text)
    }
    expect(await loadIdentity(join(open, 'peer.json')).catch(errorCode)).toBe('E_P2P_IDENTITY')
  })

  it('is what a host is known by', async () => {
    const identityFile = place.file('peer.json')
    const first = await place.open({ identityFile })
    const again = await place.open({ identityFile })
    const other = await place.open()
    expect(again.name).toBe(first.name)
    expect(other.name).not.toBe(first.name)
  })
})
