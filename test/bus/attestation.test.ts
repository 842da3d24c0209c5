import { describe, expect, it } from 'vitest'
import { encodeHeader, type Transaction, type TransactionOutput, transactionId } from '../../src/bitcoin/index.ts'
import {
  type Attestation,
  attestationResultJson,
  attestHeader,
  attestOutput,
  type TransactionAttestation,
  verifyAttestation,
} from '../../src/bus/index.ts'
import { summarize } from '../../src/settlement/index.ts'
import { chainAround } from '../support/attested-chain.ts'
import { wellOf } from '../support/results.ts'
import { commitmentScript, spend, syntheticBlock } from '../support/synthetic-block.ts'
import {
  built,
  HEIGHT,
  idOf,
  inscriptionAt,
  onReal,
  onSynthetic,
  opened,
  others,
  placed,
  real,
  reasonOf,
  synthetic,
  throughForms,
  txAt,
} from './attestation-scene.ts'
import { poseidon } from './poseidon-reference.ts'

describe('attestations that hold', () => {
  it('of a header', () => {
    const attestation = throughForms(attestHeader(onReal.place, real.headerBytes))
    const result = verifyAttestation(attestation, onReal.chain, poseidon)
    expect(result).toMatchObject({
      ok: true,
      verified: { height: HEIGHT, confirmations: 7, payload: { kind: 'header' } },
    })
    expect(attestationResultJson(result, 'header')).toMatchObject({
      valid: true,
      reason: null,
      kind: 'header',
      height: HEIGHT,
      blockHash: '000000000000051f68f43e9d455e72d9c4e4ce52e8a00c5e24c07340632405cb',
      confirmations: 7,
    })
  })

  it('of a header, with what a proof of the chain up to it commits to', async () => {
    const { chain, history, headers } = await chainAround(real.headerBytes, HEIGHT, 20)
    for (const [i, header] of headers.entries()) {
      const height = HEIGHT + i
      const place = { tipHeight: chain.height, height, path: await history.path(height, chain.height) }
      const result = verifyAttestation(attestHeader(place, encodeHeader(header)), chain, poseidon)
      const accumulator = await history.commitment(height)
      expect(wellOf(result).verified.payload).toEqual({ kind: 'header', accumulator })
      const json = attestationResultJson(result, 'header').payload as { accumulator: string }
      expect(BigInt(`0x${json.accumulator}`)).toBe(accumulator)
    }
  })

  it('of every transaction, the coinbase among them', () => {
    for (const where of [onReal, onSynthetic]) {
      where.of.transactions.forEach((tx, index) => {
        const attestation = throughForms(txAt(where, index))
        const result = verifyAttestation(attestation, where.chain, poseidon)
        const payload = { kind: 'tx', index, txid: transactionId(tx) }
        expect(result).toMatchObject({ ok: true, verified: { payload } })
      })
    }
  })

  it('of an output', () => {
    const { of, place, chain } = onReal
    const attestation = throughForms(built(attestOutput(place, opened(of), idOf(of, 5), 1)))
    const { value, script } = (of.transactions[5] as Transaction).outputs[1] as TransactionOutput
    expect(verifyAttestation(attestation, chain, poseidon)).toMatchObject({
      verified: { payload: { output: 1, value, script } },
    })
    expect(attestOutput(place, opened(of), idOf(of, 5), 9)).toMatchObject({ reject: 'no-such-output' })
    expect(reasonOf({ ...attestation, output: 9 } as Attestation, chain)).toBe('no-such-output')
  })

  it('of an inscription without a body, which has no length: as the scanner tells it', () => {
    const { verified } = wellOf(verifyAttestation(inscriptionAt(onSynthetic, 3, 0), onSynthetic.chain, poseidon))
    if (verified.payload.kind !== 'inscription') throw new Error(verified.payload.kind)
    for (const body of [null, new Uint8Array()]) {
      const envelope = { ...verified.payload.envelope, body }
      const { contentType, bodyLength, bodySha256, metaprotocol } = summarize({ txid: '', envelope })
      expect(bodyLength).toBe(body?.length ?? null)
      const other = { ...verified, payload: { ...verified.payload, envelope } }
      expect(attestationResultJson({ ok: true, verified: other }, 'inscription').payload).toMatchObject({
        contentType,
        bodyLength,
        bodySha256,
        metaprotocol,
      })
    }
  })

  it('of every inscription, wherever in its transaction', () => {
    for (const [index, envelope, input, body] of [
      [3, 0, 0, 'first'],
      [3, 1, 0, 'second'],
      [3, 2, 1, 'third'],
      [8, 0, 0, 'last'],
    ] as const) {
      const attestation = throughForms(inscriptionAt(onSynthetic, index, envelope))
      const result = wellOf(verifyAttestation(attestation, onSynthetic.chain, poseidon))
      const { payload } = result.verified
      if (payload.kind !== 'inscription') throw new Error(payload.kind)
      expect(new TextDecoder().decode(payload.envelope.body ?? undefined)).toBe(body)
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
