import { createHash } from 'node:crypto'
import { type BlockHash, blockHash, regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { bytesToHex, equalBytes, rejection } from '../../src/lib/index.ts'
import type { ProofVerifier } from '../../src/proving/index.ts'
import { composeInscription, type Draft } from '../../src/settlement/index.ts'
import type { Wallet } from '../../src/settlement/io/index.ts'
import { storageParams } from '../../storage/index.ts'
import { readWinMessage, type WinMessage } from '../../storage/peers/win-kind.ts'
import { winDraft } from '../../storage/records/drafts.ts'
import { type WinGround, winStatement } from '../../storage/sampling/judge-win.ts'
import { winRules } from '../../storage/sampling/win-rules.ts'
import { winPublicValues } from '../../storage/sampling/win-statement.ts'
import { StorageTable } from '../../storage/table/table.ts'
import { kernel } from './kernels.ts'
import { alice, blobOf, bob } from './record-scene.ts'

const sha = (...parts: (string | Uint8Array)[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

/** In place of the proof system where only what is judged around it is tested: its proof is a hash of what it proves. */
export const proofOf = (publicValues: Uint8Array) => sha('proof', publicValues)

export const hashProofs: ProofVerifier & { calls: number } = {
  calls: 0,
  info: { scheme: 'spartan', keyId: 'hash proofs', setup: 'insecure-dev', publicValues: 10 },
  async verify(proof, publicValues) {
    this.calls++
    if (proof.length !== 32) return rejection('proof-malformed', 'not 32 bytes')
    return equalBytes(proof, proofOf(publicValues)) ? { ok: true } : rejection('proof-invalid', 'another hash')
  },
}

/** 2^6 positions. */
export const params = storageParams(regtest, { partitionBits: 6 })
export const rules = winRules(params)

/** Of a block of a branch of the chain. */
export const hashOf = (height: number, branch = ''): BlockHash => blockHash(sha(`block ${height} ${branch}`))

export const shownHashOf = (height: number, branch = '') => toDisplay(hashOf(height, branch))

/** Alice and Bob provide from the first block on; a blob of five chunks is in the second, others in later ones. */
export function tableOf(): StorageTable {
  const table = new StorageTable(kernel, params)
  const provider = (wallet: Wallet) =>
    ({ kind: 'provider', author: bytesToHex(wallet.publicKey), seq: 1, peer: '11'.repeat(32) }) as const
  table.apply(1, [provider(alice), provider(bob)])
  for (const [i, chunks] of [5, 3, 60, 2].entries()) {
    const { id, root } = blobOf(BigInt(i + 1))
    const claim = { id: bytesToHex(id), root: bytesToHex(root), length: 1000, chunks }
    table.apply(2 + 10 * i, [{ kind: 'blob', author: 'aa'.repeat(32), ...claim }])
  }
  return table
}

/** A judge's own chain, up to a tip, and table. */
export function groundOf(tip: number, table = tableOf(), branch: (height: number) => string = () => '') {
  const hashAt = (height: number) => (height >= 0 && height <= tip ? hashOf(height, branch(height)) : null)
  return { rules, table, hashAt, height: tip } satisfies WinGround & { height: number }
}

export interface WinSketch {
  readonly height: number
  readonly wallet?: Wallet
  readonly partition?: number
  readonly number?: number
  readonly blockHash?: BlockHash
  /** Of what it proves, where there is something to be proved. */
  readonly proof?: (publicValues: Uint8Array) => Uint8Array
  readonly contentType?: string
}

/** The envelope of a signed win, with a proof of exactly what it says unless told otherwise. */
export function winEnvelope(sketch: WinSketch, table = tableOf()): Uint8Array {
  const { height, wallet = alice, partition = 0, number = 0, proof = proofOf, contentType } = sketch
  const { blockHash = hashOf(height) } = sketch
  const ground = { rules, table, hashAt: () => blockHash }
  const found = winStatement(ground, { key: wallet.publicKey, height, blockHash, partition, number })
  const values = found.ok ? winPublicValues(found.statement) : new Uint8Array(320)
  const draft = winDraft({ try: number, proof: proof(values), partition }, { height, blockHash })
  return composed(contentType === undefined ? draft : { ...draft, contentType }, wallet)
}

export function composed(draft: Draft, wallet: Wallet = alice): Uint8Array {
  const made = composeInscription(draft, wallet)
  if (!made.ok) throw new Error(`${made.reject}: ${made.detail}`)
  return made.envelope
}

export function winMessage(sketch: WinSketch, table = tableOf()): WinMessage {
  const read = readWinMessage(regtest, winEnvelope(sketch, table))
  if (!read.ok) throw new Error(`${read.reject}: ${read.detail}`)
  return read.value
}
