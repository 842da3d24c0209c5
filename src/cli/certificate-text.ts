import { type Claim, REPLICATION_NOT_SHOWN, type VerifiedCertificate } from '../../storage/index.ts'
import { toDisplay } from '../bitcoin/index.ts'
import { plural } from './text.ts'

/** A verified certificate for people: what it shows, by how much, and what it does not show. */
export function certificateLines(
  { blob, challenge, keys, setup }: VerifiedCertificate,
  claim: Claim,
  ms: number,
): string[] {
  const { oneKey, chosen } = claim.error
  const { units, coreSeconds, cardSeconds } = claim.rawCopy
  return [
    `valid        ${plural(keys.length, 'key')} (${ms.toFixed(0)} ms beyond the proof)`,
    `blob         ${blob.id}`,
    `published    in block ${blob.height}, ${blob.length} bytes, and paid for`,
    `drawn by     block ${challenge.height} ${toDisplay(challenge.blockHash)}`,
    ...keys.map(({ key, peer, registered }) => `key          ${key}  registered at ${registered}, peer ${peer}`),
    `shown        ${claim.says}`,
    `error        ${oneKey.toExponential(1)} a key; ${chosen.toExponential(1)} for the best of a year's blocks and 1,000 keys`,
    `raw copy     answers for a key by encoding ${units} units: ${coreSeconds.toFixed(2)} core-seconds, ${(1000 * cardSeconds).toFixed(1)} ms of a graphics card`,
    `replication: ${REPLICATION_NOT_SHOWN}`,
    `setup        ${setup === 'ceremony' ? 'public ceremony' : 'INSECURE-DEV: whoever knows the public secret can forge'}`,
    ...claim.notShown.map((what) => `not shown    ${what}`),
  ]
}
