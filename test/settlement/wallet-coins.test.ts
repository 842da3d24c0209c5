import { expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { BitcoindError, type RpcCall, type RpcOptions } from '../../src/bitcoin/io/index.ts'
import { type BitcoindCalls, type InscriberNote, Wallet, walletCoins } from '../../src/settlement/io/index.ts'

const wallet = new Wallet(regtest, new Uint8Array(32).fill(3))
const unspent = { txid: 'ab'.repeat(32), vout: 1, amount: 0.5, height: 7 }
const found = (one: object) => ({ success: true, height: 300, unspents: [one] })
const busy = () =>
  new BitcoindError('E_NODE_RPC', 'Scan already in progress, use action "abort" or "status"', { rpcCode: -8 })

/** Answers calls of scantxoutset by their action. */
class ScanningBitcoind implements BitcoindCalls {
  readonly actions: string[] = []
  readonly #answer: (action: string, signal?: AbortSignal) => unknown

  constructor(answer: (action: string, signal?: AbortSignal) => unknown) {
    this.#answer = answer
  }

  async call<T>({ params, schema }: RpcCall<T>, { signal }: RpcOptions = {}): Promise<T> {
    const action = params?.[0] as string
    this.actions.push(action)
    const answer = schema.safeParse(await this.#answer(action, signal))
    if (answer.success) return answer.data
    throw new BitcoindError('E_NODE_GARBAGE', answer.error.message)
  }

  async batch<T>(): Promise<T[]> {
    return []
  }

  async getBlockCount(): Promise<number> {
    return 0
  }

  async getBlockHash(): Promise<undefined> {}
}

it('another scan is waited for, and the user told once', async () => {
  let starts = 0
  let polls = 0
  const node = new ScanningBitcoind((action) => {
    if (action === 'status') return ++polls < 2 ? { progress: 9 } : null
    if (++starts < 3) throw busy()
    return found(unspent)
  })
  const notes: InscriberNote[] = []
  const { spendable } = await walletCoins(node, wallet, { onNote: (note) => notes.push(note) })
  expect(spendable).toMatchObject([{ vout: 1, value: 50_000_000n }])
  expect([node.actions.filter((action) => action === 'start').length, notes]).toEqual([3, [{ kind: 'scan-waits' }]])
})

it('a scan that is no longer wanted is stopped; one of somebody else is not', async () => {
  const controller = new AbortController()
  const { signal } = controller
  const node = new ScanningBitcoind((action) => {
    if (action === 'abort') return true
    controller.abort()
    throw signal.reason
  })
  await expect(walletCoins(node, wallet, { signal })).rejects.toBe(signal.reason)
  expect(node.actions).toEqual(['start', 'abort'])

  const second = new AbortController()
  const other = new ScanningBitcoind((action) => {
    if (action === 'start') throw busy()
    second.abort()
    return { progress: 1 }
  })
  await expect(walletCoins(other, wallet, { signal: second.signal })).rejects.toMatchObject({ name: 'AbortError' })
  expect(other.actions).toEqual(['start', 'status'])
})

it('numbers that no node gives are garbage', async () => {
  for (const bad of [{ vout: 2 ** 32 }, { height: 2 ** 32 }, { amount: 21_000_001 }, { vout: -1 }]) {
    const node = new ScanningBitcoind(() => found({ ...unspent, ...bad }))
    await expect(walletCoins(node, wallet)).rejects.toMatchObject({ code: 'E_NODE_GARBAGE' })
  }
})
