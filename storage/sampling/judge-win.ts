import { type BlockHash, sameHash } from '../../src/bitcoin/index.ts'
import { bytesToHex, equalBytes, type Result, rejection } from '../../src/lib/index.ts'
import type { ProofReject, ProofVerifier } from '../../src/proving/index.ts'
import type { WscRecord } from '../../src/settlement/index.ts'
import { partitionPositions } from '../params.ts'
import { type BodyReject, decodeBody } from '../records/bodies.ts'
import { winProgram } from '../records/programs.ts'
import type { StorageTable } from '../table/table.ts'
import { INSCRIBED_BLOCKS, TABLE_LAG } from './ticks.ts'
import type { WinRules } from './win-rules.ts'
import { type WinStatement, winPublicValues } from './win-statement.ts'

/** A record whose signature holds, with its body (`decodeRecord`). */
export interface SignedRecord {
  readonly record: WscRecord
  readonly body: Uint8Array
}

/** What a record of kind `win` says by itself. */
export interface WinClaim {
  /** The provider's x-only public key: it signed. */
  readonly key: Uint8Array
  /** The block that is the challenge. */
  readonly height: number
  readonly blockHash: BlockHash
  readonly partition: number
  /** t */
  readonly number: number
  readonly proof: Uint8Array
}

/** By what a win is judged: the judge's own chain and table, nothing of what the message says. */
export interface WinGround {
  readonly rules: WinRules
  readonly table: Pick<StorageTable, 'blobs' | 'providers'>
  /** Of the active chain; null where it has no such block, or none is known here. */
  hashAt(height: number): BlockHash | null
}

/** Why the bytes of a record are no win's. */
export type WinClaimReject = BodyReject | 'other-kind' | 'wrong-program'

/** Why there is no such win to be proved. */
export type WinGroundReject =
  /** The active chain has no block of that height yet. */
  | 'unknown-challenge'
  /** It has another one. */
  | 'other-chain'
  /** No record has the author's key count at that height. */
  | 'key-does-not-count'
  /** The partition was empty. */
  | 'empty-partition'
  /** It had fewer positions than the try's number. */
  | 'no-such-try'

/** Why a signed record is no win. */
export type WinReject = WinClaimReject | WinGroundReject | ProofReject

/** Reads the win out of a signed record. */
export function winClaim({ record, body }: SignedRecord): Result<{ readonly claim: WinClaim }, WinClaimReject> {
  const { kind, author: key, height, blockHash, program } = record
  if (kind !== 'win') return rejection('other-kind', `a record of kind ${kind}`)
  const decoded = decodeBody('win', body)
  if (!decoded.ok) return decoded
  const { try: number, partition, proof } = decoded.body
  if (!equalBytes(program, winProgram(partition, blockHash))) {
    return rejection('wrong-program', 'it is not that of its partition and block')
  }
  return { ok: true, claim: { key, height, blockHash, partition, number, proof } }
}

/** What the claim has to prove, by the judge's own chain and table. */
export function winStatement(
  { rules, table, hashAt }: WinGround,
  { key, height, blockHash, partition, number }: Omit<WinClaim, 'proof'>,
): Result<{ readonly statement: WinStatement }, WinGroundReject> {
  const hash = hashAt(height)
  if (hash === null) return rejection('unknown-challenge', `there is no block ${height} yet`)
  if (!sameHash(hash, blockHash)) return rejection('other-chain', `another block is at height ${height}`)
  if (!table.providers.counts(bytesToHex(key), height)) {
    return rejection('key-does-not-count', `the key does not count at height ${height}`)
  }
  const fill = table.blobs.fillAt(partition, height - TABLE_LAG)
  if (fill === 0) return rejection('empty-partition', `partition ${partition} was empty`)
  if (number >= fill) return rejection('no-such-try', `try ${number} of ${fill}`)
  const first = partition * partitionPositions(rules.params)
  const challenge = { networkHash: rules.networkHash, blockHash, key, first, fill }
  const tableRoot = table.blobs.rootAt(height - TABLE_LAG)
  return { ok: true, statement: { challenge, tableRoot, threshold: rules.threshold, number } }
}

/** Judges a signed record of a win, what is cheap first; when it came is another question. */
export async function verifyWin(
  ground: WinGround,
  verifier: Pick<ProofVerifier, 'verify'>,
  signed: SignedRecord,
): Promise<Result<{ readonly claim: WinClaim }, WinReject>> {
  const read = winClaim(signed)
  if (!read.ok) return read
  const found = winStatement(ground, read.claim)
  if (!found.ok) return found
  const verified = await verifier.verify(read.claim.proof, winPublicValues(found.statement))
  return verified.ok ? read : verified
}

/**
 * Judges a record of kind `win` in a block: it counts in the three blocks after its own. Of those of one key, partition and
 * block the first that is valid counts; the others change nothing.
 */
export async function verifyInscribedWin(
  ground: WinGround,
  verifier: Pick<ProofVerifier, 'verify'>,
  signed: SignedRecord,
  /** Of the block that holds it. */
  height: number,
): Promise<Result<{ readonly claim: WinClaim }, WinReject | 'late'>> {
  const after = height - signed.record.height
  if (after < 1 || after > INSCRIBED_BLOCKS) return rejection('late', `${after} blocks after its own`)
  return await verifyWin(ground, verifier, signed)
}
