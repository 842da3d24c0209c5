import { Transaction } from 'bitcoinjs-lib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeEnvelope, mainnet, regtest } from '../../src/bitcoin/index.ts'
import { CoinHistory } from '../../src/settlement/io/inscriber/coin-history.ts'
import type { Coin } from '../../src/settlement/io/inscriber/transactions.ts'
import { FakeBitcoind } from '../support/fake-bitcoind.ts'

const SCRIPT = Uint8Array.of(0x51)
const envelope = (pointer?: bigint) =>
  encodeEnvelope({ body: Uint8Array.of(1), ...(pointer === undefined ? {} : { pointer }) })
/** Reveals these scripts in the input. */
const reveal = (tx: Transaction, input: number, script: Uint8Array) =>
  tx.setWitness(input, [new Uint8Array(64).fill(1), script, new Uint8Array(33).fill(0xc0)])

interface Out {
  readonly tx: Transaction
  readonly vout: number
}

function spend(inputs: readonly Out[], values: readonly bigint[]): Transaction {
  const tx = new Transaction()
  tx.version = 2
  for (const { tx: from, vout } of inputs) tx.addInput(from.getHash(), vout)
  for (const value of values) tx.addOutput(SCRIPT, value)
  return tx
}
const coinOf = ({ tx, vout }: Out): Coin => ({ txid: tx.getHash(), vout, value: tx.outs[vout]!.value })
const historyOf = (client: FakeBitcoind) => new CoinHistory({ client, params: regtest })

describe('the sats of a coin', () => {
  const node = new FakeBitcoind()
  const state = (out: Out) => historyOf(node).stateOf(coinOf(out))
  const confirm = (...txs: Transaction[]) => node.mine(SCRIPT, txs)

  it('carry an inscription on, however often and on however much they are sent', async () => {
    const coinbase = node.mine().tx
    const inscribed = spend([{ tx: coinbase, vout: 0 }], [10_000n, 40_000n, 4_999_940_000n])
    reveal(inscribed, 0, envelope())
    confirm(inscribed)
    expect([await state({ tx: inscribed, vout: 0 }), await state({ tx: inscribed, vout: 1 })]).toEqual([
      'inscribed',
      'plain',
    ])
    // Behind coins of its own: on the second output now.
    const moved = spend(
      [
        { tx: inscribed, vout: 1 },
        { tx: inscribed, vout: 0 },
      ],
      [40_000n, 9_000n],
    )
    confirm(moved)
    expect([await state({ tx: moved, vout: 0 }), await state({ tx: moved, vout: 1 })]).toEqual(['plain', 'inscribed'])
    // Split: on the first of the parts alone.
    const split = spend([{ tx: moved, vout: 1 }], [330n, 8_000n])
    confirm(split)
    expect([await state({ tx: split, vout: 0 }), await state({ tx: split, vout: 1 })]).toEqual(['inscribed', 'plain'])
  })

  it('may be named by a pointer, and have nothing on them where ord finds none', async () => {
    const [first, second, third] = [node.mine().tx, node.mine().tx, node.mine().tx]
    const pointed = spend([{ tx: first!, vout: 0 }], [1_000n, 2_000n])
    reveal(pointed, 0, envelope(1_500n))
    const unbound = spend([{ tx: second!, vout: 0 }], [1_000n])
    // An even field that nobody knows: on no sat.
    reveal(unbound, 0, Uint8Array.of(0, 0x63, 3, 0x6f, 0x72, 0x64, 1, 98, 1, 1, 0, 1, 1, 0x68))
    const toFees = spend([{ tx: third!, vout: 0 }], [1_000n])
    reveal(toFees, 0, envelope(5_000n))
    confirm(pointed, unbound, toFees)
    expect(await state({ tx: pointed, vout: 1 })).toBe('inscribed')
    expect(await state({ tx: unbound, vout: 0 })).toBe('plain')
    // ord takes a pointer beyond the outputs for none.
    expect(await state({ tx: toFees, vout: 0 })).toBe('inscribed')
  })

  it('are not told of where the node cannot show their way', async () => {
    const { tx } = node.mine()
    const middle = spend([{ tx, vout: 0 }], [1_000n])
    confirm(middle)
    const coin = spend([{ tx: middle, vout: 0 }], [900n])
    confirm(coin)
    class Pruned extends FakeBitcoind {
      override async call<T>(call: Parameters<FakeBitcoind['call']>[0]): Promise<T> {
        const all = call as never
        if (call.method !== 'getrawtransaction' || call.params?.[0] !== middle.getId()) return await node.call<T>(all)
        return (await node.call({ ...call, params: ['00'.repeat(32), 2, node.blocks.at(-1)!.shown] })) as T
      }
      override getBlockHash(height: number) {
        return node.getBlockHash(height)
      }
    }
    expect(await historyOf(new Pruned()).stateOf(coinOf({ tx: coin, vout: 0 }))).toBe('unknown')
    expect(await state({ tx: coin, vout: 0 })).toBe('plain')
    // Spent, and not confirmed.
    expect(await state({ tx: middle, vout: 0 })).toBe('unknown')
    // An older node's answer has no values of what is spent.
    class Older extends Pruned {
      override async call<T>(call: Parameters<FakeBitcoind['call']>[0]): Promise<T> {
        if (call.method !== 'getrawtransaction') return await node.call<T>(call as never)
        const { hex } = (await node.call(call)) as { hex: string }
        return call.schema.parse({ hex, vin: [{ txid: 'ab'.repeat(32), vout: 0 }] }) as T
      }
    }
    expect(await historyOf(new Older()).stateOf(coinOf({ tx: coin, vout: 0 }))).toBe('unknown')
  })

  it('are followed no further than to the first block that could inscribe them', async () => {
    const before = node.asked.length
    const { tx } = node.mine()
    expect(await new CoinHistory({ client: node, params: mainnet }).stateOf(coinOf({ tx, vout: 0 }))).toBe('plain')
    expect(node.asked.slice(before)).toEqual(['gettxout', 'getblockheader'])
  })

  it('are where a model that gives every sat a number says, whatever is spent, joined, split and inscribed', async () => {
    const step = fc.record({
      inputs: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
      cuts: fc.array(fc.nat(), { maxLength: 3 }),
      fee: fc.nat(40),
      reveals: fc.array(fc.record({ input: fc.nat(2), pointer: fc.option(fc.nat(300)) }), { maxLength: 2 }),
    })
    const property = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const chain = new FakeBitcoind()
      // Three coins of a hundred sats of a first transaction, each sat a number of its own.
      const root = spend([{ tx: chain.mine().tx, vout: 0 }], [100n, 100n, 100n])
      chain.mine(SCRIPT, [root])
      let sat = 0
      const sats = new Map<Out, number[]>()
      for (const vout of [0, 1, 2])
        sats.set(
          { tx: root, vout },
          Array.from({ length: 100 }, () => sat++),
        )
      const inscribed = new Set<number>()
      for (const { inputs, cuts, fee, reveals } of steps) {
        const unspent = [...sats.keys()]
        const spent = [...new Set(inputs.map((n) => unspent[n % unspent.length]!))]
        const all = spent.flatMap((out) => sats.get(out)!)
        const left = all.slice(0, Math.max(1, all.length - fee))
        const ends = [...new Set([...cuts.map((n) => 1 + (n % left.length)), left.length])].sort((a, b) => a - b)
        const values = ends.map((end, i) => BigInt(end - (ends[i - 1] ?? 0)))
        const tx = spend(spent, values)
        const scripts = new Map<number, Uint8Array[]>()
        for (const { input, pointer } of reveals) {
          if (input >= spent.length) continue
          const list = scripts.get(input) ?? []
          scripts.set(input, [...list, envelope(pointer === null ? undefined : BigInt(pointer))])
          const first = spent.slice(0, input).reduce((sum, out) => sum + sats.get(out)!.length, 0)
          for (const at of pointer === null ? [first] : [first, pointer]) {
            const on = left[at]
            if (on !== undefined) inscribed.add(on)
          }
        }
        for (const [input, list] of scripts) reveal(tx, input, Uint8Array.from(list.flatMap((one) => [...one])))
        chain.mine(SCRIPT, [tx])
        for (const out of spent) sats.delete(out)
        for (const [vout, end] of ends.entries()) sats.set({ tx, vout }, left.slice(ends[vout - 1] ?? 0, end))
      }
      const history = historyOf(chain)
      for (const [out, on] of sats) {
        const wanted = on.some((one) => inscribed.has(one)) ? 'inscribed' : 'plain'
        expect(await history.stateOf(coinOf(out))).toBe(wanted)
      }
    })
    await fc.assert(property, { numRuns: 150 })
  })
})
