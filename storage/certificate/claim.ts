import type { NetworkParams } from '../../src/bitcoin/index.ts'
import { needsNoCeremony } from '../../src/bus/index.ts'
import { UNIT_COSTS } from '../sampling/cost-to-fake.ts'
import { SAMPLES } from './certificate.ts'
import type { KeyReplication, Replication } from './replication.ts'
import type { VerifiedCertificate } from './verify.ts'

/** A replica from which a blob cannot be restored has less than two thirds of its units. */
const MOST_WITHOUT = 2 / 3
/** Who may choose takes the best of so many blocks and keys. */
const CHOICES = { blocks: 52_560, keys: 1_000 } as const

/** What a certificate may claim, and what it may not. */
export interface Claim {
  readonly says: string
  /** How likely a key passes whose replica cannot restore the blob. */
  readonly error: {
    readonly oneKey: number
    /** The best of a year's blocks and a thousand keys. */
    readonly chosen: number
  }
  /** What it takes to pass, for the key of which the fewest different units were drawn, from one raw copy that need not be its own: at any time after the block. */
  readonly rawCopy: { readonly units: number; readonly coreSeconds: number; readonly cardSeconds: number }
  readonly notShown: readonly string[]
}

/** From so much of a replica on, at the least, a key's wins are evidence of it. */
const EVIDENCE = 0.25

const COPIES = 'separate copies: one raw copy answers for all keys, at the cost above'
const OF_WINS = [
  'that these keys keep this blob: their wins speak of the partition on average',
  'that it was storage: computation, at the cost to fake, wins as much',
] as const
const INDEPENDENCE = 'that the keys are independent: one operator may hold several'
const NOT_SHOWN = [
  'that anything is kept now or will be',
  'that anybody serves it',
  'that the parity is right',
] as const

const WORTHLESS = 'cost: on this network grinding and faking are free, and this shows that the code works'

/** @param replication what its wins show by a table, where there is one: what its keys spent, each by its own wins */
export function claimOf(
  params: NetworkParams,
  { challenge, keys }: Pick<VerifiedCertificate, 'challenge' | 'keys'>,
  replication: Replication | null,
): Claim {
  const oneKey = MOST_WITHOUT ** SAMPLES
  const each = keys.length === 1 ? 'one key' : `each of ${keys.length} keys`
  const could = `after block ${challenge.height}, ${each} could produce enough to restore the blob, if it is rightly coded`
  const spent = replication?.keys.filter(({ estimate }) => estimate !== null && estimate.least >= EVIDENCE) ?? []
  const units = Math.min(...keys.map(({ drawn }) => drawn))
  const ofWins = spent.length > 0 ? OF_WINS : []
  const notShown = [COPIES, ...ofWins, ...(keys.length > 1 ? [INDEPENDENCE] : []), ...NOT_SHOWN]
  return {
    says: [could, ...spent.map(spentText)].join('; '),
    error: { oneKey, chosen: oneKey * CHOICES.blocks * CHOICES.keys },
    rawCopy: { units, coreSeconds: units * UNIT_COSTS.core, cardSeconds: units * UNIT_COSTS.card },
    notShown: needsNoCeremony(params) ? [...notShown, WORTHLESS] : notShown,
  }
}

function spentText({ key, ticks, from, to, estimate }: KeyReplication): string {
  const blocks = `the ${ticks} blocks from ${from} to ${to} at which it counts and there was something to keep`
  return `key ${key.slice(0, 8)}… spent storage or so much computation on ${estimate?.least.toFixed(2)} of a replica or more, on average over ${blocks}`
}
