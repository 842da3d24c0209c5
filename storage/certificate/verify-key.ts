import type { BlockHash } from '../../src/bitcoin/index.ts'
import type { InscriptionAttestation } from '../../src/bus/index.ts'
import { bytesToHex, hexToBytes, type Result, rejection } from '../../src/lib/index.ts'
import type { BlobClaim } from '../records/judge.ts'
import { type SignedRecord, type WinClaim, type WinClaimReject, winClaim } from '../sampling/judge-win.ts'
import { INSCRIBED_BLOCKS } from '../sampling/ticks.ts'
import { countsAt } from '../table/registry.ts'
import { type AttestedReject, type AttestedUnder, attestedRecord, saidByRecord } from './attested-record.ts'
import type { CertifiedKey } from './certificate.ts'
import { certificateSigned } from './signature.ts'

/** What is wrong with one provider's part beside its proof. */
export type KeyReject =
  | `provider:${AttestedReject}`
  /** Its record takes a key back. */
  | 'withdrawal'
  /** Its record is of a block too short before the challenge, or too long. */
  | 'key-too-new'
  | 'key-expired'
  | 'key-twice'
  | 'keys-out-of-order'
  | 'bad-signature'
  /** `late`: its record is in none of the three blocks after its own, so that nothing attests that it was in time. */
  | `win:${AttestedReject | WinClaimReject | 'other-author' | 'late' | 'twice'}`

/** A provider whose key counts at the challenge, and who signed. */
export interface SignedKey {
  /** X-only, 64 hex digits. */
  readonly key: string
  /** Ed25519 key of the peer that agreed, 64 hex digits. */
  readonly peer: string
  /** Of the block that holds its record. */
  readonly registered: number
  /** Attested records of wins, of which none is judged, proof and block neither: that takes the table. */
  readonly wins: readonly AttestedWin[]
}

/** And whose proof holds. */
export interface VerifiedKey extends SignedKey {
  /** How many different units it opens: of a small blob some are drawn more than once. */
  readonly drawn: number
}

/** That this key told of a win, in time, in a block of the proved chain. */
export interface AttestedWin {
  readonly claim: WinClaim
  readonly signed: SignedRecord
}

interface KeyPlace {
  readonly blob: BlobClaim
  readonly challenge: { readonly height: number; readonly blockHash: BlockHash }
  /** The key that stands before this one. */
  readonly before: string | undefined
}

export function checkKey(
  under: AttestedUnder,
  { provider, proof, signature, wins }: CertifiedKey,
  { blob, challenge: { height, blockHash }, before }: KeyPlace,
): Result<{ readonly key: SignedKey }, KeyReject> {
  const { storage } = under
  const registered = saidByRecord(under, provider, 'provider')
  if (!registered.ok) return rejection(`provider:${registered.reject}`, registered.detail)
  const { says, signed } = registered
  const { author: key, peer } = says
  if (peer === null) return rejection('withdrawal', `the record of ${key} takes it back`)
  if (!countsAt(storage, signed.height, height)) {
    const reject = height < signed.height + storage.providerDelay ? 'key-too-new' : 'key-expired'
    return rejection(reject, `${key} is registered at ${signed.height}, and does not count at ${height}`)
  }
  if (before === key) return rejection('key-twice', `${key} is there twice`)
  if (before !== undefined && before > key) return rejection('keys-out-of-order', 'keys are there by rising order')
  const drawing = { network: storage.network, blob, blockHash, key: hexToBytes(key) }
  if (!certificateSigned(drawing, proof, signature)) {
    return rejection('bad-signature', `${key} has not signed this proof for this blob and block`)
  }
  const told: AttestedWin[] = []
  const programs = new Set<string>()
  for (const win of wins) {
    const checked = checkWin(under, win, key)
    if (!checked.ok) return checked
    const program = bytesToHex(checked.win.signed.record.program)
    if (programs.has(program)) return rejection('win:twice', 'a win of one partition and block is there twice')
    programs.add(program)
    told.push(checked.win)
  }
  return { ok: true, key: { key, peer, registered: signed.height, wins: told } }
}

/** What is attested of a win is that this author told of it, in time; whether it won, a table tells. */
export function checkWin(
  under: AttestedUnder,
  win: InscriptionAttestation,
  key: string,
): Result<{ readonly win: AttestedWin }, KeyReject> {
  const attested = attestedRecord(under, win)
  if (!attested.ok) return rejection(`win:${attested.reject}`, attested.detail)
  const { signed } = attested
  const read = winClaim(signed)
  if (!read.ok) return rejection(`win:${read.reject}`, read.detail)
  const { claim } = read
  const author = bytesToHex(claim.key)
  if (author !== key) return rejection('win:other-author', `a win of ${author}, not of ${key}`)
  const after = signed.height - claim.height
  if (after >= 1 && after <= INSCRIBED_BLOCKS) return { ok: true, win: { claim, signed } }
  return rejection('win:late', `a win at block ${claim.height} is told of in block ${signed.height}`)
}
