import { ed25519 } from '@noble/curves/ed25519.js'
import { Transaction as Writer } from 'bitcoinjs-lib'
import { type Block, blockHash, regtest, type Transaction } from '../../src/bitcoin/index.ts'
import { encodeField } from '../../src/bus/index.ts'
import { concatBytes } from '../../src/lib/index.ts'
import { composeInscription, type Draft } from '../../src/settlement/index.ts'
import { Wallet } from '../../src/settlement/io/index.ts'
import { blobId } from '../../storage/blob/id.ts'
import { CODING } from '../../storage/blob/shape.ts'
import { type StorageParams, storageParams } from '../../storage/index.ts'
import type { PriceStep } from '../../storage/params.ts'
import { BURN_SCRIPT } from '../../storage/records/burn.ts'
import { blobDraft, nameDraft, providerDraft, withdrawalDraft } from '../../storage/records/drafts.ts'
import { recordsOf } from '../../storage/records/judge.ts'
import { decoded } from '../support/synthetic-block.ts'
import { kernel } from './kernels.ts'

export const wallets = [1, 2, 3].map((n) => new Wallet(regtest, new Uint8Array(32).fill(n)))
export const [alice, bob] = wallets as [Wallet, Wallet]

export function paramsOf(price?: readonly PriceStep[]): StorageParams {
  return storageParams(regtest, { price })
}

export const peers = [1, 2].map((n) => {
  const secretKey = new Uint8Array(32).fill(100 + n)
  return { secretKey, key: ed25519.getPublicKey(secretKey) }
})

export const context = { height: 5, blockHash: blockHash(new Uint8Array(32).fill(7)), seq: 1 }

/** A blob's facts with whatever root: records say nothing of its data. */
export function blobOf(root: bigint, length = 1000) {
  const content = { root: encodeField([root]), coding: CODING, length }
  return { ...content, id: blobId(kernel, content) as Uint8Array }
}

/** Outputs of a reveal: the inscription's, and those that are given. */
type Pay = readonly (readonly [script: Uint8Array, satoshis: bigint])[]

export const burns = (...satoshis: bigint[]): Pay => satoshis.map((value) => [BURN_SCRIPT, value])

export function envelopeOf(draft: Draft, wallet = alice): Uint8Array {
  const made = composeInscription(draft, wallet)
  if (!made.ok) throw new Error(`${made.reject}: ${made.detail}`)
  return made.envelope
}

/** A reveal that shows these envelopes, by inputs; one input unless lists are given. */
export function revealOf(inputs: readonly (readonly Uint8Array[])[], pays: Pay = []): Transaction {
  const tx = new Writer()
  tx.version = 2
  for (const [i, envelopes] of inputs.entries()) {
    tx.addInput(new Uint8Array(32).fill(1), i)
    const script = concatBytes(Uint8Array.of(32), alice.publicKey, Uint8Array.of(0xac), ...envelopes)
    tx.setWitness(i, [new Uint8Array(64), script, new Uint8Array(33).fill(0xc0)])
  }
  tx.addOutput(alice.script, 330n)
  for (const [script, value] of pays) tx.addOutput(script, value)
  return decoded(new Uint8Array(tx.toBuffer()))
}

export const reveal = (draft: Draft, pays: Pay = [], wallet = alice) => revealOf([[envelopeOf(draft, wallet)]], pays)

export const blobReveal = (blob: ReturnType<typeof blobOf>, pays: Pay = [], wallet = alice) =>
  reveal(blobDraft(blob, context), pays, wallet)

export const nameReveal = (name: string, id: Uint8Array | null, seq: number, wallet = alice) =>
  reveal(nameDraft(name, id, { ...context, seq }), [], wallet)

export const providerReveal = (params: StorageParams, seq: number, peer = peers[0]!, wallet = alice) =>
  reveal(providerDraft(params, wallet.publicKey, peer, { ...context, seq }), [], wallet)

export const withdrawalReveal = (seq: number, wallet = alice) =>
  reveal(withdrawalDraft({ ...context, seq }), [], wallet)

export const blockOf = (...transactions: Transaction[]): Pick<Block, 'transactions'> => ({ transactions })

/** What a block of these says, or why it does not: one entry a record. */
export function judge(params: StorageParams, height: number, ...transactions: Transaction[]) {
  return [...recordsOf(kernel, params, blockOf(...transactions), height)].map(({ judged }) => judged)
}

/** The rules broken, null where none is. */
export function rejects(params: StorageParams, height: number, ...transactions: Transaction[]): (string | null)[] {
  return judge(params, height, ...transactions).map((judged) => (judged.ok ? null : judged.reject))
}

/** The records that are right by themselves. */
export function said(params: StorageParams, height: number, ...transactions: Transaction[]) {
  return judge(params, height, ...transactions).flatMap((judged) => (judged.ok ? [judged.says] : []))
}
