import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mainnet, regtest } from '../../src/bitcoin/index.ts'
import { concatBytes } from '../../src/lib/index.ts'
import { type ReadOptions, readBlob } from '../../storage/index.ts'
import type { BlobSource } from '../../storage/reading/source.ts'
import { someBytes } from './bytes.ts'
import { kernel, wasmKernel } from './kernels.ts'
import { REGTEST, ReadingPlace } from './reading-place.ts'

let place: ReadingPlace
let gateway: string
let blob: string
let folder: string
const content = someBytes(300_000)
const large = someBytes(450_000, 2)

beforeAll(async () => {
  place = await ReadingPlace.make()
  gateway = await place.gateway()
  blob = await place.blob(content)
  folder = await place.directory({ 'index.html': '<h1>hello</h1>', 'a/ä b.txt': 'text', 'a/large.bin': large })
})
afterAll(() => place?.remove())

const options = (gateways: readonly string[] = [gateway], more: Partial<ReadOptions> = {}): ReadOptions => ({
  kernel,
  params: regtest,
  gateways,
  ...more,
})

/** What a URI leads to, all of it or a range. */
async function bytesAt(uri: string, given: ReadOptions = options(), start = 0, end?: number): Promise<Uint8Array> {
  const read = await readBlob(uri, given)
  if (!read.ok) throw new Error(`${read.reject}: ${read.detail}`)
  const { content } = read.found
  if (content.kind !== 'file') throw new Error('a folder')
  const pieces: Uint8Array[] = []
  for await (const piece of content.read(start, end ?? content.size, given.signal)) pieces.push(piece)
  return concatBytes(...pieces)
}

async function reject(uri: string, given: ReadOptions = options()): Promise<string | null> {
  const read = await readBlob(uri, given)
  return read.ok ? null : read.reject
}

describe('readBlob', () => {
  it('reads a blob whole and in any part, with the addon and with WebAssembly', async () => {
    const uri = `web3://${blob}:${REGTEST}`
    expect(await bytesAt(uri)).toEqual(content)
    const wasm = options([gateway], { kernel: await wasmKernel() })
    for (const [start, end] of [
      [0, 1],
      [7_935, 7_937],
      [126_975, 126_977],
      [100, 299_999],
      [299_999, 300_000],
      [5, 5],
    ]) {
      expect(await bytesAt(uri, wasm, start, end)).toEqual(content.slice(start, end))
    }
  })

  it('reads files of a folder by their paths, through several blobs', async () => {
    expect(await bytesAt(`web3://${folder}:${REGTEST}/a/large.bin`)).toEqual(large)
    expect(new TextDecoder().decode(await bytesAt(`web3://${folder}:${REGTEST}/a/%C3%A4%20b.txt`))).toBe('text')
    const index = await readBlob(`web3://${folder}:${REGTEST}/`, options())
    expect(index).toMatchObject({ ok: true, found: { content: { kind: 'file', path: 'index.html', size: 14 } } })
    const names = await readBlob(`web3://${folder}:${REGTEST}/a/`, options())
    expect(names).toMatchObject({ ok: true, found: { content: { kind: 'folder', names: ['large.bin', 'ä b.txt'] } } })
    expect(await reject(`web3://${folder}:${REGTEST}/a/none`)).toBe('no-such-path')
    expect(await reject(`web3://${blob}:${REGTEST}/a`)).toBe('no-such-path')
  })

  it('says what is wrong with what it is asked', async () => {
    expect(await reject(`web3://${blob}:${REGTEST}`, options([gateway], { params: mainnet }))).toBe('other-network')
    expect(await reject(`web3://${'00'.repeat(32)}:${REGTEST}`)).toBe('not-found')
    expect(await reject(`web3://${blob}i0:${REGTEST}`)).toBe('not-attested')
    const names = { isCatchingUp: false, signedName: async () => null, recorded: async () => null }
    const knowing = await place.gateway([place.blobs], { names })
    expect(await reject(`web3://name.${blob}:${REGTEST}`, options([knowing]))).toBe('no-such-name')
    // A gateway without a node cannot say that there is no such name.
    expect(await reject(`web3://name.${blob}:${REGTEST}`)).toBe('unreachable')
    expect(await reject(`web3://${blob}:${REGTEST}`, options(['http://127.0.0.1:9']))).toBe('unreachable')
    const attested = options([gateway], { attested: async (id) => (id === `${folder}i0` ? blob : null) })
    expect(await bytesAt(`web3://${folder}i0:${REGTEST}`, attested)).toEqual(content)
  })

  it('ends as soon as its signal fires', async () => {
    const abort = new AbortController()
    const read = await readBlob(`web3://${blob}:${REGTEST}`, options([gateway], { signal: abort.signal }))
    if (!read.ok || read.found.content.kind !== 'file') throw new Error('not read')
    const pieces = read.found.content.read(0, content.length, abort.signal)
    await pieces.next()
    abort.abort()
    await expect(pieces.next()).rejects.toMatchObject({ code: 'E_ABORTED' })
  })
})

/** Answers of a gateway, each altered by a rule. */
function liar(alter: (bytes: Uint8Array, url: string) => Uint8Array): typeof fetch {
  return async (input, init) => {
    const url = String(input)
    const lies = url.startsWith('http://liar')
    const response = await fetch(lies ? url.replace('http://liar', gateway) : url, init)
    if (!lies || !response.ok) return response
    return new Response(alter(new Uint8Array(await response.arrayBuffer()), url) as BodyInit, { status: 200 })
  }
}

describe('a lying gateway', () => {
  const flipped = (at: number) => (bytes: Uint8Array) => {
    const copy = bytes.slice()
    copy[at] = (copy[at] as number) ^ 1
    return copy
  }
  const onlyPieces = (alter: (bytes: Uint8Array) => Uint8Array) => (bytes: Uint8Array, url: string) =>
    url.includes('format=raw') ? alter(bytes) : bytes
  const json = (text: string) => () => new TextEncoder().encode(text)

  it.each([
    ['the first byte of a path', onlyPieces(flipped(0))],
    ['the last byte', onlyPieces((bytes) => flipped(bytes.length - 1)(bytes))],
    ['a byte too few', onlyPieces((bytes) => bytes.slice(1))],
    ['a byte too many', onlyPieces((bytes) => concatBytes(bytes, Uint8Array.of(0)))],
    ['nothing', onlyPieces(() => new Uint8Array())],
    ['another blob’s facts', json(`{"root":"${'11'.repeat(32)}","length":300000,"coding":1}`)],
    ['a root that is none', json(`{"root":"${'ff'.repeat(32)}","length":300000,"coding":1}`)],
    ['no JSON', json('<html>')],
    ['an endless answer', () => new Uint8Array(1_000_000)],
  ])('that gives %s is a typed fault, and its honest neighbour serves', async (_, alter) => {
    const uri = `web3://${blob}:${REGTEST}`
    const faults: string[] = []
    const onFault = ({ source, reject }: { source: string; reject: string }) => faults.push(`${source} ${reject}`)
    const both = options(['http://liar', gateway], { fetch: liar(alter), onFault })
    expect(await bytesAt(uri, both)).toEqual(content)
    expect(new Set(faults.map((fault) => fault.split(' ')[0]))).toEqual(new Set(['http://liar']))
    const alone = options(['http://liar'], { fetch: liar(alter) })
    await expect(bytesAt(uri, alone)).rejects.toThrow(/not-verified|unreachable/)
  })

  it('of a gateway that reads from a liar is none: it verifies too', async () => {
    const lying: BlobSource = {
      name: 'liar',
      content: (id) => place.blobs.content(id),
      unit: async (id, unit) => flippedPiece(await place.blobs.unit(id, unit)),
      chunk: async (id, chunk) => flippedPiece(await place.blobs.chunk(id, chunk)),
    }
    const first = await place.gateway([lying])
    const answer = await fetch(`${first}/web3/${blob}:${REGTEST}`)
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([502, 'no-store'])
    const second = await place.gateway([lying, place.blobs])
    expect(await bytesAt(`web3://${blob}:${REGTEST}`, options([first, second]))).toEqual(content)
  })

  function flippedPiece<T extends { readonly bytes: Uint8Array } | null>(piece: T): T {
    return piece === null ? piece : { ...piece, bytes: flipped(5)(piece.bytes) }
  }
})
