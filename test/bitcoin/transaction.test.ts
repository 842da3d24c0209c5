import { hexToBytes } from '@noble/hashes/utils.js'
import { Transaction as Reference } from 'bitcoinjs-lib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeTransaction,
  decodeWholeTransaction,
  isCoinbase,
  strippedBytes,
  type Transaction,
  transactionId,
} from '../../src/bitcoin/index.ts'
import { expectSame } from '../support/same-transaction.ts'

const bytes = (maxLength: number) => fc.uint8Array({ maxLength })
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const uint32 = fc.nat(0xffff_ffff)

/** Any transaction as bitcoinjs-lib writes it; script and stack lengths around CompactSize's limits among them. */
const anyTransaction = fc
  .record({
    version: uint32,
    lockTime: uint32,
    inputs: fc.array(
      fc.record({
        hash,
        index: uint32,
        sequence: uint32,
        script: fc.oneof(bytes(40), bytes(600)),
        witness: fc.oneof(fc.constant([]), fc.array(fc.oneof(bytes(80), fc.constant(new Uint8Array(70_000))))),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    outputs: fc.array(
      fc.record({ value: fc.bigInt(0n, 500_000_000_000_000n), script: fc.oneof(bytes(40), bytes(300)) }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ version, lockTime, inputs, outputs }) => {
    const tx = new Reference()
    tx.version = version
    tx.locktime = lockTime
    for (const { hash: txHash, index, sequence, script, witness } of inputs) {
      tx.setWitness(tx.addInput(txHash, index, sequence, script), [...witness])
    }
    for (const { value, script } of outputs) tx.addOutput(script, value)
    return tx
  })

const decoded = (raw: Uint8Array): Transaction => {
  const result = decodeWholeTransaction(raw)
  if (!result.ok) throw new Error(`${result.reject}: ${result.detail}`)
  return result.tx
}
const rejectOf = (raw: Uint8Array) => {
  const result = decodeWholeTransaction(raw)
  return result.ok ? null : result.reject
}

describe('transaction codec', () => {
  it('reads whatever bitcoinjs-lib writes as bitcoinjs-lib does', () => {
    fc.assert(
      fc.property(anyTransaction, fc.nat(5), (reference, offset) => {
        const raw = new Uint8Array(reference.toBuffer())
        const shifted = new Uint8Array(offset + raw.length + 3)
        shifted.set(raw, offset)
        const result = decodeTransaction(shifted, offset)
        expect(result).toMatchObject({ ok: true, end: offset + raw.length })
        const tx = decoded(raw)
        expectSame(tx, reference)
        expect(tx.bytes).toEqual(raw)
        expect(decoded(strippedBytes(tx)).inputs.every(({ witness }) => witness.length === 0)).toBe(true)
        expect(transactionId(decoded(strippedBytes(tx)))).toEqual(transactionId(tx))
      }),
      { numRuns: 100 },
    )
  })

  it('refuses every shortened and every lengthened form', () => {
    fc.assert(
      fc.property(anyTransaction, fc.nat(), (reference, cut) => {
        const raw = new Uint8Array(reference.toBuffer())
        expect(rejectOf(raw.subarray(0, cut % raw.length))).not.toBeNull()
        const longer = new Uint8Array(raw.length + 1)
        longer.set(raw)
        expect(rejectOf(longer)).toBe('trailing-bytes')
      }),
      { numRuns: 50, seed: 1 },
    )
  })

  it('answers any bytes by a value', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (raw) => {
        const result = decodeTransaction(raw)
        expect(result.ok || result.detail.length > 0).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('does not hand out Buffers', () => {
    const { tx } = decodeTransaction(Buffer.from(legacy({}))) as { tx: Transaction }
    expect(tx.bytes.constructor).toBe(Uint8Array)
    expect(tx.outputs[0]?.script.constructor).toBe(Uint8Array)
  })
})

const PREVOUT = `${'11'.repeat(32)}00000000`

/** A transaction of one input and one output, in parts that a test may replace. */
function legacy(parts: { head?: string; inputs?: string; outputs?: string; tail?: string }): Uint8Array {
  const { head = '02000000', inputs = `01${PREVOUT}00ffffffff`, outputs = '01010000000000000000' } = parts
  return hexToBytes(head + inputs + outputs + (parts.tail ?? '00000000'))
}

describe('what no transaction is', () => {
  it.each([
    ['no inputs (and no flag)', 'no-inputs', legacy({ inputs: '00', outputs: '00' })],
    ['no outputs', 'no-outputs', legacy({ outputs: '00' })],
    ['a count not in its shortest form', 'non-canonical-size', legacy({ inputs: `fd0100${PREVOUT}00ffffffff` })],
    ['a length in five bytes for three', 'non-canonical-size', legacy({ inputs: `01${PREVOUT}fe00010000` })],
    ['a length in nine bytes for five', 'non-canonical-size', legacy({ inputs: `01${PREVOUT}ffffffffff00000000` })],
    ['more inputs than bytes', 'truncated', legacy({ inputs: `fdffff${PREVOUT}00ffffffff` })],
    ['a script beyond the end', 'truncated', legacy({ inputs: `01${PREVOUT}feffffff7f` })],
    ['a length of 2^63', 'truncated', legacy({ inputs: `01${PREVOUT}ff0000000000000080` })],
    ['witness form without witness', 'superfluous-witness', legacy({ head: '020000000001', tail: '0000000000' })],
    ['an unknown flag', 'unknown-flag', legacy({ head: '020000000002' })],
    ['an unknown flag beside the witness', 'unknown-flag', legacy({ head: '020000000003', tail: '01010000000000' })],
    ['flag without inputs', 'no-inputs', legacy({ head: '020000000001', inputs: '00' })],
    ['a negative value', 'value-out-of-range', legacy({ outputs: '01ffffffffffffffff00' })],
    ['more than 21 million', 'value-out-of-range', legacy({ outputs: '010140075af075070000' })],
    [
      'more than 21 million together',
      'value-out-of-range',
      legacy({ outputs: '020040075af075070000010000000000000000' }),
    ],
    ['nothing', 'truncated', new Uint8Array()],
  ])('%s', (_, reject, raw) => {
    expect(rejectOf(raw)).toBe(reject)
  })

  it('heavier than a block', () => {
    const script = (length: number) => {
      const tx = new Reference()
      tx.addInput(new Uint8Array(32).fill(1), 0, 0, new Uint8Array(length))
      tx.addOutput(new Uint8Array(), 1n)
      return new Uint8Array(tx.toBuffer())
    }
    expect(rejectOf(script(999_930))).toBeNull()
    expect(rejectOf(script(1_000_000))).toBe('oversize')
  })

  it('but exactly 21 million is possible, and a witness whose items are empty is one', () => {
    expect(rejectOf(legacy({ outputs: '010040075af075070000' }))).toBeNull()
    const tx = decoded(legacy({ head: '020000000001', tail: '010000000000' }))
    expect(tx.inputs[0]?.witness).toEqual([new Uint8Array()])
  })
})

describe('isCoinbase', () => {
  it('takes one null prevout, and nothing like it', () => {
    const input = (txid: string, index: string) => decoded(legacy({ inputs: `01${txid}${index}00ffffffff` }))
    expect(isCoinbase(input('00'.repeat(32), 'ffffffff'))).toBe(true)
    expect(isCoinbase(input('00'.repeat(32), 'feffffff'))).toBe(false)
    expect(isCoinbase(input(`${'00'.repeat(31)}01`, 'ffffffff'))).toBe(false)
    const twice = `${'00'.repeat(32)}ffffffff00ffffffff`
    expect(isCoinbase(decoded(legacy({ inputs: `02${twice}${twice}` })))).toBe(false)
  })
})
