import { expect } from 'vitest'
import { type Block, toDisplay, transactionId } from '../../src/bitcoin/index.ts'
import type { BuildReject } from '../../src/bus/index.ts'
import {
  type Attestation,
  type AttestedChain,
  attestationFromJson,
  attestationToJson,
  attestInscription,
  attestTransaction,
  decodeAttestation,
  encodeAttestation,
  openBlock,
  verifyAttestation,
} from '../../src/bus/index.ts'
import type { Rejection } from '../../src/lib/index.ts'
import { chainAround, type PlacedChain } from '../support/attested-chain.ts'
import { block, smallBlock } from '../support/blocks.ts'
import { rejectOf } from '../support/results.ts'
import { envelopeScript, type SyntheticOptions, spend, syntheticBlock } from '../support/synthetic-block.ts'
import { poseidon } from './poseidon-reference.ts'

export const HEIGHT = 170_000
export const real = block(smallBlock('mainnet-170000'))

/** Nine transactions; numbers 3 and 8 hold inscriptions. */
export const others = Array.from({ length: 8 }, (_, i) => {
  if (i === 2) return spend(i, [envelopeScript('first', 'second'), envelopeScript('third')])
  if (i === 7) return spend(i, [envelopeScript('last')])
  return i % 2 === 0 ? spend(i) : spend(i, [new Uint8Array(40).fill(0x51)])
})
export const synthetic = (options: SyntheticOptions = {}) => syntheticBlock(others, options)

export interface Place extends PlacedChain {
  readonly of: Block
}
export const placed = async (of: Block, after = 6): Promise<Place> => ({
  of,
  ...(await chainAround(of.headerBytes, HEIGHT, after)),
})

export const onReal = await placed(real)
export const onSynthetic = await placed(synthetic())

export function opened(of: Block) {
  const result = openBlock(of)
  if (!result.ok) throw new Error(result.detail)
  return result.open
}
export function built<T>(result: { ok: true; attestation: T } | Rejection<BuildReject>): T {
  if (!result.ok) throw new Error(`${result.reject}: ${result.detail}`)
  return result.attestation
}
export const idOf = (of: Block, index: number) => toDisplay(transactionId(of.transactions[index] as never))
export const txAt = ({ of, place }: Place, index: number) =>
  built(attestTransaction(place, opened(of), idOf(of, index)))
export const inscriptionAt = ({ of, place }: Place, index: number, envelope: number) =>
  built(attestInscription(place, opened(of), idOf(of, index), envelope))
export const reasonOf = (attestation: Attestation, chain: AttestedChain) =>
  rejectOf(verifyAttestation(attestation, chain, poseidon))

/** Through both forms and back. */
export function throughForms(attestation: Attestation): Attestation {
  const binary = encodeAttestation(attestation)
  const read = decodeAttestation(binary)
  const json = attestationFromJson(JSON.stringify(attestationToJson(attestation)))
  if (!read.ok || !json.ok) throw new Error('an attestation must survive its forms')
  expect(read.attestation).toEqual(attestation)
  expect(json.attestation).toEqual(attestation)
  expect(encodeAttestation(json.attestation)).toEqual(binary)
  return read.attestation
}
