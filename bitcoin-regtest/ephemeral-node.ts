import { join } from 'node:path'
import { z } from 'zod'
import { type BlockHash, fromDisplay, toDisplay } from '../src/bitcoin/index.ts'
import { type BitcoindAuth, BitcoindClient } from '../src/bitcoin/io/index.ts'
import type { Bitcoind } from './bitcoind.ts'
import { BitcoindFailedError } from './errors.ts'
import type { Launch } from './launch.ts'
import { BitcoindProcess } from './process.ts'
import type { Watchdog } from './watchdog.ts'

/** Mining many blocks in one call takes its time. */
const MINE_TIMEOUT_MS = 600_000
const MAX_TRIES = 2 ** 31 - 1

const hashes = z.array(
  z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .transform(fromDisplay),
)

/** A bitcoind of its own, in a directory of its own that goes with it. Subclasses choose the network. */
export class EphemeralBitcoind {
  readonly bitcoind: Bitcoind
  readonly dataDir: string
  readonly rpcPort: number
  readonly p2pPort: number | undefined
  readonly client: BitcoindClient
  /** The node's cookie. */
  readonly auth: BitcoindAuth & { readonly kind: 'cookie' }
  readonly #args: readonly string[]
  readonly #watchdog: Watchdog
  #process: BitcoindProcess | undefined
  #mined = 0

  protected constructor(launch: Launch) {
    this.bitcoind = launch.bitcoind
    this.dataDir = launch.dataDir
    this.rpcPort = launch.rpcPort
    this.p2pPort = launch.p2pPort
    this.auth = { kind: 'cookie', file: join(launch.dataDir, launch.subdirectory, '.cookie') }
    this.client = new BitcoindClient({ url: this.url, auth: this.auth })
    this.#args = launch.args
    this.#watchdog = launch.watchdog
    this.#process = launch.process
    this.#whenGone(launch.process)
  }

  /** Address of RPC and REST. */
  get url(): string {
    return `http://127.0.0.1:${this.rpcPort}`
  }

  /** Of the running bitcoind; undefined while it is stopped. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  /**
   * Mines blocks to anyone-can-spend outputs (OP_TRUE behind a number that no other call had, so that a block mined
   * again after a reorg is another block), or to an address.
   */
  async mine(count: number, address?: string): Promise<BlockHash[]> {
    const [method, target] =
      address === undefined ? ['generatetodescriptor', this.#script()] : ['generatetoaddress', address]
    const params = [count, target, MAX_TRIES]
    return await this.client.call({ method, params, schema: hashes }, { timeoutMs: MINE_TIMEOUT_MS })
  }

  /** Mines one block of exactly these transactions (raw, or txids of the mempool), past the mempool's policy. */
  async generateBlock(transactions: readonly string[], output?: string): Promise<BlockHash> {
    const schema = z.object({ hash: z.string().transform(fromDisplay) })
    const params = [output ?? this.#script(), transactions]
    return (await this.client.call({ method: 'generateblock', params, schema })).hash
  }

  /** Takes a block and all after it off the chain. */
  async invalidateBlock(hash: BlockHash): Promise<void> {
    await this.client.call({ method: 'invalidateblock', params: [toDisplay(hash)], schema: z.null() })
  }

  async reconsiderBlock(hash: BlockHash): Promise<void> {
    await this.client.call({ method: 'reconsiderblock', params: [toDisplay(hash)], schema: z.null() })
  }

  /** Replaces the last `depth` blocks by `count` others (one more unless given); returns the new ones. */
  async reorg(depth: number, count = depth + 1): Promise<BlockHash[]> {
    const { height } = await this.client.getBestBlock()
    const first = await this.client.getBlockHash(height - depth + 1)
    if (first === undefined) throw new RangeError(`a chain of height ${height} has no ${depth} blocks to replace`)
    await this.invalidateBlock(first)
    return await this.mine(count)
  }

  /** Stops bitcoind; its directory stays for `resume`. */
  async pause(): Promise<void> {
    await this.#process?.stop()
  }

  /** Kills bitcoind with SIGKILL; its directory stays. */
  async kill(): Promise<void> {
    await this.#process?.kill()
  }

  /** Starts bitcoind again on the same ports, with further options if given. */
  async resume(args: readonly string[] = []): Promise<void> {
    if (this.#process !== undefined) throw new BitcoindFailedError('bitcoind runs already')
    const guard = (pid: number) => this.#watchdog.guard(pid)
    const process = await BitcoindProcess.start(this.bitcoind.path, [...this.#args, ...args], guard)
    this.#process = process
    this.#whenGone(process)
  }

  async restart(args: readonly string[] = []): Promise<void> {
    await this.pause()
    await this.resume(args)
  }

  /** Stops bitcoind and removes its directory. */
  async stop(): Promise<void> {
    this.client.close()
    await this.pause()
    await this.#watchdog.finish()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  /** Also where bitcoind ends unasked: its pid may soon be another's. */
  #whenGone(process: BitcoindProcess): void {
    process.onExit(() => {
      this.#process = undefined
      this.#watchdog.release()
    })
  }

  #script(): string {
    const number = (this.#mined++).toString(16).padStart(8, '0')
    return `raw(04${number}7551)` // push the number, OP_DROP, OP_TRUE
  }
}
