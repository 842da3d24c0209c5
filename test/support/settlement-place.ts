import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type BitcoindOptions, RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { decodeBlock, type Envelope } from '../../src/bitcoin/index.ts'
import { scanBlock } from '../../src/settlement/index.ts'
import { WscPlace } from './wsc-place.ts'

const txid = z.string().regex(/^[0-9a-f]{64}$/)
const id = z.string().regex(/^[0-9a-f]{64}i[0-9]+$/)

/** What `wsc inscribe --json` promises. */
export const jobJson = z.strictObject({
  job: txid,
  status: z.enum(['prepared', 'sent', 'final']),
  commitTxid: txid,
  feeRate: z.number(),
  fees: z.int(),
  inscriptions: z.array(z.strictObject({ id, confirmations: z.int().nullable() })),
})

export const balanceJson = z.strictObject({
  spendable: z.int(),
  onInscriptions: z.int(),
  undetermined: z.int(),
  immature: z.int(),
})

const nullableText = z.string().nullable()

/** What `wsc inscriptions list --json` promises. */
export const entryJson = z.strictObject({
  id,
  height: z.int(),
  blockHash: txid,
  txIndex: z.int(),
  input: z.int(),
  index: z.int(),
  contentType: nullableText,
  bodyLength: z.int().nullable(),
  bodySha256: nullableText,
  metaprotocol: nullableText,
  error: nullableText,
  record: z
    .strictObject({
      kind: z.string(),
      program: txid,
      height: z.int(),
      blockHash: txid,
      output: z.string(),
      seq: z.int(),
      author: txid,
      sig: z.string(),
      counts: z.boolean(),
    })
    .nullable(),
  recordReject: nullableText,
  confirmations: z.int(),
  final: z.boolean(),
})

/** Blocks' worth of coins a fresh wallet gets; satoshis. */
const SUBSIDY = 5_000_000_000

export interface ChainInscription {
  readonly id: string
  readonly height: number
  readonly envelope: Envelope
}

/** A place with a regtest node and a funded wallet of its own. */
export class SettlementPlace extends WscPlace {
  readonly node: RegtestBitcoind
  #address = ''

  private constructor(dir: string, node: RegtestBitcoind, env: Readonly<Record<string, string>>) {
    super(dir, {
      XDG_DATA_HOME: join(dir, 'data'),
      WSC_NETWORK: 'regtest',
      WSC_RPC: node.url,
      WSC_RPC_COOKIE: node.auth.file,
      ...env,
    })
    this.node = node
  }

  /** With so many mature coins of 50 bitcoins, and more environment of its commands. */
  static async make(
    coins: number,
    options: BitcoindOptions = {},
    env: Readonly<Record<string, string>> = {},
  ): Promise<SettlementPlace> {
    const dir = await mkdtemp(join(tmpdir(), 'wsc-settlement-'))
    const node = await RegtestBitcoind.start(options)
    const place = new SettlementPlace(dir, node, env)
    place.#address = z.object({ address: z.string() }).parse(await place.json('wallet', 'create')).address
    if (coins > 0) await node.mine(coins, place.#address)
    await node.mine(100)
    return place
  }

  get address(): string {
    return this.#address
  }

  static worth(coins: number): number {
    return coins * SUBSIDY
  }

  override async remove(): Promise<void> {
    await this.node.stop()
    await super.remove()
  }

  /** The one line of JSON of a command that must succeed. */
  async json(...argv: string[]): Promise<unknown> {
    const { exit, stdout, stderr } = await this.run(...argv, '--json')
    if (exit !== 0) throw new Error(`wsc ${argv.join(' ').slice(0, 200)}: exit ${exit}\n${stderr}`)
    return stdout === '' ? undefined : JSON.parse(stdout)
  }

  async inscribe(...argv: string[]): Promise<z.infer<typeof jobJson>> {
    return jobJson.parse(await this.json('inscribe', ...argv))
  }

  async balance(): Promise<z.infer<typeof balanceJson>> {
    return balanceJson.parse(await this.json('wallet', 'balance'))
  }

  async list(...argv: string[]): Promise<z.infer<typeof entryJson>[]> {
    const { exit, stdout, stderr } = await this.run('inscriptions', 'list', '--json', ...argv)
    if (exit !== 0) throw new Error(`wsc inscriptions list: exit ${exit}\n${stderr}`)
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => entryJson.parse(JSON.parse(line)))
  }

  /** Every inscription of the active chain, by reading all its blocks anew. */
  async inscriptions(): Promise<ChainInscription[]> {
    const found: ChainInscription[] = []
    const { client } = this.node
    for (let height = await client.getBlockCount(); height > 0; height--) {
      const hash = await client.call({ method: 'getblockhash', params: [height], schema: z.string() })
      const hex = await client.call({ method: 'getblock', params: [hash, 0], schema: z.string() })
      const result = decodeBlock(new Uint8Array(Buffer.from(hex, 'hex')))
      if (!result.ok) throw new Error(result.detail)
      for (const { txid: reveal, envelope } of scanBlock(result.block)) {
        found.push({ id: `${reveal}i${envelope.index}`, height, envelope })
      }
    }
    return found.reverse()
  }
}

/** Metadata of a record, as `wsc inscribe --metadata` takes it. */
export function recordMetadata(seq: number, program = 'ab'.repeat(32), kind = 'result'): string {
  const output = seq.toString(16).padStart(64, '0')
  return JSON.stringify({ kind, program, height: 5, blockHash: 'cd'.repeat(32), output, seq })
}
