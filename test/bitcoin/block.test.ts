import { Block as Reference } from 'bitcoinjs-lib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Block,
  checkBlockBody,
  decodeBlock,
  decodeWholeTransaction,
  MAX_BLOCK_BYTES,
  strippedBytes,
  type Transaction,
  toDisplay,
} from '../../src/bitcoin/index.ts'
import { block, gunzip, largeBlocks, smallBlock, smallBlocks } from '../support/blocks.ts'
import { expectSame } from '../support/same-transaction.ts'
import { sharedData } from '../support/shared-data.ts'

function expectSameBlock(bytes: Uint8Array): Block {
  const own = block(bytes)
  const reference = Reference.fromBuffer(bytes)
  expect(toDisplay(own.hash)).toBe(reference.getId())
  expect(own.transactions.length).toBe(reference.transactions?.length)
  own.transactions.forEach((tx, i) => {
    expectSame(tx, reference.transactions?.[i] as NonNullable<Reference['transactions']>[number])
  })
  const body = checkBlockBody(own)
  if (!body.ok) throw new Error(body.reject)
  expect(body.txids.root).toEqual(own.header.merkleRoot)
  expect(body.witness !== null).toBe(reference.hasWitnessCommit())
  return own
}

describe('block codec', () => {
  it.each(smallBlocks)('reads %s as bitcoinjs-lib does', (name) => {
    expectSameBlock(smallBlock(name))
  })

  for (const name of largeBlocks) {
    it(`reads ${name} as bitcoinjs-lib does`, (test) => {
      expectSameBlock(gunzip(sharedData(test, `blocks/${name}.bin.gz`)))
    })
  }

  it('refuses what is cut off, goes on, or holds nothing', () => {
    const raw = smallBlock('mainnet-100002')
    fc.assert(
      fc.property(fc.nat(raw.length - 1), (length) => {
        expect(decodeBlock(raw.subarray(0, length)).ok).toBe(false)
      }),
    )
    expect(decodeBlock(raw.subarray(0, 90))).toMatchObject({ reject: 'truncated' })
    expect(decodeBlock(Uint8Array.of(...raw, 0))).toMatchObject({ reject: 'trailing-bytes' })
    expect(decodeBlock(raw.slice(0, 81).fill(0, 80))).toMatchObject({ reject: 'no-transactions' })
    expect(decodeBlock(new Uint8Array(MAX_BLOCK_BYTES + 1))).toMatchObject({ reject: 'oversize' })
  })

  it('answers any changed byte by a value, and its body by a rejection', () => {
    const raw = smallBlock('mainnet-100002')
    fc.assert(
      fc.property(fc.integer({ min: 81, max: raw.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const result = decodeBlock(raw.with(at, (raw[at] as number) ^ mask))
        if (result.ok) expect(checkBlockBody(result.block).ok).toBe(false)
      }),
      { numRuns: 500 },
    )
  })
})

describe('block body', () => {
  const real = block(smallBlock('mainnet-100002'))
  const rejectOf = (transactions: readonly Transaction[], from = real) => {
    const result = checkBlockBody({ ...from, transactions })
    return result.ok ? null : result.reject
  }
  const [coinbase, ...others] = real.transactions as [Transaction, ...Transaction[]]

  it('must begin with its only coinbase', () => {
    expect(rejectOf(others)).toBe('bad-cb-missing')
    expect(rejectOf([...others, coinbase])).toBe('bad-cb-missing')
    expect(rejectOf([coinbase, ...others, coinbase])).toBe('bad-cb-multiple')
  })

  it('must be the one the header commits to', () => {
    expect(rejectOf(real.transactions)).toBeNull()
    expect(rejectOf(real.transactions.slice(0, -1))).toBe('bad-txnmrklroot')
    expect(rejectOf([coinbase, ...others.toReversed()])).toBe('bad-txnmrklroot')
  })

  it('must not double its last transactions (CVE-2012-2459)', () => {
    // Nine transactions: the tree doubles the ninth at every level, so ten of them give the same root.
    expect(real.transactions).toHaveLength(9)
    expect(rejectOf([...real.transactions, others.at(-1) as Transaction])).toBe('bad-txns-duplicate')
  })

  it('must have a witness only under a commitment, and the committed one', (test) => {
    const full = block(gunzip(sharedData(test, 'blocks/testnet4_72041_9ea3748a93.bin.gz')))
    const [first, ...rest] = full.transactions as [Transaction, ...Transaction[]]
    const at = rest.findIndex(({ segwit }) => segwit)
    const change = (tx: Transaction): Transaction => {
      // The last byte before the lock time belongs to the witness.
      const bytes = tx.bytes.slice()
      bytes[bytes.length - 5] = (bytes[bytes.length - 5] as number) ^ 1
      return decoded(bytes)
    }
    const swap = (to: (tx: Transaction) => Transaction) => [first, ...rest.with(at, to(rest[at] as Transaction))]
    expect(rejectOf(full.transactions, full)).toBeNull()
    expect(rejectOf(swap(stripped), full)).toBe('bad-witness-merkle-match')
    expect(rejectOf(swap(change), full)).toBe('bad-witness-merkle-match')
    expect(rejectOf([stripped(first), ...rest], full)).toBe('bad-witness-nonce-size')
  })

  it('is known by its commitment where all witnesses are gone', (test) => {
    const full = block(gunzip(sharedData(test, 'blocks/testnet4_72041_9ea3748a93.bin.gz')))
    expect(checkBlockBody(full)).toMatchObject({ ok: true, stripped: false })
    const bare = { ...full, transactions: full.transactions.map(stripped) }
    expect(checkBlockBody(bare)).toMatchObject({ ok: true, stripped: true, witness: null })
    expect(checkBlockBody(real)).toMatchObject({ ok: true, stripped: false, witness: null })
  })
})

const stripped = (tx: Transaction): Transaction => decoded(strippedBytes(tx))

function decoded(bytes: Uint8Array): Transaction {
  const result = decodeWholeTransaction(bytes)
  if (!result.ok) throw new Error(result.reject)
  return result.tx
}
