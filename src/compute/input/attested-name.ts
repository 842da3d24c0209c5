import { chainNumber, decodeBody, nameProgram, storageParams } from '../../../storage/index.ts'
import type { NetworkParams } from '../../bitcoin/index.ts'
import type { Attestation, AttestedChain, Poseidon } from '../../bus/index.ts'
import { bytesToHex, equalBytes, type Result, rejection } from '../../lib/index.ts'
import { decodeRecord, type RecordReject } from '../../settlement/index.ts'
import type { SourceName } from '../manifest/data-sources.ts'
import { attestedInscription, type InputPlace, type InscriptionReject } from './attested-inscription.ts'

/** Why what is attested does not say which blob a name means. */
export type NameInputReject =
  | InscriptionReject
  | `record:${RecordReject}`
  | 'not-a-name'
  /** Of another author, or another name. */
  | 'other-name'
  | 'other-network'
  /** Its author says that it means nothing any more. */
  | 'taken-back'

/** What a record says of a name, in the block that holds it. */
export interface AttestedName extends InputPlace {
  /** Of the blob, 64 hex digits. */
  readonly blob: string
  /** Of the record. */
  readonly inscription: string
  /** From this height on the record holds no longer. */
  readonly until: number
}

export interface AttestedNameOptions {
  readonly attestation: Attestation
  readonly name: SourceName
  readonly chain: AttestedChain
  readonly params: NetworkParams
  readonly poseidon: Poseidon
}

/** Which blob a name means by an attested record of its author. That there is no later record no attestation shows. */
export function attestedName({
  attestation,
  name: wanted,
  chain,
  params,
  poseidon,
}: AttestedNameOptions): Result<{ readonly named: AttestedName }, NameInputReject> {
  if (chainNumber(params) !== wanted.chain) return rejection('other-network', `the name is of network ${wanted.chain}`)
  const attested = attestedInscription(attestation, chain, poseidon)
  if (!attested.ok) return attested
  const { envelope, height, blockHash, confirmations, id: inscription } = attested.inscription
  const read = decodeRecord(envelope, params)
  if (!read.ok) return rejection(`record:${read.reject}`, `${inscription}: ${read.detail}`)
  const { kind, program, author } = read.record
  const body = kind === 'name' ? decodeBody('name', envelope.body ?? new Uint8Array()) : null
  if (body === null || !body.ok) return rejection('not-a-name', `${inscription} is no record of a name`)
  const { id, name } = body.body
  const same = name === wanted.name && bytesToHex(author) === wanted.author && equalBytes(program, nameProgram(name))
  if (!same) return rejection('other-name', `${inscription} is a record of another name`)
  if (id.length === 0) return rejection('taken-back', `its author took ${name} back`)
  const until = height + storageParams(params).nameBlocks
  return { ok: true, named: { blob: bytesToHex(id), inscription, until, height, blockHash, confirmations } }
}
