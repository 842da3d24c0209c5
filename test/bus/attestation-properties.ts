import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { toDisplay, transactionId } from '../../src/bitcoin/index.ts'
import { ownLevels } from '../../src/bus/attestation/attestation.ts'
import { joinCoinbase } from '../../src/bus/attestation/short-coinbase.ts'
import {
  type Attestation,
  attestationFromJson,
  attestationToJson,
  attestInscription,
  attestTransaction,
  decodeAttestation,
  encodeAttestation,
  FIELD_MODULUS,
  openBlock,
  verifyAttestation,
} from '../../src/bus/index.ts'
import { chainAround, type PlacedChain } from '../support/attested-chain.ts'
import { block, smallBlock } from '../support/blocks.ts'
import { envelopeScript, spend, syntheticBlock } from '../support/synthetic-block.ts'
import { poseidon } from './poseidon-reference.ts'

const uint32 = fc.nat(0xffff_ffff)
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const hashes = (count: number) => fc.array(hash, { minLength: count, maxLength: count })
const head = fc.record({
  tipHeight: uint32,
  height: uint32,
  header: fc.uint8Array({ minLength: 80, maxLength: 80 }),
  path: fc.array(fc.bigInt(0n, FIELD_MODULUS - 1n), { maxLength: 50 }),
})
const coinbase = fc.uint8Array({ minLength: 4, maxLength: 300 }).map((short) => joinCoinbase(short) as Uint8Array)
const index = fc.oneof(fc.nat(20), fc.nat(0xffff))

const transactionPart = index.chain((at) =>
  fc.record({
    index: fc.constant(at),
    coinbase,
    transaction: at === 0 ? fc.constant(null) : fc.uint8Array({ maxLength: 300 }),
    branch: fc.record({
      coinbase: hashes(ownLevels(at)),
      transaction: hashes(ownLevels(at)),
      shared: fc.array(hash, { maxLength: 16 }),
    }),
  }),
)

const inscriptionPart = fc.nat(16).chain((depth) =>
  fc.record({
    index,
    coinbase,
    coinbaseBranch: hashes(depth),
    transaction: fc.uint8Array({ maxLength: 600 }),
    witnessBranch: hashes(depth),
    reserved: fc.oneof(hash, fc.constant(new Uint8Array(32))),
    input: uint32,
    envelope: uint32,
  }),
)

/** Attestations of every shape; hardly any of them holds. */
const anyAttestation: fc.Arbitrary<Attestation> = fc.oneof(
  head.map((one) => ({ kind: 'header' as const, ...one })),
  fc.tuple(head, transactionPart).map(([one, part]) => ({ kind: 'tx' as const, ...one, ...part })),
  fc
    .tuple(head, transactionPart, uint32)
    .map(([one, part, output]) => ({ kind: 'output' as const, ...one, ...part, output })),
  fc.tuple(head, inscriptionPart).map(([one, part]) => ({ kind: 'inscription' as const, ...one, ...part })),
)

/** What holds of attestations whatever comes in; `runs` of each. */
export function attestationProperties(runs: number): void {
  describe(`attestations, ${runs} runs of each`, () => {
    const genuine: { readonly attestation: Attestation; readonly placed: PlacedChain }[] = []
    beforeAll(async () => {
      const reveal = spend(1, [envelopeScript('first'), envelopeScript('second')])
      const real = block(smallBlock('mainnet-100002'))
      const made = syntheticBlock([spend(0), reveal, spend(2)])
      for (const of of [real, made]) {
        const placed = await chainAround(of.headerBytes, 100_002, 4)
        const opened = openBlock(of)
        if (!opened.ok) throw new Error(opened.detail)
        const id = toDisplay(transactionId(of.transactions[2] as never))
        const tx = attestTransaction(placed.place, opened.open, id)
        const inscription = attestInscription(placed.place, opened.open, id, 1)
        for (const one of [tx, inscription]) if (one.ok) genuine.push({ attestation: one.attestation, placed })
      }
      expect(genuine).toHaveLength(3)
    })

    it('both forms give back what was written', () => {
      fc.assert(
        fc.property(anyAttestation, (attestation) => {
          const binary = encodeAttestation(attestation)
          expect(decodeAttestation(binary)).toEqual({ ok: true, attestation })
          const json = attestationFromJson(JSON.stringify(attestationToJson(attestation)))
          expect(json).toEqual({ ok: true, attestation })
        }),
        { numRuns: Math.ceil(runs / 10) },
      )
    })

    it('what no chain holds is refused', () => {
      fc.assert(
        fc.property(anyAttestation, fc.nat(2), (attestation, which) => {
          const { chain } = (genuine[which] as (typeof genuine)[number]).placed
          // Otherwise hardly one gets beyond the tip's height and the header.
          const placed = { ...attestation, tipHeight: chain.height, height: chain.height - 1 }
          const path = genuine[which]?.attestation.path ?? []
          expect(verifyAttestation({ ...placed, path }, chain, poseidon).ok).toBe(false)
        }),
        { numRuns: Math.ceil(runs / 10) },
      )
    })

    it('one that was altered anywhere is refused, in form or in substance', () => {
      const edit = fc.record({ at: fc.nat(), mask: fc.integer({ min: 1, max: 255 }), kind: fc.nat(5) })
      fc.assert(
        fc.property(fc.nat(2), fc.array(edit, { minLength: 1, maxLength: 3 }), (which, edits) => {
          const { attestation, placed } = genuine[which] as (typeof genuine)[number]
          const original = encodeAttestation(attestation)
          let bytes = original
          for (const { at, mask, kind } of edits) {
            const place = at % bytes.length
            if (kind === 0) bytes = Uint8Array.of(...bytes.subarray(0, place), ...bytes.subarray(place + 1))
            else if (kind === 1) bytes = Uint8Array.of(...bytes.subarray(0, place), mask, ...bytes.subarray(place))
            else bytes = bytes.with(place, (bytes[place] as number) ^ mask)
          }
          const read = decodeAttestation(bytes)
          if (!read.ok || Buffer.from(bytes).equals(original)) return
          const result = verifyAttestation(read.attestation, placed.chain, poseidon)
          // Which envelope is meant is a choice among true statements, and the only thing no hash covers.
          if (!result.ok || result.verified.payload.kind !== 'inscription') expect(result.ok).toBe(false)
          else expect({ ...read.attestation, envelope: 1, input: 1 }).toEqual(attestation)
        }),
        { numRuns: runs },
      )
    })
  })
}
