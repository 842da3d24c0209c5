import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { freePort } from '../../bitcoin-regtest/process.ts'
import { networkHash, regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { decodeField, encodeField } from '../../src/bus/index.ts'
import { hexToBytes } from '../../src/lib/index.ts'
import { loadAddon } from '../../src/proving/io/addon.ts'
import { storageParams } from '../../storage/index.ts'
import { type Estimates, EstimatesFile } from '../../storage/io/index.ts'
import { winThreshold } from '../../storage/sampling/threshold.ts'
import { someBytes } from '../storage/bytes.ts'
import { firstDraw, secondDraw, summaryOf, ticketOf } from '../storage/draws-reference.ts'
import { SettlementPlace } from './settlement-place.ts'
import { startWsc, type WscRun } from './wsc.ts'

/** 2^4 positions. */
export const PARTITION_BITS = 4
const UNIT = 8_192
/** Path and roots of units come before the units. */
const SLOT_HEAD = 1_440 + 512
const SLOT = SLOT_HEAD + 16 * UNIT

const told = z.object({
  listening: z.array(z.string()).optional(),
  blob: z.object({ id: z.string(), state: z.string() }).optional(),
  rekept: z.object({ to: z.string() }).optional(),
  inscribed: z.object({ height: z.int(), state: z.string(), cost: z.string(), left: z.string() }).optional(),
  sampled: z
    .object({
      height: z.int(),
      partition: z.int(),
      state: z.enum(['none', 'won', 'won-before', 'late', 'proved-late', 'left-chain', 'empty', 'failed']),
      missed: z.int().default(0),
    })
    .optional(),
  win: z.object({ height: z.int(), key: z.string(), partition: z.int() }).optional(),
  estimated: z.int().optional(),
})

/** Positions of the table that a blob takes. */
export interface PlacedBlob {
  readonly id: string
  readonly first: number
  readonly chunks: number
}

/** `wsc storage serve` as a process of its own, or `wsc storage watch`, which keeps nothing; and what it told. */
export class SamplingProvider {
  readonly run: WscRun
  readonly key: string
  readonly folder: string
  readonly port: number
  readonly partitions: readonly number[]
  readonly told: z.output<typeof told>[] = []
  readonly #looks = new Set<() => void>()

  readonly #elements = new Map<string, bigint[]>()

  constructor(run: WscRun, key: string, folder: string, port: number, partitions: readonly number[]) {
    this.run = run
    this.partitions = partitions
    this.key = key
    this.folder = folder
    this.port = port
    let rest = ''
    run.child.stdout.on('data', (text: string) => {
      const lines = `${rest}${text}`.split('\n')
      rest = lines.pop() as string
      for (const line of lines) this.told.push(told.parse(JSON.parse(line)))
      for (const look of [...this.#looks]) look()
    })
  }

  /** Once something was told that is as wanted. */
  async until(what: string, holds: (one: z.output<typeof told>) => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const look = () => {
      if (this.told.some(holds)) resolve()
    }
    const late = () =>
      reject(new Error(`${what}: not told\n${JSON.stringify(this.told.slice(-20))}\n${this.run.stderr()}`))
    const timer = setTimeout(late, 120_000)
    void this.run.done.then(late)
    this.#looks.add(look)
    look()
    try {
      await promise
    } finally {
      clearTimeout(timer)
      this.#looks.delete(look)
    }
  }

  get address(): string {
    return `/ip4/127.0.0.1/tcp/${this.port}`
  }

  async end(): Promise<void> {
    this.run.child.kill('SIGKILL')
    await this.run.done
  }

  /** What it has to say of partitions, as of the last block that it told of. */
  async estimates(): Promise<Estimates> {
    const node = this.partitions.length > 0 ? 'provider' : 'observer'
    const path = join(this.folder, node, 'sampling', 'estimates.json')
    const estimates = await new EstimatesFile(path, storageParams(regtest, { partitionBits: PARTITION_BITS })).load()
    if (estimates === null) throw new Error('nothing is estimated')
    return estimates
  }

  /** A unit of the table as it lies on this provider's disk. */
  async #unit(blobs: readonly PlacedBlob[], first: number, number: number): Promise<bigint[]> {
    const position = first + Math.floor(number / 16)
    const known = this.#elements.get(`${first} ${number}`)
    if (known !== undefined) return known
    const blob = blobs.find((one) => position >= one.first && position < one.first + one.chunks)
    if (blob === undefined) throw new RangeError(`nothing is at ${position}`)
    const folder = join(this.folder, 'provider', 'replica', 'chunks', blob.id.slice(0, 2))
    const name = (await readdir(folder)).find((file) => file.startsWith(`${blob.id}.encoded-`)) as string
    const at = SLOT * (position - blob.first) + SLOT_HEAD + UNIT * (number % 16)
    const bytes = new Uint8Array(await readFile(join(folder, name))).subarray(at, at + UNIT)
    const elements = decodeField(bytes) as bigint[]
    this.#elements.set(`${first} ${number}`, elements)
    return elements
  }

  /** The tries of a challenge that win by what lies on this provider's disk, at any of these blobs' units. */
  async winningTries(
    blobs: readonly PlacedBlob[],
    first: number,
    fill: number,
    blockHash: Uint8Array,
  ): Promise<number[]> {
    const unit = (number: number) => this.#unit(blobs, first, number)
    const draw = (tag: number, inputs: readonly bigint[]) =>
      decodeField(loadAddon().storageDraw(tag, encodeField(inputs))) as [bigint, bigint]
    const challenge = { networkHash: networkHash(regtest), blockHash, key: hexToBytes(this.key), first, fill }
    const won: number[] = []
    for (let number = 0; number < fill; number++) {
      const one = firstDraw(draw, challenge, number)
      const e1 = summaryOf(one.alpha, await unit(one.unit))
      const e2 = summaryOf(one.alpha, await unit(secondDraw(draw, one, e1, fill)))
      if (ticketOf(draw, one, [e1, e2]) < winThreshold(PARTITION_BITS)) won.push(number)
    }
    return won
  }
}

/** Some providers in processes of their own, each with a wallet that is registered for it, and one content. */
export class SamplingNetwork {
  readonly place: SettlementPlace
  readonly providers: SamplingProvider[] = []
  readonly #env: Record<string, string>

  private constructor(place: SettlementPlace) {
    this.place = place
    this.#env = { ...place.env, WSC_PARTITION_BITS: String(PARTITION_BITS) }
  }

  static async make(): Promise<SamplingNetwork> {
    return new SamplingNetwork(await SettlementPlace.make(4))
  }

  async remove(): Promise<void> {
    for (const provider of this.providers) await provider.end()
    await this.place.remove()
  }

  async run(...argv: string[]): Promise<string> {
    const { exit, stdout, stderr } = await startWsc(argv, this.#env).done
    if (exit !== 0) throw new Error(`wsc ${argv.join(' ')}: exit ${exit}\n${stderr}`)
    return stdout
  }

  async json(...argv: string[]): Promise<unknown> {
    return (await this.run(...argv, '--json'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  }

  /** So many wallets with a coin each, registered each for a peer of its own. */
  async register(names: readonly string[]): Promise<Map<string, string>> {
    const keys = new Map<string, string>()
    const created = z.tuple([z.object({ address: z.string(), author: z.string() })])
    const wallets = await Promise.all(
      names.map(async (name) => created.parse(await this.json('wallet', 'create', '--wallet', this.#wallet(name)))[0]),
    )
    for (const [i, { address, author }] of wallets.entries()) {
      keys.set(names[i] as string, author)
      await this.place.node.mine(1, address)
    }
    await this.place.node.mine(100)
    await Promise.all(
      names.map((name) => {
        const folders = ['--storage-dir', this.place.file(name), '--settlement-dir', this.place.file(`${name}-settled`)]
        return this.json('storage', 'register', '--wallet', this.#wallet(name), ...folders)
      }),
    )
    await this.place.node.mine(7)
    return keys
  }

  /** A provider that samples where it has a key; else it keeps what it keeps raw. */
  async start(
    name: string,
    partitions: readonly number[],
    key = '',
    more: readonly string[] = [],
  ): Promise<SamplingProvider> {
    const samples = key === '' ? ['--raw'] : ['--sample', '--wallet', this.#wallet(name)]
    return await this.#start(name, ['serve', '--partition', partitions.join(','), ...samples, ...more], partitions, key)
  }

  /** Listens to all, without a wallet and without content. */
  async observe(name: string): Promise<SamplingProvider> {
    return await this.#start(name, ['watch'], [], '')
  }

  async #start(
    name: string,
    argv: readonly string[],
    partitions: readonly number[],
    key: string,
  ): Promise<SamplingProvider> {
    const port = await freePort()
    const peers = this.providers.map((one) => one.address)
    const folder = this.place.file(name)
    const listen = ['--listen', `/ip4/127.0.0.1/tcp/${port}`, ...(peers.length > 0 ? ['--peer', peers.join(',')] : [])]
    const run = startWsc(['storage', ...argv, '--storage-dir', folder, '--json', ...listen], this.#env)
    const provider = new SamplingProvider(run, key, folder, port, partitions)
    this.providers.push(provider)
    await provider.until(`${name} listens`, ({ listening }) => listening !== undefined)
    return provider
  }

  /** Puts so many units of data at these providers, and mines what it takes. */
  async put(name: string, units: number, providers: readonly SamplingProvider[], seed: number): Promise<void> {
    const file = await this.place.put(name, Buffer.from(someBytes(units * 7_936, seed)))
    const peers = providers.map(({ address }) => address).join(',')
    await this.json('storage', 'put', file, '--peer', peers, '--copies', String(providers.length))
  }

  async blobs(): Promise<PlacedBlob[]> {
    const shape = z.array(z.object({ id: z.string(), first: z.int(), chunks: z.int() }))
    return shape.parse(await this.json('storage', 'ls'))
  }

  /** Hash of the block at the tip, and its height. */
  async mine(): Promise<{ readonly height: number; readonly hash: Uint8Array; readonly shown: string }> {
    await this.place.node.mine(1)
    const { height, hash } = await this.place.node.client.getBestBlock()
    return { height, hash, shown: toDisplay(hash) }
  }

  #wallet(name: string): string {
    return this.place.file(`${name}-wallet.json`)
  }
}
