import type { AskReject, PeerName } from '../../../src/bus/index.ts'
import type { Cure } from '../../../src/lib/index.ts'
import type { CertificateReject } from '../../certificate/verify.ts'

/** Why a provider has no part in a certificate. */
export type NotTakenReason =
  /** Its peer is there, and no key names it. */
  | 'not-registered'
  /** Its latest record takes the key back. */
  | 'retired'
  /** At the block that draws: not yet, or no longer. */
  | 'key-too-new'
  | 'key-expired'
  /** The key counts; its peer is neither connected nor found. */
  | 'not-met'
  /** Its peer is connected, and gives no certificates. */
  | 'no-certificates'
  /** Its record is not in the proved chain, or too large for a certificate. */
  | 'not-attested'
  | 'record-too-large'
  /** Its peer signs by another of its keys. */
  | 'signs-by-other'
  | AskReject
  | CertificateReject

/** A provider that has no part in a certificate, and why. */
export interface NotTaken {
  /** 64 hex digits; null where its peer has registered none. */
  readonly key: string | null
  /** Null where it is not known under what name it would answer. */
  readonly peer: PeerName | null
  readonly reason: NotTakenReason
  readonly detail: string
  /** What can be done about it. */
  readonly cure?: Cure | undefined
}

const LATER = { act: 'again-later' }
const REGISTER = { act: 'register-key' }
const NAME_PEER = { act: 'name-peer' }
const NEWER_PROOF = { act: 'newer-proof' }

const CURES: Readonly<Partial<Record<NotTakenReason, Cure>>> = {
  'not-registered': REGISTER,
  retired: REGISTER,
  'key-expired': REGISTER,
  'not-met': NAME_PEER,
  unreachable: NAME_PEER,
  'no-certificates': { act: 'serve-certificates' },
  silent: LATER,
}

/** Of what a peer says why it refuses (docs/storage.md). */
const REFUSAL_CURES: Readonly<Record<string, Cure>> = {
  'other-key': { act: 'same-certificate-key' },
  'not-final': LATER,
  'too-old': NEWER_PROOF,
  'other-block': NEWER_PROOF,
  'no-such-blob': LATER,
  'not-counted': { act: 'serve-registered-key' },
  'not-encoded': { act: 'wait-until-encoded' },
  busy: LATER,
}

/** By the reason alone, or by the peer's own where it refused. */
export function cureOfNotTaken(reason: NotTakenReason, refusal?: string): Cure | undefined {
  if (reason !== 'refused') return CURES[reason]
  return refusal !== undefined && Object.hasOwn(REFUSAL_CURES, refusal) ? REFUSAL_CURES[refusal] : undefined
}
