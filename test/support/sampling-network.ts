import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { freePort } from '../../bitcoin-regtest/process.ts'
import { networkHash, regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { decodeField, encodeField } from '../../src/bus/index.ts'
import { hexToBytes } from '../../src/lib/index.ts'
import { loadAddon } from '../../src/proving/io/addon.ts'
import { firstDraw, secondDraw, summaryOf, ticketOf } from '../../storage/sampling/draws.ts'
import { winThreshold } from '../../storage/sampling/threshold.ts'
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
  rekept: z.object({ to: z.string() }).optional(),
  sampled: z.object({ height: z.int(), partition: z.int(), missed: z.int(), won: z.boolean() }).optional(),
  win: z.object({ height: z.int(), key: z.string(), partition: z.int() }).optional(),
  estimated: z.int().optional(),
})

/** `wsc storage serve --sample` as a process of its own, and what it told. */
export class SamplingProvider {
  readonly run: WscRun
  readonly key: string
  readonly folder: string
  readonly port: number
  readonly told: z.output<typeof told>[] = []
  readonly #looks = new Set<() => void>()

  constructor(run: WscRun, key: string, folder: string, port: number) {
    this.run = run
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

  async end(): Promise<void> {
    this.run.child.kill('SIGKILL')
    await this.run.done
  }

  /** The tries of a challenge that win by what lies on this provider's disk, at any of these blobs' units. */
  async winningTries(
    blobs: readonly { readonly id: string; readonly first: number; readonly chunks: number }[],
    first: number,
    fill: number,
    blockHash: Uint8Array,
  ): Promise<number[]> {
    const units = new Map<number, bigint[]>()
    const unit = async (number: number) => {
      const known = units.get(number)
      if (known !== undefined) return known
      const position = first + Math.floor(number / 16)
      const blob = blobs.find((one) => position >= one.first && position < one.first + one.chunks)
      if (blob === undefined) throw new RangeError(`nothing is at ${position}`)
      const folder = join(this.folder, 'provider', 'replica', 'chunks', blob.id.slice(0, 2))
      const name = (await readdir(folder)).find((file) => file.startsWith(`${blob.id}.encoded-`)) as string
      const at = SLOT * (position - blob.first) + SLOT_HEAD + UNIT * (number % 16)
      const elements = decodeField(
        new Uint8Array(await readFile(join(folder, name))).subarray(at, at + UNIT),
      ) as bigint[]
      units.set(number, elements)
      return elements
    }
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
    return new SamplingNetwork(await SettlementPlace.make(2))
  }

  async remove(): Promise<void> {
    for (const provider of this.providers) await provider.end()
    await this.place.remove()
  }

  async json(...argv: string[]): Promise<unknown> {
    const { exit, stdout, stderr } = await startWsc([...argv, '--json'], this.#env).done
    if (exit !== 0) throw new Error(`wsc ${argv.join(' ')}: exit ${exit}\n${stderr}`)
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  }

  /** So many wallets with a coin each, registered each for a peer of its own. */
  async register(names: readonly string[]): Promise<Map<string, string>> {
    const keys = new Map<string, string>()
    const created = z.tuple([z.object({ address: z.string(), author: z.string() })])
    for (const name of names) {
      const [{ address, author }] = created.parse(await this.json('wallet', 'create', '--wallet', this.#wallet(name)))
      keys.set(name, author)
      await this.place.node.mine(1, address)
    }
    await this.place.node.mine(100)
    for (const name of names) {
      const folders = ['--storage-dir', this.place.file(name), '--settlement-dir', this.place.file(`${name}-settled`)]
      await this.json('storage', 'register', '--wallet', this.#wallet(name), ...folders)
    }
    await this.place.node.mine(7)
    return keys
  }

  async start(name: string, key: string): Promise<SamplingProvider> {
    const port = await freePort()
    const peers = this.providers.map((one) => `/ip4/127.0.0.1/tcp/${one.port}`)
    const folder = this.place.file(name)
    const run = startWsc(
      [
        ...['storage', 'serve', '--partition', '0,1', '--storage-dir', folder, '--json', '--sample'],
        ...['--wallet', this.#wallet(name), '--listen', `/ip4/127.0.0.1/tcp/${port}`],
        ...(peers.length > 0 ? ['--peer', peers.join(',')] : []),
      ],
      this.#env,
    )
    const provider = new SamplingProvider(run, key, folder, port)
    this.providers.push(provider)
    await provider.until(`${name} listens`, ({ listening }) => listening !== undefined)
    return provider
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
