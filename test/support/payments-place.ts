import { fileURLToPath } from 'node:url'
import type { TestContext } from 'vitest'
import { contextFromHeaders, mainnet, strippedBytes } from '../../src/bitcoin/index.ts'
import { encodeAnchor } from '../../src/bus/index.ts'
import { bytesToHex, hexToBytes } from '../../src/lib/index.ts'
import { plainPayments } from '../compute/plain-payments.ts'
import { block, gunzip } from './blocks.ts'
import { BusPlace } from './bus-place.ts'
import { sharedData } from './shared-data.ts'

/** Mainnet's block 830000 under a bus proof from an anchor just below it, and payments over its transactions. */
export const PAYMENTS = fileURLToPath(new URL('../../graphs/payments', import.meta.url))
const FIRST = 822_527
export const HEIGHT = 830_000
const MAINNET = ['--network', 'mainnet', '--insecure-dev-setup']

export class PaymentsPlace {
  readonly bus: BusPlace
  readonly #bodies: readonly Uint8Array[]
  readonly #headers: readonly string[]

  private constructor(bus: BusPlace, bodies: readonly Uint8Array[], headers: readonly string[]) {
    this.bus = bus
    this.#bodies = bodies
    this.#headers = headers
  }

  static async make(test: TestContext): Promise<PaymentsPlace> {
    const headers = sharedData(test, 'headers/main_822527_830592.bin')
    const zipped = sharedData(test, 'blocks/mainnet_830000_eb2cffbc1f.bin.gz')
    const anchor = contextFromHeaders(mainnet, headers, FIRST, HEIGHT - 5)
    if (!anchor.ok) throw new Error(anchor.reject)
    const bus = await BusPlace.make()
    const under = ['--anchor', await bus.put('anchor.json', encodeAnchor(mainnet, anchor.next))]
    const from = ['--headers', await bus.put('headers.bin', headers), '--start-height', `${FIRST}`, ...under]
    await bus.put('block.bin.gz', zipped)
    await bus.prove('chain.proof', ...MAINNET, ...from, '--to', `${HEIGHT + 6}`)
    return new PaymentsPlace(bus, block(gunzip(zipped)).transactions.map(strippedBytes), from)
  }

  async wsc(...argv: string[]) {
    const network = argv[1] === 'exec' ? MAINNET.slice(0, 2) : MAINNET
    const { exit, stdout, stderr } = await this.bus.run(...argv, '--json', ...network)
    return { exit, stderr, json: stdout.startsWith('{') ? JSON.parse(stdout) : null }
  }

  async count(verb: 'exec' | 'prove', script: string, ...more: string[]) {
    const place = [
      '--script',
      script,
      '--from',
      `${HEIGHT}`,
      '--to',
      `${HEIGHT}`,
      '--block-file',
      this.bus.file('block.bin.gz'),
    ]
    return await this.wsc('graph', verb, PAYMENTS, ...place, ...this.#headers, ...more)
  }

  verify(file: string) {
    const anchor = ['--anchor', this.bus.file('anchor.json'), '--proof', this.bus.file('chain.proof')]
    return this.wsc('graph', 'verify', this.bus.file(file), '--graph', PAYMENTS, ...anchor)
  }

  /** What a plain parser says of all transactions of the block. */
  plain(script: string) {
    const paid = this.#bodies.map((bytes) => plainPayments(bytes, hexToBytes(script)))
    const transactions = paid.flatMap((one, index) => (one?.outputs ? [{ height: HEIGHT, index }] : []))
    const sum = paid.reduce((all, one) => all + (one?.sum ?? 0n), 0n)
    const outputs = paid.reduce((all, one) => all + (one?.outputs ?? 0n), 0n)
    return { transactions, outputs: Number(outputs), satoshis: `${sum}`, script: bytesToHex(hexToBytes(script)) }
  }

  remove(): Promise<void> {
    return this.bus.remove()
  }
}
