import { fromDisplay } from '../../../src/bitcoin/index.ts'
import type { Attestor, InscriptionAttestation } from '../../../src/bus/index.ts'
import { bytesToHex } from '../../../src/lib/index.ts'
import type { IndexEntry, InscriptionIndex } from '../../../src/settlement/io/index.ts'
import type { AttestedUnder } from '../../certificate/attested-record.ts'
import { MAX_WINS } from '../../certificate/certificate.ts'
import { attestationRoom } from '../../certificate/room.ts'
import { checkWin } from '../../certificate/verify-key.ts'
import { winProgram } from '../../records/programs.ts'
import { INSCRIBED_BLOCKS, WINDOW_TICKS } from '../../sampling/ticks.ts'

export interface AttestWinsComponents {
  readonly index: Pick<InscriptionIndex, 'query'>
  readonly attestor: Pick<Attestor, 'attest'>
  readonly under: AttestedUnder
}

export interface WantedWins {
  readonly key: string
  readonly partition: number
  /** Of the block that draws. */
  readonly height: number
  /** Bytes that they may take of the certificate. */
  readonly room: number
}

/**
 * The wins of a key in a partition that are inscribed in time, of the week that ends with the block that draws, in the order
 * of their blocks: where there are more than a certificate may hold, or than there is room for, the newest that fit. Of each
 * block the first record alone, unjudged: who inscribes a win that is none before one that is loses the second here, by its
 * own doing.
 */
export async function attestWins(
  components: AttestWinsComponents,
  wanted: WantedWins,
  signal: AbortSignal,
): Promise<InscriptionAttestation[]> {
  const wins: InscriptionAttestation[] = []
  let { room } = wanted
  for (const records of await recordsByBlock(components, wanted)) {
    if (wins.length === MAX_WINS) break
    const win = await firstOf(components, wanted.key, records, room, signal)
    const bytes = win === null ? 0 : attestationRoom(win)
    // One that is too large leaves its room to older ones.
    if (win === null || bytes > room) continue
    room -= bytes
    wins.push(win)
  }
  return wins.reverse()
}

/** By what the index knows of them: of each block the records that may tell of a win at it, the newest block first. */
async function recordsByBlock(
  { index, under }: AttestWinsComponents,
  { key, partition, height }: WantedWins,
): Promise<IndexEntry[][]> {
  const from = Math.max(0, height - WINDOW_TICKS + 1)
  const to = Math.min(height + INSCRIBED_BLOCKS, under.chain.height)
  const byBlock = new Map<string, IndexEntry[]>()
  for await (const entry of index.query({ kind: 'win', author: key, from, to })) {
    const { record, input, index: envelope } = entry
    if (record === null || input !== 0 || envelope !== 0) continue
    const { height: at, blockHash, program } = record
    const after = entry.height - at
    const isInTime = at >= from && at <= height && after >= 1 && after <= INSCRIBED_BLOCKS
    if (!isInTime || program !== bytesToHex(winProgram(partition, fromDisplay(blockHash)))) continue
    byBlock.set(program, [...(byBlock.get(program) ?? []), entry])
  }
  return [...byBlock.values()].sort(([a], [b]) => wonAt(b) - wonAt(a))
}

const wonAt = (entry: IndexEntry | undefined) => entry?.record?.height ?? 0

/** Null where none of them tells of a win, or the first has a body alone that is beyond the room. */
async function firstOf(
  { attestor, under }: AttestWinsComponents,
  key: string,
  records: readonly IndexEntry[],
  room: number,
  signal: AbortSignal,
): Promise<InscriptionAttestation | null> {
  for (const { id, height, bodyLength } of records) {
    if ((bodyLength ?? 0) > room) return null
    const made = await attestor.attest({ kind: 'inscription', id, height }, signal)
    if (!made.ok || made.attestation.kind !== 'inscription') continue
    if (checkWin(under, made.attestation, key).ok) return made.attestation
  }
  return null
}
