import { join } from 'node:path'
import { type Block, regtest, type Transaction } from '../../src/bitcoin/index.ts'
import type { BlockEvent } from '../../src/bitcoin/io/index.ts'
import { IndexService } from '../../src/settlement/io/index.ts'
import type { StorageParams } from '../../storage/index.ts'
import { TableService } from '../../storage/io/index.ts'
import { syntheticBlock } from '../support/synthetic-block.ts'
import { kernel } from './kernels.ts'
import { paramsOf } from './record-scene.ts'

/** A chain in memory, told block by block. */
export class TestChain {
  readonly blocks: Block[] = []
  readonly #known = new Map<string, Block>()
  readonly #events: BlockEvent[] = []
  readonly fetched: string[] = []
  #told = Promise.withResolvers<void>()

  add(...transactions: Transaction[]): void {
    const last = this.blocks.at(-1)
    const block = syntheticBlock(
      transactions.map(({ bytes }) => bytes),
      last === undefined ? {} : { prevHash: last.hash },
    )
    this.blocks.push(block)
    this.#known.set(shown(block.hash), block)
    this.#say('connected', block, this.blocks.length - 1)
  }

  drop(count: number): void {
    for (let i = 0; i < count; i++) {
      const block = this.blocks.pop() as Block
      this.#say('disconnected', block, this.blocks.length)
    }
  }

  tip(): void {
    this.#say('tip', this.blocks.at(-1) as Block, this.blocks.length - 1)
  }

  #say(type: string, { hash, header }: Block, height: number): void {
    this.#events.push({ type, height, hash, header } as never)
    this.#told.resolve()
    this.#told = Promise.withResolvers()
  }

  /** From the block that the subscriber has on. */
  get feed() {
    const events = this.#events
    const told = () => this.#told.promise
    return {
      async *subscribe({ signal, from }: { signal: AbortSignal; from?: unknown }) {
        const abort = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        abort.catch(() => undefined)
        for (let at = from === undefined ? 0 : events.length; ; at++) {
          while (at >= events.length) await Promise.race([told(), abort])
          yield events[at] as BlockEvent
        }
      },
    }
  }

  readonly client = {
    call: async ({ params, schema }: { params: readonly string[]; schema: { parse(value: unknown): unknown } }) => {
      const block = this.#known.get(params[0] as string) as Block
      this.fetched.push(params[0] as string)
      return schema.parse(Buffer.from((block.transactions[0] as Transaction).bytes.buffer).toString('hex'))
    },
  }
}

export const shown = (hash: Uint8Array) => Buffer.from(hash).reverse().toString('hex')

/** A table and the index that it is made from, in a folder, over a chain. */
export async function tableOver(
  state: string,
  chain: TestChain,
  params: StorageParams = paramsOf(),
  waitsForRoom = false,
) {
  const client = chain.client as never
  const inscriptions = new IndexService({
    client,
    params: regtest,
    state: join(state, 'settled'),
    feed: chain.feed as never,
    waitsForRoom,
  })
  const table = new TableService({ inscriptions, client, params, kernel, state, waitsForRoom })
  await inscriptions.start()
  await table.start()
  return {
    inscriptions,
    table,
    /** Tells the tip, and waits for the table to have it. */
    async tip() {
      const wanted = shown((chain.blocks.at(-1) as Block).hash)
      const there = new Promise<void>((resolve) => {
        const off = table.events.on('tip', ({ hash }) => {
          if (shown(hash) !== wanted) return
          off()
          resolve()
        })
      })
      chain.tip()
      await Promise.race([there, table.ended()])
    },
    async stop() {
      await table.stop()
      await inscriptions.stop()
    },
  }
}
