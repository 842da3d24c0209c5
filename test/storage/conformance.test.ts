import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { MemorySeenNames, readBlob } from '../../storage/index.ts'
import { kernel } from './kernels.ts'
import { REGTEST, ReadingPlace } from './reading-place.ts'
import { alice } from './record-scene.ts'
import { signedName } from './signed-names.ts'

/**
 * The examples of ERC-4804, 6860, 5219, 6944, 7087 and 7774, with Bitcoin as the chain: what `readBlob` gives for each, and
 * what a gateway answers to the same. Where an example calls a contract, it stands once as it is, and is refused, and once
 * with what is stored here in the contract's place.
 */
const AUTHOR = bytesToHex(alice.publicKey)
const INSCRIPTION = `${'ee'.repeat(32)}i0`
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'

let place: ReadingPlace
let gateway: string
const ids: Record<string, string> = {}

beforeAll(async () => {
  place = await ReadingPlace.make()
  ids.SITE = await place.directory({
    'index.html': '<h1>w3url</h1>',
    'renderBroker/9999': 'broker',
    'balanceOf/vitalik.eth': 'balance',
    'a b/ä.txt': 'escaped',
    '%41.txt': 'escaped twice',
    'docs/index.html': 'docs',
    'img/logo.svg': SVG,
    'img/note.txt': 'note',
  })
  ids.SVG = await place.blob(new TextEncoder().encode(SVG))
  const names = {
    isCatchingUp: false,
    signedName: async ({ name }: { readonly name: string }) =>
      name === 'w3url' || name === 'sub.w3url' ? signedName(ids.SITE as string, 1, { name }) : null,
    recorded: async (id: string) => (id === INSCRIPTION ? { id: ids.SITE as string, asOf: 10 } : null),
  }
  gateway = await place.gateway([place.blobs], { names })
})
afterAll(() => place?.remove())

const given = (uri: string) =>
  uri
    .replace(/SITE|SVG/, (name) => ids[name] as string)
    .replace('AUTHOR', AUTHOR)
    .replace('INSCRIPTION', INSCRIPTION)
    .replace(':REGTEST', `:${REGTEST}`)

/** What a reader is given: type and bytes, names of a folder, or the rule broken. */
async function read(uri: string): Promise<string> {
  const attested = async (id: string) => (id === INSCRIPTION ? (ids.SITE as string) : null)
  const options = { kernel, params: regtest, gateways: [gateway], seen: new MemorySeenNames(), attested }
  const found = await readBlob(given(uri), options)
  if (!found.ok) return found.reject
  const { content } = found.found
  if (content.kind === 'folder') return content.names.join(' ')
  let bytes = ''
  for await (const piece of content.read(0, content.size)) bytes += new TextDecoder().decode(piece)
  return `${content.type} ${bytes}`
}

/** What a gateway answers: status, type or failure, and bytes. As it is written: no client's URL parser comes between. */
async function answered(uri: string): Promise<string> {
  const path = given(uri)
    .replace(/^w(?:eb)?3:\/\//, '/web3/')
    .replace(/#.*$/, '')
  const { hostname, port } = new URL(gateway)
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    request({ hostname, port, path }, resolve).on('error', reject).end()
  })
  const body = await text(response)
  const { statusCode, headers } = response
  if (statusCode === 200) return `${headers['content-type']} ${body}`
  if (statusCode === 307) return `307 ${headers.location}`
  return `${statusCode} ${JSON.parse(body).error}`
}

const HTML = 'text/html;charset=utf-8'
const TEXT = 'text/plain;charset=utf-8'
const BYTES = 'application/octet-stream'
const CONTRACT = '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48'

/** ERC, URI, what a reader is given, and what a gateway answers where that is said in another way. */
const EXAMPLES: readonly (readonly [string, string, string, string?])[] = [
  // ERC-4804 and ERC-6860: example 1, a domain name without a chain; the chain is mandatory here.
  ['6860 1', 'web3://w3url.eth/', 'no-chain', '400 no-chain'],
  ['6860 1', 'web3://w3url.AUTHOR:REGTEST/', `${HTML} <h1>w3url</h1>`],
  ['6860 1', 'w3://w3url.AUTHOR:REGTEST/', `${HTML} <h1>w3url</h1>`],
  ['6860 1', 'web3://SITE:REGTEST', `${HTML} <h1>w3url</h1>`, '307 ./SITE:REGTEST/'],
  ['6860 1', 'web3://sub.w3url.AUTHOR:REGTEST/', `${HTML} <h1>w3url</h1>`],
  ['6860 2', 'web3://cyberbrokers-meta.eth/renderBroker/9999', 'no-chain', '400 no-chain'],
  ['6860 2', 'web3://SITE:REGTEST/renderBroker/9999', `${BYTES} broker`],
  ['6860 3', 'web3://vitalikblog.eth:5/', 'unknown-chain', '400 unknown-chain'],
  ['6860 3', 'web3://vitalikblog.eth:REGTEST/', 'bad-target', '400 bad-target'],
  ['6860 3', 'web3://vitalikblog.AUTHOR:REGTEST/', 'no-such-name', '404 not-found'],
  ['6860 3', 'web3://SITE:675223068/', 'other-network', '404 other-network'],
  ['6860 4', 'web3://0xe4ba0e245436b737468c206ab5c8f4950597ab7f:42170/', 'unsupported-mode', '400 unsupported-mode'],
  ['6860 4', 'web3://INSCRIPTION:REGTEST/', `${HTML} <h1>w3url</h1>`],
  ['6860 5', `web3://${CONTRACT}/balanceOf/vitalik.eth?returns=(uint256)`, 'unsupported-mode', '400 bad-request'],
  ['6860 5', 'web3://SITE:REGTEST/balanceOf/vitalik.eth?returns=(uint256)', 'unsupported-mode', '400 bad-request'],
  ['6860 5', 'web3://SITE:REGTEST/balanceOf/vitalik.eth', `${BYTES} balance`],
  ['6860 6', `web3://${CONTRACT}/balanceOf/vitalik.eth?returns=()`, 'unsupported-mode', '400 bad-request'],
  ['4804 6', 'web3://SITE:REGTEST/balanceOf/vitalik.eth?returnTypes=()', 'unsupported-mode', '400 bad-request'],
  ['6860', 'web3://0xaabbccddee@SITE:REGTEST/', 'unsupported-mode', '400 unsupported-mode'],
  ['6860', 'web3://SITE:REGTEST/img/logo.svg#layer1', `image/svg+xml ${SVG}`],
  ['6860', 'web3://SITE:REGTEST/a%20b/%C3%A4.txt', `${TEXT} escaped`],
  ['6860', 'web3://SITE:REGTEST/%2541.txt', `${TEXT} escaped twice`],
  ['6860', 'web3://SITE:REGTEST/%41.txt', 'no-such-path', '404 no-such-path'],
  ['6860', 'web3://SITE:0/', 'unknown-chain', '400 unknown-chain'],
  ['6860', 'web3://SITE:03669344250/', 'unknown-chain', '400 unknown-chain'],
  // ERC-5219 by ERC-6944: a resource is names between slashes; nobody takes parameters.
  ['5219', 'web3://SITE:REGTEST/docs/', `${HTML} docs`],
  ['5219', 'web3://SITE:REGTEST/docs', `${HTML} docs`, '307 ./docs/'],
  ['5219', 'web3://SITE:REGTEST/img/', 'logo.svg note.txt', 'LIST'],
  ['5219', 'web3://SITE:REGTEST/docs/?page=2', 'bad-query', '400 bad-request'],
  ['5219', 'web3://SITE:REGTEST/none', 'no-such-path', '404 no-such-path'],
  ['5219', 'web3://SITE:REGTEST/docs//index.html', 'bad-path', '400 bad-path'],
  ['6944', 'web3://SITE:REGTEST/docs/../index.html', 'bad-path', '400 bad-path'],
  // ERC-7087: types of what says none itself; the last one of several holds.
  ['7087 1', 'web3://SVG:REGTEST?mime.content=image/svg%2Bxml', `image/svg+xml ${SVG}`],
  ['7087 2', 'web3://SVG:REGTEST?mime.type=svg', `image/svg+xml ${SVG}`],
  ['7087 3', 'web3://SVG:REGTEST/tokenURI/100?mime.dataurl', 'unsupported-mode', '400 bad-request'],
  ['7087', 'web3://SVG:REGTEST', `${BYTES} ${SVG}`],
  ['7087', 'web3://SVG:REGTEST?mime.type=txt&mime.content=image/svg%2Bxml', `image/svg+xml ${SVG}`],
  ['7087', 'web3://SVG:REGTEST?mime.content=image/svg%2Bxml&mime.type=txt', `${TEXT} ${SVG}`],
  ['7087', 'web3://SVG:REGTEST?mime.type=html&mime.type=txt', `${TEXT} ${SVG}`],
  ['7087', 'web3://SVG:REGTEST?mime.type=nothing', 'bad-query', '400 bad-query'],
  ['7087', 'web3://SVG:REGTEST?mime.content=nothing', 'bad-query', '400 bad-query'],
  ['7087', 'web3://SVG:REGTEST?mime.content=text/html%0d%0ax:y', 'bad-query', '400 bad-query'],
  ['7087', 'web3://SITE:REGTEST/img/logo.svg?mime.type=html', `image/svg+xml ${SVG}`],
]

const BOTH = EXAMPLES.map(([erc, uri, expected, answer = expected]) => [erc, uri, expected, answer] as const)

describe.each(BOTH)('ERC-%s: %s', (_, uri, expected, answer) => {
  it('is read as it says', async () => {
    expect(await read(uri)).toBe(expected)
  })

  it('is answered by a gateway as it says', async () => {
    const got = await answered(uri)
    if (answer === 'LIST') for (const name of expected.split(' ')) expect(got).toContain(`href="./${name}"`)
    else expect(got).toBe(given(answer))
  })
})
