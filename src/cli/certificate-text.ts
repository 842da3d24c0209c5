import {
  type CostOnNetwork,
  claimOf,
  REPLICATION_NOT_SHOWN,
  type Replication,
  type VerifiedCertificate,
} from '../../storage/index.ts'
import type { NotTaken } from '../../storage/io/index.ts'
import { type NetworkParams, toDisplay } from '../bitcoin/index.ts'
import { cureText } from './cure.ts'
import { plural, setupText } from './text.ts'

/** A verified certificate for people: what it shows, by how much, and what it does not show. */
export function certificateLines(
  { blob, challenge, keys, setup }: VerifiedCertificate,
  network: NetworkParams,
  replication: Replication | null,
  ms: number,
): string[] {
  const claim = claimOf(network, { challenge, keys }, replication)
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
    `raw copy     answers for a key by encoding ${units} units: ${coreSeconds.toPrecision(2)} core-seconds, ${(1000 * cardSeconds).toPrecision(2)} ms of a graphics card`,
    ...(replication === null ? [`replication: ${REPLICATION_NOT_SHOWN}`] : replicationLines(replication)),
    `setup        ${setupText(setup)}`,
    ...claim.notShown.map((what) => `not shown    ${what}`),
  ]
}

/** What the wins of each key show, and what it takes to fake one replica. */
function replicationLines({ partition, from, to, keys }: Replication): string[] {
  return [
    `replication: of partition ${partition}, by wins at blocks ${from} to ${to} that Bitcoin attests, judged by the table here`,
    ...keys.flatMap(({ key, wins, ticks, expected, estimate, cost, uncounted }) => {
      const reasons = [...new Set(uncounted.map(({ reason }) => reason))].join(', ')
      const more = uncounted.length === 0 ? '' : `; ${uncounted.length} not counted (${reasons})`
      const seen = `${plural(wins, 'win')} in ${plural(ticks, 'block')}`
      const said =
        estimate === null
          ? `too few to estimate: a replica wins ${expected.toFixed(1)} in these`
          : `${estimate.replicas.toFixed(2)} of its replica (${estimate.least.toFixed(2)} to ${estimate.most.toFixed(2)}, whichever week was chosen)`
      return [
        `  key        ${key}  ${seen}: ${said}${more}`,
        ...(cost === null ? [] : [`  to fake    ${costOf(cost)}`]),
      ]
    }),
  ]
}

function costOf({ units, coreSeconds, cardSeconds, isFree }: CostOnNetwork): string {
  if (isFree) return 'free on this network: it shows that the code works, and nothing else'
  return `one replica, a block: ${Math.round(units)} encodings, ${coreSeconds.toFixed(0)} s of a core or ${cardSeconds.toFixed(1)} s of a graphics card`
}

/** Of many that nobody can do anything about the first ones are told. */
const TOLD = 16

/** Why providers have no part in a certificate, and what can be done. */
export function notTakenLines(notTaken: readonly NotTaken[]): string[] {
  const lines = notTaken.slice(0, TOLD).map(({ key, peer, reason, detail, cure }) => {
    const who = key === null ? `peer ${peer}` : `key ${key}${peer === null ? '' : `, peer ${peer}`}`
    const text = cureText(cure)
    return `not taken: ${who}: ${reason}: ${detail}${text === null ? '' : `; ${text}`}`
  })
  const more = notTaken.length - lines.length
  return more === 0 ? lines : [...lines, `not taken: ${more} more`]
}
