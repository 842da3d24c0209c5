import { writeFile } from 'node:fs/promises'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { regtest } from '../../src/bitcoin/index.ts'
import type { HttpServer } from '../../src/http/index.ts'
import { concatBytes } from '../../src/lib/index.ts'
import { blobShape } from '../../storage/blob/shape.ts'
import { readBlob } from '../../storage/index.ts'
import { someBytes } from '../storage/bytes.ts'
import { kernel } from '../storage/kernels.ts'
import { REGTEST } from '../storage/reading-place.ts'
import { blobWith } from '../storage/test-blob.ts'
import { launchChromium } from './chromium.ts'
import { libraryPage, readInPage } from './library-page.ts'
import { LyingGateway } from './lying-gateway.ts'
import { differing, writeMixedFiles } from './mixed-files.ts'
import { rot, rotChunks } from './rot.ts'
import { StingyAuthor } from './stingy-author.ts'
import { type Post, StorageNetwork } from './storage-network.ts'

/** Each partition at three providers, of which each half has one at least. */
const POSTS: Readonly<Record<string, Post>> = {
  amber: { side: 'east', partitions: [0, 1] },
  beryl: { side: 'east', partitions: [0, 2] },
  coral: { side: 'west', partitions: [0, 2] },
  diamond: { side: 'west', partitions: [1, 2] },
  emerald: { side: 'west', partitions: [1] },
}

export interface Sizes {
  /** A partition is 2^K positions. */
  readonly partitionBits: number
  /** Of a folder that is longer than a partition, and of one file that does not fit into what is left of the second. */
  readonly folderBytes: number
  readonly filmBytes: number
  /** Of reorgs, in blocks, one after the other. */
  readonly depths: readonly number[]
}

/** Acceptance of the storage network as a whole, by processes, each test beginning where the one before it ended. */
export function storageAcceptance({ partitionBits, folderBytes, filmBytes, depths }: Sizes): void {
  let network: StorageNetwork
  let author: StingyAuthor
  let browser: Browser
  let page: HttpServer
  let files: ReadonlyMap<string, Uint8Array>
  const film = someBytes(filmBytes, 1_000)
  let folderId: string
  let filmId: string
  let gateway: string
  /** Positions of the last partition that nobody gives. */
  let holesOfTwo = 0

  const uri = (id: string) => `web3://${id}:${REGTEST}/`

  beforeAll(async () => {
    network = await StorageNetwork.make(partitionBits)
    author = await StingyAuthor.make(network.nodes.east, network.place.dir)
    const [{ address } = { address: '' }] = z
      .array(z.object({ address: z.string() }))
      .parse(await network.json('west', 'wallet', 'create'))
    for (const to of [address, author.wallet.address]) await network.nodes.east.mine(3, to)
    await network.mine(100)
    await network.start(POSTS)
  })
  afterAll(async () => {
    await browser?.close()
    await page?.stop()
    await author?.stop()
    await network?.remove()
  })

  const put = async (side: 'east' | 'west', path: string, copies: number, ...names: string[]): Promise<string> => {
    const peers = ['--peer', names.map((name) => network.addressOf(name)).join(','), '--copies', String(copies)]
    const [made] = await network.json(side, 'storage', 'put', path, ...peers)
    return z.object({ id: z.string() }).parse(made).id
  }

  test('a folder and a file are put at three providers each, in three partitions', async () => {
    const folder = network.place.file('folder')
    files = await writeMixedFiles(folder, folderBytes)
    await writeFile(network.place.file('film.bin'), film)
    const all = Object.keys(POSTS)
    folderId = await put('east', folder, 3, ...all)
    filmId = await put('east', network.place.file('film.bin'), 3, ...all)
    await network.json('east', 'storage', 'register', '--storage-dir', network.place.file('amber'))
    await network.json('east', 'storage', 'name', 'set', 'film', filmId)
    expect(new Set((await network.blobs()).map(({ partition }) => partition))).toEqual(new Set([0, 1, 2]))
    await network.agreed()
    const listen = ['--listen', '127.0.0.1:0', '--storage-dir', network.place.file('gateway'), '--json']
    const run = network.process('east', 'storage', 'gateway', '--peer', network.addressOf('amber'), ...listen)
    gateway = z.object({ listening: z.string() }).parse(JSON.parse(await run.line('listening'))).listening
    // It answers before it has read all of the chain.
    await eventually('the gateway knows the film', async () => {
      const { status } = await fetch(`${gateway}/web3/${filmId}:${REGTEST}?format=facts`)
      return { holds: status === 200, said: status }
    })
  })

  test('every file reads back by URI: from Node, by the command, in Chromium, though a gateway lies', async () => {
    const liar = await LyingGateway.before(gateway)
    const gateways = [liar.url, gateway]

    const byLibrary = async () => {
      for (const [id, wanted] of [
        [folderId, files],
        [filmId, new Map([['', film]])],
      ] as const) {
        const read = await readBlob(uri(id), { kernel, params: regtest, gateways })
        if (!read.ok) throw new Error(`${read.reject}: ${read.detail}`)
        const found = new Map<string, Uint8Array>()
        for (const file of read.found.files()) {
          const pieces: Uint8Array[] = []
          for await (const piece of file.read(0, file.size)) pieces.push(piece)
          found.set(file.below, concatBytes(...pieces))
        }
        expect(found.size).toBe(wanted.size)
        for (const [path, bytes] of wanted) expect(Buffer.compare(found.get(path)!, bytes)).toBe(0)
      }
    }
    const byCommand = async () => {
      const from = gateways.flatMap((url) => ['--gateway', url])
      const out = network.place.file('got')
      await network.json('west', 'storage', 'get', uri(folderId), ...from, '--out', out)
      expect(await differing(out, files)).toEqual([])
    }
    const inChromium = async () => {
      page = await libraryPage()
      browser = await launchChromium('localhost')
      const tab = await browser.newPage()
      await tab.goto(page.url)
      const read = await readInPage(tab, uri(folderId), gateways)
      expect(read.refused).toBeNull()
      expect(read.faults.some((fault) => fault === `${liar.url} not-verified`)).toBe(true)
      const wanted = [...files].map(([path, bytes]) => [path, [...sha256(bytes)]])
      expect(read.files).toEqual(Object.fromEntries(wanted))
      await tab.close()
    }
    await Promise.all([byLibrary(), byCommand(), inChromium()])
    expect(liar.lies).toBeGreaterThan(0)
    await liar.stop()
  })

  /** Names of peers, in order. */
  const peersOf = (names: readonly string[]) => names.map((name) => network.provider(name).peer).sort()

  /** Once all who keep a partition say that they have all of it that anybody gives. */
  const whole = async (partition: number, holes = 0): Promise<void> => {
    const names = network.holdersOf(partition).filter((name) => network.running.includes(name))
    await eventually(`partition ${partition} is whole`, async () => {
      const [status] = (await network.status('east', ...network.running)).filter((one) => one.partition === partition)
      const have = status?.holders.filter(({ used, held }) => held === used - holes)
      return { holds: have?.length === names.length, said: status }
    })
  }

  test('an author who withholds stops nobody: what a third is lacking of is restored, what is not given is a hole', async () => {
    const [hidden, stinted] = [await blobWith(250_000, 501), await blobWith(900_000, 502)]
    await author.publish(hidden, stinted)
    await author.give(stinted, partitionBits, network.addressOf('beryl'), (unit) => unit % 3 !== 2)
    await writeFile(network.place.file('after.bin'), someBytes(200_000, 503))
    await put('east', network.place.file('after.bin'), 3, ...network.holdersOf(2))
    for (const name of network.holdersOf(2)) {
      await network.provider(name).until(`${name} restores`, ({ blobs }) => blobs.get(stinted.id) === 'whole')
    }
    await whole(2, blobShape(hidden.length).chunks)
    const [status] = (await network.status('east', 'beryl')).filter(({ partition }) => partition === 2)
    expect(status?.holders.map(({ holes }) => holes)).toEqual([3, 3, 3])
    holesOfTwo = 3
    await network.agreed()
  })

  test('what rots is found and healed: a hundredth of a provider, and of a blob a third, at all that have it', async () => {
    const { parityUnits } = blobShape(film.length)
    const [blob] = (await network.blobs())
      .sort((a, b) => b.chunks - a.chunks)
      .filter(({ partition }) => partition === 2)
    const lost = Array.from({ length: Math.floor(parityUnits / 16) }, (_, i) => 3 * i)
    for (const name of network.holdersOf(2)) await rotChunks(network.chunksOf(name), blob!.id, lost)
    await rot(network.chunksOf('amber'), 0.01)
    await network.mine(6)
    for (const name of ['amber', ...network.holdersOf(2)]) {
      await network.provider(name).until(`${name} finds it`, ({ broken }) => broken > 0)
    }
    for (const partition of [0, 1, 2]) await whole(partition, partition === 2 ? holesOfTwo : 0)
  })

  test('two of three holders die: who is silent shows, a newcomer becomes whole from the third', async () => {
    const holders = network.holdersOf(2).sort(() => Math.random() - 0.5)
    const [left = '', ...dead] = holders
    const names = peersOf(dead)
    console.log(`killed: ${dead.join(', ')}`)
    for (const name of dead) await network.kill(name)
    const { height } = await network.nodes.east.client.getBestBlock()
    for (const name of dead) {
      const [scrubbed] = await network.json('east', 'storage', 'scrub', '--storage-dir', network.place.file(name))
      expect(scrubbed).toMatchObject({ broken: 0 })
    }
    for (let block = 0; block < 6; block++) {
      await network.mine(1)
      await network.provider(left).until('a block', ({ tip }) => (tip?.height ?? 0) > height + block)
    }
    const [status] = (await network.status('east', left)).filter(({ partition }) => partition === 2)
    expect(status?.unreached.map(({ peer }) => peer).sort()).toEqual(names)
    for (const { since } of status?.unreached ?? []) expect(since).toBeLessThanOrEqual(height + 1)

    await network.start({ flint: { side: 'east', partitions: [2] } })
    await whole(2, holesOfTwo)
    for (const name of dead) await network.startAgain(name)
    await whole(2, holesOfTwo)
  })

  test('cut in two, both halves go on; joined, they are of one table, and what a reorg removed is put again', async () => {
    for (const name of ['early', 'late']) await writeFile(network.place.file(name), someBytes(150_000, name.length))
    const { height } = await network.nodes.east.client.getBestBlock()
    await network.cut()
    await put('east', network.place.file('early'), 1, 'amber', 'beryl')
    const late = await put('west', network.place.file('late'), 1, 'coral', 'diamond')
    await network.nodes.east.mine(2)
    await network.nodes.west.mine(5)
    for (const side of ['east', 'west'] as const) await network.caughtUp(side)
    const told = await network.status('east', 'amber', 'beryl')
    const [seen] = told.filter(({ partition }) => partition === 0)
    expect(seen?.holders.map(({ peer }) => peer)).toEqual(peersOf(['amber', 'beryl']))
    expect(seen?.unreached.map(({ peer }) => peer)).toEqual(peersOf(['coral']))
    expect((await fetch(`${gateway}/web3/${folderId}:${REGTEST}/index.html`)).status).toBe(200)

    await network.join()
    await network.agreed()
    const published = async () => (await network.blobs()).filter((blob) => blob.height > height).map(({ id }) => id)
    expect(await published()).toContain(late)
    const early = await put('east', network.place.file('early'), 3, 'amber', 'beryl', 'flint')
    expect(await published()).toEqual(expect.arrayContaining([late, early]))
    await network.agreed()
    await whole(2, holesOfTwo)
  })

  test('after reorgs of one to ten blocks all providers have one table, and it is the one made anew', async () => {
    for (const depth of depths) {
      await author.publish(await blobWith(1_000, 600 + depth))
      await network.mine(depth - 1)
      await network.nodes.east.reorg(depth)
      await network.synced()
      await (depth === depths.at(-1) ? network.agreed() : network.alike())
    }
    // One after another: they share the index of what is inscribed.
    const told = async (side: 'east' | 'west') => {
      const said: unknown[][] = []
      for (const what of [['status'], ['ls'], ['name', 'list']]) {
        said.push(await network.json(side, 'storage', ...what, '--storage-dir', network.place.file(`${side}-table`)))
      }
      return said
    }
    expect(await told('west')).toEqual(await told('east'))
  })
}

/** Looks again until it holds; what was said last is told where it never does. */
async function eventually(what: string, look: () => Promise<{ holds: boolean; said: unknown }>): Promise<void> {
  const until = Date.now() + 300_000
  for (;;) {
    const { holds, said } = await look()
    if (holds) return
    if (Date.now() > until) throw new Error(`${what}: not in time: ${JSON.stringify(said)}`)
  }
}
