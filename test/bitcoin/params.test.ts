import { describe, expect, it } from 'vitest'
import {
  checkHeader,
  decodeCompact,
  encodeHeader,
  loadCustomParams,
  mainnet,
  packParams,
  regtest,
  signet,
  startContext,
  testnet4,
} from '../../src/bitcoin/index.ts'
import { excerpt } from '../support/excerpts.ts'
import { nextHeader } from '../support/synthetic.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

const good = {
  name: 'lab',
  genesisHeader: hex(encodeHeader(signet.genesis)),
  limit: '1e0377ae',
  epochLength: 20,
  retargeting: true,
  versionHeights: { v2: 1, v3: 1, v4: 1 },
}

function genesisWithBits(bits: number): string {
  return hex(encodeHeader({ ...signet.genesis, bits }))
}

describe('custom networks', () => {
  it('are read from JSON text or a value', () => {
    const params = loadCustomParams(JSON.stringify(good))
    expect(params).toEqual(loadCustomParams(good))
    expect(params).toMatchObject({
      name: 'lab',
      custom: true,
      limitCompact: 0x1e0377ae,
      epochLength: 20,
      retargeting: true,
      v2Height: 1,
      v4Height: 1,
      provable: true,
      weakPow: true,
    })
    expect(startContext(params).hash).toEqual(startContext(signet).hash)
  })

  it('judge real headers as the network they are made after', () => {
    const { headers } = excerpt('signet-start')
    const params = loadCustomParams({ ...good, epochLength: 2016 })
    expect(checkHeader(params, startContext(params), headers[1]!).ok).toBe(true)
  })

  it('take a genesis header as it is, without work', () => {
    const params = loadCustomParams({
      ...good,
      genesisHeader: `01000000${'00'.repeat(64)}${'00000000ffff7f2000000000'}`,
      limit: '207fffff',
      retargeting: false,
    })
    const header = nextHeader(params, startContext(params))
    expect(checkHeader(params, startContext(params), header).ok).toBe(true)
  })

  it.each([
    ['not JSON', '{', 'not JSON'],
    ['no object', '[]', 'expected object'],
    ['an unknown key', { ...good, powLimit: 1 }, 'powLimit'],
    ['a name of a public network', { ...good, name: 'mainnet' }, 'public network'],
    ['a name that is no file name', { ...good, name: '../x' }, 'name'],
    ['a short genesis header', { ...good, genesisHeader: good.genesisHeader.slice(2) }, '160 hex digits'],
    ['a limit in capitals', { ...good, limit: '1E0377AE' }, 'lower-case'],
    ['a negative limit', { ...good, limit: '1e8377ae' }, 'positive'],
    ['a limit of zero', { ...good, limit: '1e000000' }, 'positive'],
    ['an overflowing limit', { ...good, limit: '2200ffff' }, 'positive'],
    ['a limit not in its shortest form', { ...good, limit: '1f000377' }, 'shortest'],
    ['a limit of size 16', { ...good, limit: '107fffff' }, 'outside'],
    ['a limit of size 33', { ...good, limit: '2100ffff', retargeting: false }, 'outside'],
    ['a limit with work of 128 bits or more', { ...good, limit: '11008000' }, 'outside'],
    ['a limit that could wrap', { ...good, limit: '1e0377af' }, '2^256'],
    ['an epoch of one block', { ...good, epochLength: 1 }, 'epochLength'],
    ['an epoch of 2^32 blocks', { ...good, epochLength: 2 ** 32 }, 'epochLength'],
    ['half an epoch', { ...good, epochLength: 2.5 }, 'epochLength'],
    ['version heights that decrease', { ...good, versionHeights: { v2: 2, v3: 1, v4: 3 } }, 'must not decrease'],
    ['the same further up', { ...good, versionHeights: { v2: 1, v3: 3, v4: 2 } }, 'must not decrease'],
    ['a negative height', { ...good, versionHeights: { v2: -1, v3: 1, v4: 1 } }, 'v2'],
    [
      'a genesis easier than the limit',
      { ...good, genesisHeader: genesisWithBits(0x1e0377af) },
      'easier than the limit',
    ],
    ['a genesis with a negative target', { ...good, genesisHeader: genesisWithBits(0x1e8377ae) }, 'positive'],
    ['a genesis whose nBits are written longer', { ...good, genesisHeader: genesisWithBits(0x1f000377) }, 'shortest'],
  ])('refuse %s', (_, json, message) => {
    expect(() => loadCustomParams(json)).toThrow(
      expect.objectContaining({ code: 'E_PARAMS', message: expect.stringContaining(message) }),
    )
  })

  it('may have the easiest limit that cannot wrap, and without retargeting any', () => {
    expect(loadCustomParams(good).limitCompact).toBe(0x1e0377ae)
    expect(loadCustomParams({ ...good, limit: '207fffff', retargeting: false }).limitCompact).toBe(0x207fffff)
  })
})

describe('the parameter element', () => {
  it('packs the fields at their places', () => {
    expect(packParams(mainnet)).toBe(
      0x1d00ffffn | (1n << 32n) | (2016n << 34n) | (227_931n << 66n) | (363_725n << 98n) | (388_381n << 130n),
    )
    expect(packParams(regtest)).toBe(0x207fffffn | (144n << 34n) | (1n << 66n) | (1n << 98n) | (1n << 130n))
  })

  it('of a custom network never equals a built-in one', () => {
    const twin = loadCustomParams({ ...good, epochLength: 2016 })
    expect(packParams(twin)).toBe(packParams(signet) | (1n << 33n))
  })

  it('stays below 2^162 at its greatest', () => {
    const greatest = {
      ...regtest,
      limitCompact: 0x20ffffff,
      retargeting: true,
      custom: true,
      epochLength: 2 ** 32 - 1,
      v2Height: 2 ** 32 - 1,
      v3Height: 2 ** 32 - 1,
      v4Height: 2 ** 32 - 1,
    }
    expect(packParams(greatest) >> 161n).toBe(1n)
    expect(packParams(greatest) >> 162n).toBe(0n)
  })

  it('does not exist for a network that the circuit does not serve', () => {
    expect(() => packParams(testnet4)).toThrow(expect.objectContaining({ code: 'E_PARAMS' }))
  })
})

describe('the built-in networks', () => {
  it.each([mainnet, signet, testnet4, regtest])('$name keeps the bounds that custom networks must', (params) => {
    const { limitCompact, retargeting, genesis, epochLength, v2Height, v3Height, v4Height } = params
    const { target } = decodeCompact(limitCompact)
    if (retargeting) expect((target * 4_838_400n) >> 256n).toBe(0n)
    expect(genesis.bits).toBe(limitCompact)
    expect(epochLength).toBeGreaterThanOrEqual(2)
    expect(v2Height <= v3Height && v3Height <= v4Height).toBe(true)
    expect(target % 2n ** 112n).toBe(0n)
  })
})
