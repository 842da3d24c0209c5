import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type Block,
  commitmentOf,
  merkleBranch,
  merkleTree,
  parseEnvelopes,
  strippedBytes,
  type Transaction,
  type TransactionOutput,
  toDisplay,
  transactionId,
} from '../../src/bitcoin/index.ts'
import {
  type Attestation,
  type AttestedChain,
  attestationFromJson,
  attestationResultJson,
  attestationToJson,
  attestHeader,
  attestInscription,
  attestOutput,
  attestTransaction,
  type BuildRejection,
  checkAttestation,
  decodeAttestation,
  encodeAttestation,
  type InscriptionAttestation,
  openBlock,
  refreshAttestation,
  supplementFromJson,
  supplementToJson,
  type TransactionAttestation,
} from '../../src/bus/pure.ts'
import { chainAround, type PlacedChain } from '../support/attested-chain.ts'
import { block, smallBlock } from '../support/blocks.ts'
import {
  commitmentScript,
  decoded,
  envelopeScript,
  type SyntheticOptions,
  spend,
  stripped,
  syntheticBlock,
} from '../support/synthetic-block.ts'
import { poseidon } from './poseidon-reference.ts'

const HEIGHT = 170_000
const real = block(smallBlock('mainnet-170000'))

/** Nine transactions; numbers 3 and 8 hold inscriptions. */
const others = Array.from({ length: 8 }, (_, i) => {
  if (i === 2) return spend(i, [envelopeScript('first', 'second'), envelopeScript('third')])
  if (i === 7) return spend(i, [envelopeScript('last')])
  return i % 2 === 0 ? spend(i) : spend(i, [new Uint8Array(40).fill(0x51)])
})
const synthetic = (options: SyntheticOptions = {}) => syntheticBlock(others, options)

interface Place extends PlacedChain {
  readonly of: Block
}
const placed = async (of: Block, after = 6): Promise<Place> => ({
  of,
  ...(await chainAround(of.headerBytes, HEIGHT, after)),
})

let onReal: Place
let onSynthetic: Place
beforeAll(async () => {
  onReal = await placed(real)
  onSynthetic = await placed(synthetic())
})

function opened(of: Block) {
  const result = openBlock(of)
  if (!result.ok) throw new Error(result.detail)
  return result.open
}
function built<T>(result: { ok: true; attestation: T } | BuildRejection): T {
  if (!result.ok) throw new Error(`${result.reject}: ${result.detail}`)
  return result.attestation
}
const idOf = (of: Block, index: number) => toDisplay(transactionId(of.transactions[index] as never))
const txAt = ({ of, place }: Place, index: number) => built(attestTransaction(place, opened(of), idOf(of, index)))
const inscriptionAt = ({ of, place }: Place, index: number, envelope: number) =>
  built(attestInscription(place, opened(of), idOf(of, index), envelope))
const reasonOf = (attestation: Attestation, chain: AttestedChain) =>
  checkAttestation(attestation, chain, poseidon).reason

/** Through both forms and back. */
function throughForms(attestation: Attestation): Attestation {
  const binary = encodeAttestation(attestation)
  const read = decodeAttestation(binary)
  const json = attestationFromJson(JSON.stringify(attestationToJson(attestation)))
  if (!read.ok || !json.ok) throw new Error('an attestation must survive its forms')
  expect(read.attestation).toEqual(attestation)
  expect(json.attestation).toEqual(attestation)
  expect(encodeAttestation(json.attestation)).toEqual(binary)
  return read.attestation
}

describe('attestations that hold', () => {
  it('of a header', () => {
    const attestation = throughForms(attestHeader(onReal.place, real.headerBytes))
    const result = checkAttestation(attestation, onReal.chain, poseidon)
    expect(result).toMatchObject({ valid: true, height: HEIGHT, confirmations: 7, payload: { kind: 'header' } })
    expect(attestationResultJson(result, 'header')).toMatchObject({
      valid: true,
      reason: null,
      kind: 'header',
      height: HEIGHT,
      blockHash: '000000000000051f68f43e9d455e72d9c4e4ce52e8a00c5e24c07340632405cb',
      confirmations: 7,
    })
  })

  it('of every transaction, the coinbase among them', () => {
    for (const where of [onReal, onSynthetic]) {
      where.of.transactions.forEach((tx, index) => {
        const attestation = throughForms(txAt(where, index))
        const result = checkAttestation(attestation, where.chain, poseidon)
        expect(result).toMatchObject({ valid: true, payload: { kind: 'tx', index, txid: transactionId(tx) } })
      })
    }
  })

  it('of an output', () => {
    const { of, place, chain } = onReal
    const attestation = throughForms(built(attestOutput(place, opened(of), idOf(of, 5), 1)))
    const { value, script } = (of.transactions[5] as Transaction).outputs[1] as TransactionOutput
    expect(checkAttestation(attestation, chain, poseidon)).toMatchObject({ payload: { output: 1, value, script } })
    expect(attestOutput(place, opened(of), idOf(of, 5), 9)).toMatchObject({ reject: 'no-such-output' })
    expect(reasonOf({ ...attestation, output: 9 } as Attestation, chain)).toBe('no-such-output')
  })

  it('of every inscription, wherever in its transaction', () => {
    for (const [index, envelope, input, body] of [
      [3, 0, 0, 'first'],
      [3, 1, 0, 'second'],
      [3, 2, 1, 'third'],
      [8, 0, 0, 'last'],
    ] as const) {
      const attestation = throughForms(inscriptionAt(onSynthetic, index, envelope))
      const result = checkAttestation(attestation, onSynthetic.chain, poseidon)
      if (!result.valid || result.payload.kind !== 'inscription') throw new Error(String(result.reason))
      expect(new TextDecoder().decode(result.payload.envelope.body ?? undefined)).toBe(body)
      expect(attestationResultJson(result, 'inscription')).toMatchObject({
        payload: {
          id: `${idOf(onSynthetic.of, index)}i${envelope}`,
          input,
          index: envelope,
          contentType: 'text/plain',
        },
      })
    }
  })

  it('with a reserved value that is not zero, and where the last of several commitments counts', async () => {
    const reserved = new Uint8Array(32).fill(3)
    const decoy = commitmentScript(new Uint8Array(32).fill(1))
    for (const options of [{ reserved }, { before: [decoy] }, { after: [decoy.subarray(0, 37)] }]) {
      const where = await placed(synthetic(options), 1)
      expect(reasonOf(throughForms(inscriptionAt(where, 3, 0)), where.chain)).toBeNull()
    }
  })

  it('of a block of a single transaction', async () => {
    const where = await placed(syntheticBlock([]), 0)
    expect(reasonOf(throughForms(txAt(where, 0)), where.chain)).toBeNull()
  })
})

describe('attestations of a header are refused', () => {
  const other = (change: Partial<Attestation>) =>
    reasonOf({ ...attestHeader(onReal.place, real.headerBytes), ...change } as Attestation, onReal.chain)

  it('with any field altered', () => {
    const { path } = onReal.place
    expect(other({})).toBeNull()
    expect(other({ tipHeight: HEIGHT + 5 })).toBe('other-proof')
    expect(other({ height: HEIGHT - 2 })).toBe('before-start')
    expect(other({ height: HEIGHT + 7 })).toBe('after-tip')
    expect(['not-in-chain', 'wrong-path-length']).toContain(other({ height: HEIGHT + 1 }))
    expect(other({ header: real.headerBytes.subarray(1) })).toBe('bad-header')
    for (let at = 0; at < 80; at++) {
      expect(other({ header: real.headerBytes.with(at, (real.headerBytes[at] as number) ^ 1) })).toBe('not-in-chain')
    }
    expect(other({ path: path.slice(1) })).toBe('wrong-path-length')
    expect(other({ path: [...path, 0n] })).toBe('wrong-path-length')
    path.forEach((element, i) => {
      expect(other({ path: path.with(i, element ^ 1n) })).toBe('not-in-chain')
    })
  })

  it('under a proof of another chain', () => {
    const attestation = attestHeader(onReal.place, real.headerBytes)
    expect(reasonOf(attestation, onSynthetic.chain)).toBe('not-in-chain')
    expect(reasonOf(attestation, { ...onReal.chain, anchor: null })).toBe('wrong-path-length')
  })
})

describe('attestations of a transaction are refused', () => {
  const other = (change: Partial<TransactionAttestation>, index = 5, where = onReal) =>
    reasonOf({ ...txAt(where, index), ...change }, where.chain)
  const flip = (bytes: Uint8Array, at: number) => bytes.with(at, (bytes[at] as number) ^ 1)

  it('with any byte of the coinbase, the transaction or a sibling altered', () => {
    const { coinbase, transaction, branch } = txAt(onReal, 5)
    const malformed = ['not-in-block', 'bad-coinbase', 'not-a-coinbase', 'bad-transaction']
    for (let at = 0; at < coinbase.length; at++) expect(malformed).toContain(other({ coinbase: flip(coinbase, at) }))
    for (let at = 0; at < (transaction?.length ?? 0); at++) {
      expect(malformed).toContain(other({ transaction: flip(transaction as Uint8Array, at) }))
    }
    for (const part of ['coinbase', 'transaction', 'shared'] as const) {
      branch[part].forEach((sibling, i) => {
        expect(other({ branch: { ...branch, [part]: branch[part].with(i, flip(sibling, i)) } })).toBe('not-in-block')
      })
    }
  })

  it('with another index or depth', () => {
    const { branch } = txAt(onReal, 5)
    for (const index of [4, 6, 7]) expect(other({ index })).toBe('not-in-block')
    for (const index of [1, 2, 3, 8, 26, 65_535]) expect(other({ index })).toBe('wrong-branch-length')
    expect(other({ branch: { ...branch, shared: branch.shared.slice(1) } })).toBe('not-in-block')
    expect(other({ branch: { ...branch, shared: [...branch.shared, real.headerBytes.subarray(0, 32)] } })).toBe(
      'not-in-block',
    )
    const deep = Array.from({ length: 14 }, () => new Uint8Array(32))
    expect(other({ branch: { ...branch, shared: deep } })).toBe('branch-too-deep')
    expect(other({ branch: { ...branch, coinbase: branch.coinbase.slice(1) } })).toBe('wrong-branch-length')
  })

  it('where a right child equals its sibling (CVE-2012-2459)', () => {
    // Nine transactions: the tree doubles the ninth at the lowest three levels.
    const last = txAt(onSynthetic, 8)
    for (const index of [9, 10, 12]) {
      expect(other({ ...last, index }, 8, onSynthetic)).toBe('duplicate-sibling')
    }
    expect(reasonOf(last, onSynthetic.chain)).toBeNull()
    // At the level where the two branches meet: a block whose coinbase is doubled.
    const lone = { ...txAt(onReal, 0), index: 1, branch: { coinbase: [], transaction: [], shared: [] } }
    const coinbase = { ...lone, transaction: lone.coinbase }
    expect(reasonOf(coinbase, onReal.chain)).toBe('unexpected-coinbase')
  })

  it('where the coinbase is claimed as another, or another as the coinbase', () => {
    const { coinbase, transaction } = txAt(onReal, 5) as { coinbase: Uint8Array; transaction: Uint8Array }
    expect(other({ transaction: coinbase })).toBe('unexpected-coinbase')
    expect(other({ coinbase: transaction })).toBe('not-a-coinbase')
    expect(other({ transaction: null })).toBe('unexpected-coinbase')
    expect(other({ transaction }, 0)).toBe('unexpected-coinbase')
    expect(other({ coinbase: transaction }, 0)).toBe('not-a-coinbase')
  })

  it('of 64 bytes, which could be an inner node (CVE-2017-12842)', async () => {
    // An output script of four bytes: 4 + 1 + 41 + 1 + 13 + 4 bytes.
    const small = Uint8Array.of(
      2,
      0,
      0,
      0,
      1,
      ...new Uint8Array(36).fill(1),
      0,
      ...[1, 2, 3, 4, 1],
      ...new Uint8Array(8),
      4,
      81,
      81,
      81,
      81,
      ...new Uint8Array(4),
    )
    expect(small).toHaveLength(64)
    const where = await placed(syntheticBlock([small, spend(1)]), 1)
    expect(reasonOf(txAt(where, 1), where.chain)).toBe('size-64')
    expect(reasonOf(txAt(where, 2), where.chain)).toBeNull()
    expect(
      other({
        coinbase: Uint8Array.of(
          ...small.subarray(0, 5),
          ...new Uint8Array(32),
          255,
          255,
          255,
          255,
          ...small.subarray(41),
        ),
      }),
    ).toBe('size-64')
  })

  it('with a witness beside it', () => {
    const raw = others[1] as Uint8Array
    expect(reasonOf(txAt(onSynthetic, 2), onSynthetic.chain)).toBeNull()
    expect(other({ transaction: raw }, 2, onSynthetic)).toBe('bad-transaction')
    expect(other({ coinbase: synthetic().transactions[0]?.bytes as Uint8Array }, 2, onSynthetic)).toBe('bad-coinbase')
  })
})

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

describe('forms', () => {
  it('refuse what is cut off, goes on, or is something else', () => {
    const bytes = encodeAttestation(inscriptionAt(onSynthetic, 3, 0))
    const rejectOf = (raw: Uint8Array) => {
      const result = decodeAttestation(raw)
      return result.ok ? null : result.reject
    }
    for (let length = 0; length < bytes.length; length++) expect(rejectOf(bytes.subarray(0, length))).not.toBeNull()
    expect(rejectOf(Uint8Array.of(...bytes, 0))).toBe('trailing-bytes')
    expect(rejectOf(bytes.with(0, 0))).toBe('not-an-attestation')
    expect(rejectOf(bytes.with(4, 2))).toBe('unsupported-version')
    expect(rejectOf(bytes.with(5, 5))).toBe('malformed')
    expect(rejectOf(new Uint8Array(4_200_001))).toBe('oversize')
  })

  it('of any changed byte: refused as a form, or by the check, or another true statement', () => {
    const all = [txAt(onReal, 5), txAt(onSynthetic, 0), inscriptionAt(onSynthetic, 3, 1)]
    for (const attestation of all) {
      const { chain } = attestation.kind === 'tx' && attestation.index === 5 ? onReal : onSynthetic
      const bytes = encodeAttestation(attestation)
      for (let at = 0; at < bytes.length; at++) {
        const result = decodeAttestation(bytes.with(at, (bytes[at] as number) ^ 4))
        if (result.ok) expect(reasonOf(result.attestation, chain), `byte ${at}`).not.toBeNull()
      }
    }
  }, 120_000)

  it('in JSON', () => {
    const json = attestationToJson(txAt(onReal, 5))
    const rejectOf = (value: unknown) => {
      const result = attestationFromJson(typeof value === 'string' ? value : JSON.stringify(value))
      return result.ok ? null : result.reject
    }
    expect(rejectOf(json)).toBeNull()
    for (const name of Object.keys(json)) {
      expect(rejectOf({ ...json, [name]: undefined })).not.toBeNull()
      expect(rejectOf({ ...json, [name]: {} })).not.toBeNull()
    }
    expect(rejectOf({ ...json, more: 1 })).toBe('malformed')
    expect(rejectOf({ ...json, format: 'wsc-attestation-2' })).toBe('unsupported-version')
    expect(rejectOf({ ...json, index: 8 })).toBe('malformed')
    expect(rejectOf({ ...json, transaction: null })).toBe('malformed')
    expect(rejectOf({ ...json, path: ['f'.repeat(64)] })).toBe('malformed')
    expect(rejectOf('{')).toBe('not-an-attestation')
    expect(rejectOf('null')).toBe('not-an-attestation')
  })

  it('answer any bytes by a value', () => {
    const head = Uint8Array.of(0x57, 0x53, 0x43, 0x41, 1)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (raw, headed) => {
        const result = decodeAttestation(headed ? Uint8Array.of(...head, ...raw) : raw)
        expect(result.ok || result.detail.length > 0).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('refreshing', () => {
  it('brings an attestation to a later proof, by a path through JSON', async () => {
    const later = await placed(real, 13)
    const attestation = txAt(onReal, 5)
    expect(reasonOf(attestation, later.chain)).toBe('other-proof')
    const read = supplementFromJson(JSON.stringify(supplementToJson(later.place)))
    if (!read.ok) throw new Error(read.detail)
    const refreshed = refreshAttestation(attestation, read.supplement)
    if (!refreshed.ok) throw new Error(refreshed.detail)
    expect(reasonOf(refreshed.attestation, later.chain)).toBeNull()
    const elsewhere = { ...read.supplement, height: HEIGHT + 1 }
    expect(refreshAttestation(attestation, elsewhere)).toMatchObject({ reject: 'other-block' })
  })

  it('does not bring one whose header left the chain', () => {
    const refreshed = refreshAttestation(txAt(onReal, 5), onSynthetic.place)
    if (!refreshed.ok) throw new Error(refreshed.detail)
    expect(reasonOf(refreshed.attestation, onSynthetic.chain)).toBe('not-in-chain')
  })

  it('takes no malformed path', () => {
    const json = supplementToJson(onReal.place)
    for (const bad of [
      '',
      '{',
      JSON.stringify({ ...json, path: ['0'] }),
      JSON.stringify({ ...json, format: 'x' }),
      ' '.repeat(20_000),
    ]) {
      expect(supplementFromJson(bad)).toMatchObject({ reject: 'malformed-path' })
    }
  })
})
