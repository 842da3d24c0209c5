import { Psbt } from 'bitcoinjs-lib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readCommit } from '../../src/settlement/io/inscriber/bitcoind-commit.ts'

const script = (fill: number) => Uint8Array.of(0x51, 0x20, ...new Uint8Array(32).fill(fill))
const outputs = [
  { script: script(1), value: 1_000n },
  { script: script(2), value: 2_000n },
]
const change = { script: script(3), value: 500n }
const coin = (fill: number) => ({ txid: new Uint8Array(32).fill(fill), vout: fill, value: 2_000n })
/** One item, one byte. */
const WITNESS = Uint8Array.of(1, 1, 7)

interface Made {
  readonly outs?: readonly { readonly script: Uint8Array; readonly value: bigint }[]
  readonly locktime?: number
  readonly sequence?: number
  /** Of the second input. */
  readonly last?: { readonly finalScriptWitness?: Uint8Array; readonly finalScriptSig?: Uint8Array }
}

function psbt({ outs = [...outputs, change], locktime = 0, sequence = 0xffff_fffd, last }: Made = {}): string {
  const made = new Psbt()
  made.setVersion(2).setLocktime(locktime)
  for (const [i, { txid, vout, value }] of [coin(5), coin(6)].entries()) {
    const signed = (i === 1 && last) || { finalScriptWitness: WITNESS }
    made.addInput({ hash: txid, index: vout, sequence, witnessUtxo: { script: script(9), value }, ...signed })
  }
  for (const out of outs) made.addOutput(out)
  return made.toBase64()
}

it('reads coins, fee and transaction of what is exactly as asked', () => {
  const { coins, fee, commit } = readCommit(psbt(), { outputs })
  expect([coins, fee]).toEqual([[coin(5), coin(6)], 500n])
  expect(commit.ins[0]?.witness).toEqual([Uint8Array.of(7)])
  expect(readCommit(psbt({ outs: outputs }), { outputs }).fee).toBe(1_000n)
  const replaces = { coins: [coin(6)], fee: 1n, ownRate: 1 }
  expect(readCommit(psbt(), { outputs, replaces }).coins).toHaveLength(2)
})

const [one, two] = outputs as [(typeof outputs)[0], (typeof outputs)[0]]
it.each<[string, string, string]>([
  ['another script', psbt({ outs: [{ ...one, script: script(4) }, two, change] }), 'pays something else'],
  ['another value', psbt({ outs: [one, { ...two, value: 1_999n }, change] }), 'pays something else'],
  ['another order', psbt({ outs: [two, one, change] }), 'pays something else'],
  ['change first', psbt({ outs: [change, one, two] }), 'pays something else'],
  ['an output missing', psbt({ outs: [one] }), 'pays something else'],
  ['an output more', psbt({ outs: [one, two, change, { ...change, value: 1n }] }), 'pays something else'],
  ['more than is spent', psbt({ outs: [one, two, { ...change, value: 1_001n }] }), 'spending more than'],
  ['a lock time', psbt({ locktime: 500 }), 'lock time'],
  ['a final sequence number', psbt({ sequence: 0xffff_fffe }), 'not replaceable'],
  ['no signature', psbt({ last: {} }), 'cannot be read'],
  ['a legacy input', psbt({ last: { finalScriptSig: Uint8Array.of(1, 7) } }), 'without segwit'],
  ['no PSBT', 'AAAA', 'cannot be read'],
  ['nothing', '', 'cannot be read'],
])('refuses %s', (_, base64, text) => {
  expect(() => readCommit(base64, { outputs })).toThrow(text)
})

it('refuses a replacement that leaves a coin of the replaced out', () => {
  const replaces = { coins: [coin(5), coin(7)], fee: 1n, ownRate: 1 }
  expect(() => readCommit(psbt(), { outputs, replaces })).toThrow('does not spend the coins')
})

it('whatever the bytes are, throws a typed error or reads what was asked', () => {
  const base = Buffer.from(psbt(), 'base64')
  const property = fc.property(
    fc.nat(base.length - 1),
    fc.integer({ min: 1, max: 255 }),
    fc.nat(40),
    (at, flip, cut) => {
      const bytes = base
        .subarray(0, base.length - (cut > 20 ? cut - 20 : 0))
        .map((byte, i) => (i === at ? byte ^ flip : byte))
      try {
        const { commit } = readCommit(Buffer.from(bytes).toString('base64'), { outputs })
        for (const [i, out] of outputs.entries()) expect(commit.outs[i]).toEqual(out)
      } catch (error) {
        expect((error as { code?: string }).code).toMatch(/^E_NODE_(GARBAGE|WALLET_LEGACY)$/)
      }
    },
  )
  fc.assert(property, { numRuns: 2_000 })
})
