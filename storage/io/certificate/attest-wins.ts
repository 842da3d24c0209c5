import type { Attestor, InscriptionAttestation } from '../../../src/bus/index.ts'
import { bytesToHex } from '../../../src/lib/index.ts'
import type { InscriptionIndex } from '../../../src/settlement/io/index.ts'
import type { AttestedUnder } from '../../certificate/attested-record.ts'
import { MAX_WINS } from '../../certificate/certificate.ts'
import { checkWin } from '../../certificate/verify-key.ts'
import { INSCRIBED_BLOCKS, WINDOW_TICKS } from '../../sampling/ticks.ts'

export interface AttestWinsComponents {
  readonly index: Pick<InscriptionIndex, 'query'>
  readonly attestor: Attestor
  readonly under: AttestedUnder
}

/**
 * The wins of a key in a partition that are inscribed in time, of the week that ends with the block that draws: the newest
 * where there are more than a certificate may hold. Of each block the first record alone, unjudged: who inscribes a win that
 * is none before one that is loses the second here, by its own doing.
 */
export async function attestWins(
  { index, attestor, under }: AttestWinsComponents,
  { key, partition, height }: { readonly key: string; readonly partition: number; readonly height: number },
  signal: AbortSignal,
): Promise<InscriptionAttestation[]> {
  const from = Math.max(0, height - WINDOW_TICKS + 1)
  const to = Math.min(height + INSCRIBED_BLOCKS, under.chain.height)
  const found = new Map<string, InscriptionAttestation>()
  for await (const { id, height: at, input, index: envelope } of index.query({ kind: 'win', author: key, from, to })) {
    if (input !== 0 || envelope !== 0) continue
    const made = await attestor.attest({ kind: 'inscription', id, height: at }, signal)
    if (!made.ok || made.attestation.kind !== 'inscription') continue
    const checked = checkWin(under, made.attestation, key)
    if (!checked.ok) continue
    const { claim, signed } = checked.win
    const program = bytesToHex(signed.record.program)
    const isAsked = claim.partition === partition && claim.height >= from && claim.height <= height
    if (isAsked && !found.has(program)) found.set(program, made.attestation)
  }
  return [...found.values()].slice(-MAX_WINS)
}
