import { describe, expect, it } from 'vitest'
import {
  commitmentOf,
  merkleBranch,
  parseEnvelopes,
  strippedBytes,
  type Transaction,
  transactionId,
} from '../../src/bitcoin/index.ts'
import { merkleTree } from '../../src/bitcoin/merkle.ts'
import { attestInscription, type InscriptionAttestation, openBlock } from '../../src/bus/index.ts'
import {
  commitmentScript,
  decoded,
  envelopeScript,
  type SyntheticOptions,
  spend,
  stripped,
} from '../support/synthetic-block.ts'
import { idOf, inscriptionAt, onSynthetic, opened, others, placed, reasonOf, synthetic } from './attestation-scene.ts'

describe('attestations of an inscription are refused', () => {
  const other = (change: Partial<InscriptionAttestation>, where = onSynthetic) =>
    reasonOf({ ...inscriptionAt(where, 3, 0), ...change }, where.chain)
  const reveal = others[2] as Uint8Array

  it('with the witness swapped, stripped, added to or altered', () => {
    const swapped = spend(2, [envelopeScript('forged', 'second'), envelopeScript('third')])
    expect(stripped(swapped)).toEqual(stripped(reveal))
    expect(parseEnvelopes(decoded(swapped))).toHaveLength(3)
    expect(other({ transaction: swapped })).toBe('wrong-commitment')
    expect(other({ transaction: stripped(reveal) })).toBe('no-witness')
    expect(other({ transaction: spend(2, [envelopeScript('first', 'second', 'x'), envelopeScript('third')]) })).toBe(
      'wrong-commitment',
    )
    for (let at = 0; at < reveal.length; at++) {
      const changed = reveal.with(at, (reveal[at] as number) ^ 1)
      expect(['wrong-commitment', 'bad-transaction', 'no-witness']).toContain(other({ transaction: changed }))
    }
  })

  it('with another index, branch, reserved value or coinbase', () => {
    const { coinbase, coinbaseBranch, witnessBranch } = inscriptionAt(onSynthetic, 3, 0)
    expect(other({ index: 2 })).toBe('wrong-commitment')
    expect(other({ index: 0 })).toBe('unexpected-coinbase')
    expect(other({ index: 16 })).toBe('index-out-of-range')
    expect(other({ reserved: new Uint8Array(32).fill(1) })).toBe('wrong-commitment')
    expect(other({ reserved: new Uint8Array(31) })).toBe('bad-reserved-value')
    expect(other({ witnessBranch: witnessBranch.slice(1) })).toBe('wrong-branch-length')
    expect(other({ witnessBranch: witnessBranch.slice(1), coinbaseBranch: coinbaseBranch.slice(1) })).toBe(
      'not-in-block',
    )
    expect(other({ witnessBranch: witnessBranch.toReversed() })).toBe('wrong-commitment')
    expect(other({ coinbaseBranch: coinbaseBranch.toReversed() })).toBe('not-in-block')
    expect(other({ transaction: coinbase })).toBe('no-witness')
    expect(other({ transaction: synthetic().transactions[0]?.bytes as Uint8Array })).toBe('unexpected-coinbase')
    for (let at = 0; at < coinbase.length; at++) {
      const changed = coinbase.with(at, (coinbase[at] as number) ^ 1)
      expect(['not-in-block', 'bad-coinbase', 'not-a-coinbase']).toContain(other({ coinbase: changed }))
    }
  })

  it('with an envelope or input that is not there', () => {
    expect(other({ envelope: 3 })).toBe('no-such-envelope')
    expect(other({ input: 1 })).toBe('wrong-input')
    expect(other({ envelope: 2 })).toBe('wrong-input')
    const { of, place } = onSynthetic
    expect(attestInscription(place, opened(of), idOf(of, 3), 3)).toMatchObject({ reject: 'no-such-inscription' })
    expect(attestInscription(place, opened(of), 'ff'.repeat(32), 0)).toMatchObject({ reject: 'no-such-transaction' })
  })

  it('where the right commitment is not the last, or there is none', async () => {
    // Made by hand: a builder refuses such blocks.
    const honest = inscriptionAt(onSynthetic, 3, 0)
    const reason = async (options: SyntheticOptions) => {
      const of = synthetic(options)
      expect(openBlock(of)).toMatchObject({ ok: false, reject: 'bad-block' })
      const { place, chain } = await placed(of, 1)
      const coinbase = strippedBytes(of.transactions[0] as Transaction)
      const coinbaseBranch = merkleBranch(merkleTree(of.transactions.map(transactionId)), 0)
      return reasonOf({ ...honest, ...place, header: of.headerBytes, coinbase, coinbaseBranch }, chain)
    }
    const wrong = commitmentScript(commitmentOf(new Uint8Array(32).fill(8), new Uint8Array(32)))
    expect(await reason({ after: [wrong] })).toBe('wrong-commitment')
    expect(await reason({ commit: false })).toBe('no-commitment')
  })
})
