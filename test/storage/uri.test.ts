import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mainnet, regtest, signet, testnet4 } from '../../src/bitcoin/index.ts'
import { chainNumber, formatUri, parseUri } from '../../storage/index.ts'

const ID = 'ab'.repeat(32)
const AUTHOR = 'cd'.repeat(32)
const R = 3_669_344_250

/** The rule broken, or the URI written again. */
function judged(text: string): string {
  const parsed = parseUri(text)
  return parsed.ok ? formatUri(parsed.uri) : parsed.reject
}

describe('chain numbers', () => {
  it('are the networks’ message starts, little-endian', () => {
    expect([mainnet, testnet4, signet, regtest].map(chainNumber)).toEqual([
      3_652_501_241, 675_223_068, 1_087_308_554, 3_669_344_250,
    ])
    expect(chainNumber({ name: 'regtest', custom: true })).toBeNull()
  })
})

describe('URIs of the ERCs, with Bitcoin as the chain', () => {
  const contract = '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48'
  it.each([
    // ERC-4804 and ERC-6860, examples 1 to 7.
    ['web3://w3url.eth/', 'no-chain'],
    ['web3://cyberbrokers-meta.eth/renderBroker/9999', 'no-chain'],
    ['web3://vitalikblog.eth:5/', 'unknown-chain'],
    [`web3://vitalikblog.eth:${R}/`, 'bad-target'],
    ['web3://0xe4ba0e245436b737468c206ab5c8f4950597ab7f:42170/', 'unsupported-mode'],
    [`web3://${contract}/balanceOf/vitalik.eth?returns=(uint256)`, 'unsupported-mode'],
    [`web3://${contract}/balanceOf/vitalik.eth?returns=()`, 'unsupported-mode'],
    [`web3://${ID}:${R}/balanceOf/vitalik.eth?returns=(uint256)`, 'unsupported-mode'],
    [`web3://${ID}:${R}/a?returnTypes=(uint256)`, 'unsupported-mode'],
    [`web3://0xaabbccddee@${ID}:${R}/`, 'unsupported-mode'],
    [`w3://${ID}:${R}/`, `web3://${ID}:${R}/`],
    [`web3://${ID}:01/`, 'unknown-chain'],
    // The same shapes with what there is here instead of a contract.
    [`web3://${ID}:${R}/`, `web3://${ID}:${R}/`],
    [`web3://${ID}:${R}`, `web3://${ID}:${R}`],
    [`web3://${ID}i0:${R}/page.html#top`, `web3://${ID}i0:${R}/page.html`],
    [`web3://w3url.${AUTHOR}:${R}/a/b.svg`, `web3://w3url.${AUTHOR}:${R}/a/b.svg`],
    [`web3://w3.url.${AUTHOR}:${R}/`, `web3://w3.url.${AUTHOR}:${R}/`],
    // ERC-7087, examples 1 to 3.
    [`web3://${ID}:${R}?mime.content=image/svg%2Bxml`, `web3://${ID}:${R}?mime.content=image%2Fsvg%2Bxml`],
    [`web3://${ID}:${R}?mime.type=svg`, `web3://${ID}:${R}?mime.content=image%2Fsvg%2Bxml`],
    [`web3://${ID}:${R}/tokenURI/100?mime.dataurl`, 'unsupported-mode'],
    [`web3://${ID}:${R}?mime.type=nothing`, 'bad-query'],
    [`web3://${ID}:${R}?mime.content=nothing`, 'bad-query'],
    // ERC-5219 hands parameters to the contract: there is none to take them.
    [`web3://${ID}:${R}/a?b=1`, 'bad-query'],
    // ERC-6860: percent-encoded names, once.
    [`web3://${ID}:${R}/%C3%A4%20b`, `web3://${ID}:${R}/%C3%A4%20b`],
    [`web3://${ID}:${R}/%2541`, `web3://${ID}:${R}/%2541`],
  ])('%s', (text, expected) => {
    expect(judged(text)).toBe(expected)
  })
})

describe('URIs that would lead elsewhere', () => {
  const at = (path: string) => `web3://${ID}:${R}${path}`
  it.each([
    [at('/../x'), 'bad-path'],
    [at('/a/%2e%2e/x'), 'bad-path'],
    [at('/./x'), 'bad-path'],
    [at('//x'), 'bad-path'],
    [at('/a%2Fb'), 'bad-path'],
    [at('/a%5Cb'), 'bad-path'],
    [at('/a\\b'), 'bad-character'],
    [at('/a%00'), 'bad-path'],
    [at('/a%0a'), 'bad-path'],
    [at('/%'), 'bad-encoding'],
    [at('/%4'), 'bad-encoding'],
    [at('/%zz'), 'bad-encoding'],
    [at('/%ff'), 'bad-encoding'],
    [at('/%c0%af'), 'bad-encoding'],
    [at('/a%CC%88'), 'bad-path'],
    [at('/ä'), 'bad-character'],
    [at(`/${'a'.repeat(256)}`), 'bad-path'],
    [at(`/${'a'.repeat(3000)}`), 'too-long'],
    [`web3://${ID.toUpperCase()}:${R}/`, 'bad-target'],
    [`web3://${ID.slice(1)}:${R}/`, 'bad-target'],
    [`web3://0x${ID}:${R}/`, 'bad-target'],
    [`web3://${ID}I0:${R}/`, 'bad-target'],
    [`web3://a_b.${AUTHOR}:${R}/`, 'bad-target'],
    [`web3://.${AUTHOR}:${R}/`, 'bad-target'],
    [`web3://${'a'.repeat(64)}.${AUTHOR}:${R}/`, 'bad-target'],
    [`web3://:${R}/`, 'bad-target'],
    ['web3:///', 'no-chain'],
    ['https://example.com/', 'bad-scheme'],
    ['web3:/x', 'bad-scheme'],
    ['', 'bad-scheme'],
  ])('%s is refused', (text, expected) => {
    expect(judged(text)).toBe(expected)
  })

  it('are never read as a path that leaves its folder, whatever the text', () => {
    const bits = fc.constantFrom('/', '..', '.', '%2e', '%2F', '%5c', '%00', 'a', '%25', '\\', '%c3%a4', '?', '#', ':')
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 12 }), (parts) => {
        const parsed = parseUri(at(`/${parts.join('')}`))
        if (!parsed.ok) return
        const { path } = parsed.uri
        expect(path.split('/').every((name) => path === '' || !['', '.', '..'].includes(name))).toBe(true)
        expect(path).not.toMatch(/[\0\\]/)
      }),
    )
  })

  it('are read as what was written, by the one way to write it', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(fc.array(name, { maxLength: 4 }), fc.boolean(), (names, folder) => {
        const uri = { target: { kind: 'blob', id: ID } as const, chain: R, path: names.join('/'), folder, type: null }
        const parsed = parseUri(formatUri(uri))
        if (parsed.ok) expect(parsed.uri).toEqual(uri)
        else expect(['bad-path', 'too-long']).toContain(parsed.reject)
      }),
    )
  })

  it('of any text never throw', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof parseUri(text).ok === 'boolean'))
    fc.assert(fc.property(fc.string(), (text) => typeof parseUri(`web3://${text}`).ok === 'boolean'))
  })
})
