import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { bytesToHex, concatBytes } from '../../src/lib/index.ts'
import { type ReadOptions, readBlob, type SourceFault } from '../../storage/index.ts'
import { GatewaySource } from '../../storage/reading/gateway-source.ts'
import { someBytes } from './bytes.ts'
import { kernel } from './kernels.ts'
import { REGTEST, ReadingPlace } from './reading-place.ts'
import { alice } from './record-scene.ts'
import { signedName } from './signed-names.ts'

/** A gateway that lies in every answer, by each way to lie, over real sockets; and its honest neighbour. */
const content = someBytes(40_000)
const other = someBytes(40_000, 9)
const AUTHOR = bytesToHex(alice.publicKey)

let place: ReadingPlace
let honest: string
let liar: Server
let lying: string
let blob: string
let another: string

/** How an honest answer is turned into a lie. */
type Lie = (answer: Buffer, response: ServerResponse, request: IncomingMessage) => unknown
let lie: Lie

beforeAll(async () => {
  place = await ReadingPlace.make()
  blob = await place.blob(content)
  another = await place.blob(other)
  const names = {
    isCatchingUp: false,
    signedName: async ({ name }: { readonly name: string }) => (name === 'site' ? signedName(blob, 3) : null),
    recorded: async () => null,
  }
  honest = await place.gateway([place.blobs], { names })
  liar = createServer(async (request, response) => {
    const answer = await fetch(`${honest}${request.url}`)
    await lie(Buffer.from(await answer.arrayBuffer()), response, request)
  })
  liar.listen(0, '127.0.0.1')
  await once(liar, 'listening')
  lying = `http://127.0.0.1:${(liar.address() as AddressInfo).port}`
})
afterAll(async () => {
  liar?.closeAllConnections()
  liar?.close()
  await place?.remove()
})

const flipped = (bytes: Buffer, at: number) => {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] as number) ^ 1
  return copy
}
const ofAnother = async (request: IncomingMessage) => {
  const url = `${honest}${request.url}`.replace(blob, another).replace('site.', 'none.')
  return Buffer.from(await (await fetch(url)).arrayBuffer())
}

const LIES: Readonly<Record<string, Lie>> = {
  'a wrong first byte': (bytes, response) => response.end(flipped(bytes, 0)),
  'a wrong byte in the midst': (bytes, response) => response.end(flipped(bytes, bytes.length >> 1)),
  'a wrong last byte': (bytes, response) => response.end(flipped(bytes, bytes.length - 2)),
  'a byte too few': (bytes, response) => response.end(bytes.subarray(1)),
  'a byte too many': (bytes, response) => response.end(concatBytes(bytes, Uint8Array.of(0x7d))),
  'nothing at all': (_, response) => response.end(),
  'a part, and breaks off': (bytes, response) => {
    response.setHeader('content-length', bytes.length)
    response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy())
  },
  'what never ends': (bytes, response) => {
    const more = () => {
      if (!response.destroyed) response.write(bytes, () => setImmediate(more))
    }
    more()
  },
  'a length of terabytes': (bytes, response) => {
    response.setHeader('content-length', '1099511627776')
    response.write(bytes)
  },
  'what is another’s': async (_, response, request) => response.end(await ofAnother(request)),
  'a page': (_, response) => response.setHeader('content-type', 'text/html').end('<h1>it is here</h1>'),
  'a redirect to the truth': (_, response, request) =>
    response.writeHead(302, { location: `${honest}${request.url}` }).end(),
  'a redirect to itself': (_, response, request) => response.writeHead(301, { location: request.url }).end(),
  'that it failed': (_, response) => response.writeHead(500).end(),
  'a part that nobody asked for': (bytes, response) => response.writeHead(206).end(bytes.subarray(0, 100)),
  'that it is not modified': (_, response) => response.writeHead(304).end(),
}

const SLOW: Readonly<Record<string, Lie>> = {
  'no answer': () => undefined,
  'a beginning, and no more': (bytes, response) => {
    response.write(bytes.subarray(0, 10))
  },
  'that it be asked later, for ever': (_, response) => response.writeHead(429, { 'retry-after': '0' }).end(),
}

const uri = (target: string) => `web3://${target}:${REGTEST}`
const name = `site.${AUTHOR}`

async function read(target: string, gateways: readonly string[], more: Partial<ReadOptions> = {}): Promise<unknown> {
  const found = await readBlob(uri(target), { kernel, params: regtest, gateways, ...more })
  if (!found.ok) return found.reject
  if (found.found.content.kind !== 'file') return 'a folder'
  const pieces: Uint8Array[] = []
  for await (const piece of found.found.content.read(0, content.length)) pieces.push(piece)
  return concatBytes(...pieces)
}

/** Lies in what is asked by one route; in all else it says the truth. */
const inRoute =
  (route: RegExp, how: Lie): Lie =>
  (bytes, response, request) =>
    route.test(request.url ?? '') ? how(bytes, response, request) : void response.end(bytes)

const ROUTES: readonly (readonly [string, RegExp, () => string])[] = [
  ['facts of a blob', /format=facts/, () => blob],
  ['a unit or chunk', /format=raw/, () => blob],
  ['a name', /format=name/, () => name],
  ['everything', /./, () => name],
]

describe.each(ROUTES)('a gateway that lies of %s', (_, route, target) => {
  it.each(Object.entries(LIES))('and gives %s: a typed fault, and its neighbour serves', async (_, how) => {
    lie = inRoute(route, how)
    const faults: SourceFault[] = []
    expect(await read(target(), [lying, honest], { onFault: (fault) => faults.push(fault) })).toEqual(content)
    expect(faults.length).toBeGreaterThan(0)
    for (const { source, reject } of faults) {
      expect(source).toBe(lying)
      expect(['not-verified', 'unreachable']).toContain(reject)
    }
  })
})

it.each(Object.entries(LIES))('alone it has nothing believed: %s', async (_, how) => {
  lie = how
  expect(['not-verified', 'unreachable', 'bad-signature', 'no-such-name']).toContain(await read(name, [lying]))
  const found = await readBlob(uri(blob), { kernel, params: regtest, gateways: [lying] })
  expect(['not-verified', 'unreachable', 'not-found']).toContain(found.ok ? null : found.reject)
})

it.each(Object.entries(SLOW))('a gateway that gives %s is waited for so long, and no longer', async (_, how) => {
  lie = how
  const faults: SourceFault[] = []
  const options = { timeoutMs: 1_000, onFault: (fault: SourceFault) => faults.push(fault) }
  expect(await read(blob, [lying, honest], options)).toEqual(content)
  expect(faults[0]).toMatchObject({ source: lying, reject: 'unreachable' })
  expect(faults[0]?.detail).toContain('has not answered within 1000 ms')
})

it('the type that a gateway says is nobody’s word: it is the manifest’s, or the URI’s', async () => {
  lie = (bytes, response) => response.setHeader('content-type', 'text/html;charset=utf-8').end(bytes)
  const found = await readBlob(uri(blob), { kernel, params: regtest, gateways: [lying] })
  expect(found).toMatchObject({ ok: true, found: { content: { type: 'application/octet-stream' } } })
  expect(await read(blob, [lying])).toEqual(content)
})

it('a gateway reads from a liar as any reader does', async () => {
  for (const how of Object.values(LIES)) {
    lie = how
    const sources = [lying, honest].map((url) => new GatewaySource(url, { chain: REGTEST }))
    const third = await place.gateway(sources)
    const answer = await fetch(`${third}/web3/${blob}:${REGTEST}`)
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(content)
  }
})
