import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { headerHash, mainnet, toDisplay } from '../../src/bitcoin/index.ts'
import { encodeAnchor } from '../../src/bus/index.ts'
import { BusPlace } from '../support/bus-place.ts'
import { excerpt, excerptContext } from '../support/excerpts.ts'
import { sharedData } from '../support/shared-data.ts'

/** Real mainnet headers, proved and verified by the command (acceptance 3). */
const INSECURE = ['--network', 'mainnet', '--insecure-dev-setup']
let place: BusPlace
beforeAll(async () => {
  place = await BusPlace.make()
})
afterAll(() => place.remove())

describe('mainnet from genesis', () => {
  const first = excerpt('mainnet-start')

  it('refuses the development setup without the flag, before any work', async () => {
    const headers = await place.put('start.bin', first.bytes)
    const out = place.file('refused.proof')
    const began = performance.now()
    const run = await place.run(
      'bus',
      'prove',
      '--network',
      'mainnet',
      '--headers',
      headers,
      '--to',
      '60',
      '--out',
      out,
    )
    expect(run).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining('--insecure-dev-setup') })
    expect(existsSync(out)).toBe(false)
    expect(performance.now() - began).toBeLessThan(30_000)
  })

  it('is proved to height 60, one key for it and for regtest', async () => {
    const headers = await place.put('start.bin', first.bytes)
    const made = await place.prove('mainnet.proof', ...INSECURE, '--headers', headers, '--to', '60')
    const verified = await place.verify('mainnet.proof', ...INSECURE)
    const tip = toDisplay(headerHash(first.headers[60]!))
    expect(verified).toMatchObject({ exit: 0, valid: true, network: 'mainnet', height: 60, tip, bits: '1d00ffff' })
    // 61 blocks of difficulty 1, as Core counts: floor(2^256 / (target + 1)) each.
    expect(verified).toMatchObject({ chainwork: (61n * 0x100010001n).toString(16), steps: 30, anchor: null })
    expect(verified).toMatchObject({ setup: 'insecure-dev', pow: 'strong', keyId: made.keyId })

    await place.regtestHeaders('regtest.bin', 1)
    const regtest = await place.prove('r.proof', '--network', 'regtest', '--headers', place.file('regtest.bin'))
    expect(regtest.keyId).toBe(made.keyId)
  })

  it('is not accepted without the flag, nor as another network or from an anchor', async () => {
    expect(await place.verify('mainnet.proof')).toMatchObject({ exit: 1, reason: 'insecure-setup' })
    expect(await place.verify('mainnet.proof', '--network', 'mainnet')).toMatchObject({ reason: 'insecure-setup' })
    expect(await place.verify('mainnet.proof', '--network', 'regtest')).toMatchObject({ reason: 'wrong-network' })
    expect(await place.verify('mainnet.proof', '--network', 'signet')).toMatchObject({ reason: 'wrong-network' })
    expect(await place.verify('mainnet.proof', ...INSECURE, '--min-work', '3d003d003d')).toMatchObject({ exit: 0 })
    const more = await place.verify('mainnet.proof', ...INSECURE, '--min-work', '3d003d003e')
    expect(more).toMatchObject({ exit: 1, reason: 'too-little-work' })
  })
})

describe.each([
  { name: 'mainnet-32256', at: 32_255, from: 'main_0_49999.bin', fromHeight: 0, bits: '1d00d86a' },
  { name: 'mainnet-824544', at: 824_543, from: 'main_822527_830592.bin', fromHeight: 822_527, bits: '1703d869' },
])('across the retarget after $at', ({ name, at, from, fromHeight, bits }) => {
  const real = excerpt(name)
  const anchorOf = () => encodeAnchor(mainnet, excerptContext(real, at))

  it('is proved from an anchor just before', async () => {
    const anchor = await place.put(`${at}.json`, anchorOf())
    const headers = await place.put(`${at}.bin`, real.bytes)
    const source = ['--headers', headers, '--start-height', String(real.startHeight)]
    const made = await place.prove(`${at}.proof`, ...INSECURE, ...source, '--anchor', anchor)
    const last = real.headers.at(-1)!
    const verified = await place.verify(`${at}.proof`, ...INSECURE, '--anchor', anchor)
    expect(verified).toMatchObject({
      exit: 0,
      height: real.startHeight + real.headers.length - 1,
      tip: toDisplay(headerHash(last)),
      bits,
      anchor: { height: at, hash: toDisplay(headerHash(real.headers[at - real.startHeight]!)) },
      workSinceAnchor: 'workSinceAnchor' in made ? made.workSinceAnchor : undefined,
    })
    expect(await place.verify(`${at}.proof`, ...INSECURE)).toMatchObject({ exit: 1, reason: 'wrong-start' })
    // Of the same header, but with another window: another state, so another start.
    const other = JSON.parse(anchorOf()) as { maxTime: number }
    const bent = await place.put('bent.json', JSON.stringify({ ...other, maxTime: other.maxTime + 1 }))
    const refused = await place.verify(`${at}.proof`, ...INSECURE, '--anchor', bent)
    expect(refused).toMatchObject({ exit: 1, reason: 'proof-invalid' })
  })

  it('and `wsc bus anchor` makes that anchor of the whole epoch', async (test) => {
    const headers = await place.put('epoch.bin', sharedData(test, `headers/${from}`))
    const out = place.file('made.json')
    const run = await place.run(
      ...['bus', 'anchor', '--headers', headers, '--start-height', String(fromHeight)],
      ...['--at', String(at), '--network', 'mainnet', '--out', out],
    )
    expect(run.exit).toBe(0)
    const made = JSON.parse(await readFile(out, 'utf8')) as { maxTime: number }
    // The greatest time of the epoch may lie before the excerpt.
    expect({ ...made, maxTime: 0 }).toEqual({ ...JSON.parse(anchorOf()), maxTime: 0 })
  })
})
