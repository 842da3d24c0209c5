import type { PartitionObservation } from '../../storage/index.ts'
import { type Estimates, EstimatesFile } from '../../storage/io/index.ts'
import type { OpenedNode } from './storage-work.ts'
import { plural } from './text.ts'

/** What is known here of partitions: of nodes of this storage directory that have listened, as the last one says. */
export async function readEstimates({
  places,
  storage,
}: Pick<OpenedNode, 'places' | 'storage'>): Promise<Estimates | null> {
  const read = await Promise.all(places.estimates.map((path) => new EstimatesFile(path, storage).load()))
  const known = read.filter((one) => one !== null)
  return known.reduce<Estimates | null>((last, one) => (last !== null && last.height >= one.height ? last : one), null)
}

/** What may be said of a partition by an estimate, and what may not, for people. */
export function estimateLines(estimates: Estimates | null, partition: number): string[] {
  const observed = observationOf(estimates, partition)
  if (estimates === null || observed === null) return []
  return [replicasText(observed, estimates), costText(observed), ...observed.keys.map(keyText)]
}

/** The same for programs; null where no node here has listened. */
export function estimateJson(estimates: Estimates | null, partition: number) {
  const observed = observationOf(estimates, partition)
  return estimates === null || observed === null
    ? null
    : { ...observed, asOf: estimates.height, heard: estimates.heard }
}

function observationOf(estimates: Estimates | null, partition: number): PartitionObservation | null {
  return estimates?.partitions.find((one) => one.partition === partition) ?? null
}

function replicasText(
  { estimate, ticks, from, to, wins, silent }: PartitionObservation,
  { height, heard }: Estimates,
): string {
  const unheard = heard === 0 ? `; NOBODY WAS HEARD as of height ${height}` : ''
  if (estimate === null || from === null || to === null) {
    return `  replicas  no estimate yet: a node here has listened at ${plural(ticks, 'block')}, as of height ${height}${unheard}`
  }
  const { replicas, least, most } = estimate
  const over = `over ${plural(ticks, 'block')} from ${from} to ${to}, by ${plural(wins, 'win')} verified here in time`
  const alarm = silent ? '; SILENT: a whole replica would have won since' : ''
  return `  replicas  ${replicas.toFixed(1)} (${least.toFixed(1)} to ${most.toFixed(1)}) on average ${over}${alarm}${unheard}`
}

/** Beside every estimate: what it is worth is what it costs. */
function costText({ cost: { units, coreSeconds, cardSeconds, unitSeconds, isFree } }: PartitionObservation): string {
  const nothing = 'nothing is said of any single blob, of who operates what, or of disks'
  if (isFree) return `  to fake   free on this network: it shows that the code works, and nothing else; ${nothing}`
  const work = `${Math.round(units)} encodings, ${coreSeconds.toFixed(0)} s of a core (${(1_000 * unitSeconds).toFixed(2)} ms each) or ${cardSeconds.toFixed(1)} s of a graphics card`
  return `  to fake   one replica, a block: ${work}; ${nothing}`
}

function keyText({ key, wins, last, silent }: PartitionObservation['keys'][number]): string {
  return `  key       ${key}  ${plural(wins, 'win')}, the last at ${last}${silent ? ', silent since' : ''}`
}
