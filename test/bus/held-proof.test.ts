import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DisplayHash, mainnet, packParams, signet } from '../../src/bitcoin/index.ts'
import { type ProvedChain, verifyProof } from '../../src/bus/index.ts'
import { findProof, stays } from '../../src/bus/io/publish/held-proof.ts'
import { ProofPublisher } from '../../src/bus/io/publish/publisher.ts'
import { ProofFetcher } from '../../src/bus/io/sync/proof-fetcher.ts'
import { ProofPlace } from '../../src/bus/io/sync/proof-place.ts'
import { startState } from '../../src/bus/state.ts'
import { mineChain, regtestStart } from './chain-fixture.ts'
import { FakeEngine } from './fake-engine.ts'
import { fakeOptions, fakeProof } from './fake-proof.ts'
import { poseidon } from './poseidon-reference.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-held-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const proved = (work: bigint, tip: string, changes: Partial<ProvedChain> = {}): ProvedChain => ({
  network: 'regtest',
  height: 5,
  tip: tip.repeat(32) as DisplayHash,
  bits: 0x207fffff,
  work,
  accumulator: 1n,
  steps: 3,
  anchor: null,
  setup: 'insecure-dev',
  pow: 'weak',
  keyId: 'ab',
  maxTime: 1,
  start: '00'.repeat(32) as DisplayHash,
  startDigest: '11'.repeat(32),
  params: 1n,
  ...changes,
})

describe('the proof that lies where follow writes', () => {
  it('stays while the new one has no more work', () => {
    const held = proved(12n, 'aa')
    expect(stays(held, proved(10n, 'bb'))).toBe(true)
    expect(stays(held, proved(12n, 'bb'))).toBe(true)
    expect(stays(held, proved(14n, 'bb'))).toBe(false)
    // The same state again: a run that was started anew tells it.
    expect(stays(held, proved(12n, 'aa'))).toBe(false)
    // What cannot be compared is no better.
    expect(stays(held, proved(10n, 'bb', { startDigest: '22'.repeat(32) }))).toBe(false)
    expect(stays(held, proved(10n, 'bb', { setup: 'ceremony' }))).toBe(false)
    expect(stays(held, proved(10n, 'bb', { keyId: 'cd' }))).toBe(false)
  })

  it('is none where there is no file or no valid proof, and an error where it cannot be read', async () => {
    expect(await findProof(join(dir, 'none'), fakeOptions)).toEqual({ held: null, refused: null })
    await writeFile(join(dir, 'old'), 'text')
    expect(await findProof(join(dir, 'old'), fakeOptions)).toMatchObject({
      held: null,
      refused: { reject: 'not-a-proof' },
    })
    // Valid for whoever has its key: an older version of the program made it, perhaps.
    const other = await fakeProof(mineChain(1).states[0]!)
    await writeFile(join(dir, 'other'), other)
    const elsewhere = { ...fakeOptions, verifier: new FakeEngine(regtestStart(), 'another') }
    await expect(findProof(join(dir, 'other'), elsewhere)).rejects.toMatchObject({
      code: 'E_USAGE',
      cure: { act: 'move-or-other-file' },
    })
    expect(new Uint8Array(await readFile(join(dir, 'other')))).toEqual(other)
    for (const [reject, options] of [
      ['time-too-new', { now: 1 }],
      ['wrong-network', { params: signet }],
    ] as const) {
      const cure = { act: reject === 'time-too-new' ? 'set-clock-or-move' : 'move-or-other-file' }
      const found = findProof(join(dir, 'other'), { ...fakeOptions, allowInsecureSetup: true, ...options })
      await expect(found).rejects.toMatchObject({ code: 'E_USAGE', message: expect.stringContaining(reject), cure })
    }
    const ceremony: FakeEngine = Object.create(fakeOptions.verifier, { setup: { value: 'ceremony' } })
    for (const [name, changes, options] of [
      ['wrong-start', { start: { kind: 'anchor', height: 1, hash: new Uint8Array(32) } }, {}],
      ['wrong-setup', {}, { verifier: ceremony }],
      [
        'insecure-setup',
        { params: packParams(mainnet), start: startState(mainnet, poseidon).start },
        { params: mainnet },
      ],
    ] as const) {
      await writeFile(join(dir, name), await fakeProof(mineChain(1).states[0]!, { changes }))
      const found = findProof(join(dir, name), { ...fakeOptions, ...options })
      await expect(found).rejects.toMatchObject({ code: 'E_USAGE', message: expect.stringContaining(name) })
    }
    await mkdir(join(dir, 'folder'))
    await expect(findProof(join(dir, 'folder'), fakeOptions)).rejects.toMatchObject({ code: 'E_IO' })
  })
})

describe('the proof that lies where fetch writes', () => {
  it('stays where a clock that is behind finds it too new, and an older one of less work is there', async () => {
    const file = join(dir, 'chain.proof')
    const { headers, states } = mineChain(5)
    const [low, high] = (await Promise.all([2, 5].map((height) => fakeProof(states[height - 1]!)))) as [
      Uint8Array,
      Uint8Array,
    ]
    const verifyOptions = () => ({ ...fakeOptions, now: headers[2]!.time - 7200 })
    const judged = await verifyProof(low, verifyOptions())
    if (!judged.ok) throw new Error(judged.detail)
    const place = new ProofPlace({ file, verifyOptions, refused: ({ reject }) => expect.fail(reject) })
    await place.look()
    await writeFile(file, high)
    const put = place.put({ ok: true, bytes: low, chain: judged.chain, newer: true })
    await expect(put).rejects.toMatchObject({ code: 'E_USAGE', cure: { act: 'set-clock-or-move' } })
    expect(new Uint8Array(await readFile(file))).toEqual(high)
    const publisher = new ProofPublisher({ file, verifyOptions })
    await expect(publisher.start()).rejects.toMatchObject({ code: 'E_USAGE' })
  })

  it('stays where a better one came there after it was asked for', async () => {
    const file = join(dir, 'chain.proof')
    const { states } = mineChain(5)
    const [low, middle, high] = (await Promise.all([2, 3, 5].map((height) => fakeProof(states[height - 1]!)))) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    // What comes to lie there between the question and its answer.
    let meanwhile: Uint8Array | null = null
    await using server = await answeringServer(async () => {
      await rm(file, { force: true })
      if (meanwhile !== null) await writeFile(file, meanwhile)
      return middle
    })
    const fetch = async (there: Uint8Array | null) => {
      await writeFile(file, low)
      meanwhile = there
      const fetcher = new ProofFetcher({ url: server.url, file, timeoutMs: 10_000, verifyOptions: () => fakeOptions })
      const result = await fetcher.fetch()
      return [result, new Uint8Array(await readFile(file))]
    }
    const worse = await fakeProof(states[0]!)
    for (const there of [low, null, new TextEncoder().encode('damaged'), worse]) {
      expect(await fetch(there)).toMatchObject([{ ok: true, newer: true }, middle])
    }
    expect(await fetch(high)).toMatchObject([{ ok: true, newer: false, chain: { height: 5 } }, high])
  })

  it('is kept current: what fails is told once, and what is newer is written', async () => {
    const file = join(dir, 'kept.proof')
    const { states } = mineChain(5)
    const [low, high] = (await Promise.all([2, 5].map((height) => fakeProof(states[height - 1]!)))) as [
      Uint8Array,
      Uint8Array,
    ]
    const forged = low.with(300, (low[300] as number) ^ 1)
    await writeFile(file, 'no proof')
    const answers = [null, null, forged, forged, low, low, low, high]
    const everything = Promise.withResolvers<void>()
    await using server = await answeringServer(async () => {
      const answer = answers.shift()
      if (answer === undefined) everything.resolve()
      return answer === undefined ? high : answer
    })
    const fetcher = new ProofFetcher({
      url: server.url,
      file,
      timeoutMs: 10_000,
      everyMs: 1,
      verifyOptions: () => fakeOptions,
    })
    const heard: string[] = []
    fetcher.events.on('refused', ({ reject }) => heard.push(`refused ${reject}`))
    fetcher.events.on('unreachable', () => heard.push('unreachable'))
    fetcher.events.on('untaken', ({ reject, bytes }) => {
      heard.push(`untaken ${reject}`)
      expect(bytes).toEqual(forged)
    })
    fetcher.events.on('fetched', ({ chain, newer }) => heard.push(`fetched ${chain.height} ${newer}`))
    await fetcher.start()
    await everything.promise
    await fetcher.stop()
    await fetcher.ended()
    // The file is read again before it is replaced, and still holds no proof.
    expect(heard).toEqual([
      'refused not-a-proof',
      'unreachable',
      'untaken damaged',
      'refused not-a-proof',
      'fetched 2 true',
      'fetched 5 true',
    ])
    expect(new Uint8Array(await readFile(file))).toEqual(high)
  })

  it('ends at once when its signal fires between two fetches', async () => {
    const proof = await fakeProof(mineChain(2).states[1]!)
    await using server = await answeringServer(async () => proof)
    const stop = new AbortController()
    const fetcher = new ProofFetcher({
      url: server.url,
      file: join(dir, 'chain.proof'),
      timeoutMs: 10_000,
      everyMs: 1_000_000,
      verifyOptions: () => fakeOptions,
    })
    fetcher.events.on('fetched', () => stop.abort())
    await fetcher.start(stop.signal)
    await fetcher.ended()
  })
})

/** A server whose every answer is the test's; null is 404: 503 would be asked again. */
async function answeringServer(answer: () => Promise<Uint8Array | null>) {
  const server = createServer(async (_, response) => {
    const bytes = await answer()
    if (bytes === null) response.writeHead(404).end()
    else response.end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
