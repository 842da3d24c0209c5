import type { NetworkParams } from '../../src/bitcoin/index.ts'
import { needsNoCeremony } from '../../src/bus/index.ts'
import { UNIT_COSTS } from '../sampling/cost-to-fake.ts'
import { SAMPLES } from './certificate.ts'
import type { Replication } from './replication.ts'

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
  /** What it takes to pass, for each key, from one raw copy that need not be its own: at any time after the block. */
  readonly rawCopy: { readonly units: number; readonly coreSeconds: number; readonly cardSeconds: number }
  readonly notShown: readonly string[]
}

const COPIES = 'separate copies: one raw copy answers for all keys, at the cost above'
const INDEPENDENCE = 'that the keys are independent: one operator may hold several'
const NOT_SHOWN = [
  'that anything is kept now or will be',
  'that anybody serves it',
  'that the parity is right',
] as const

const WORTHLESS = 'cost: on this network grinding and faking are free, and this shows that the code works'

/** @param replication what its wins show by a table, where there is one: that these keys spent storage or computation */
export function claimOf(params: NetworkParams, height: number, keys: number, replication: Replication | null): Claim {
  const oneKey = MOST_WITHOUT ** SAMPLES
  const each = keys === 1 ? 'one key' : `each of ${keys} keys`
  const spent = '; and the keys that won spent storage or so much computation, tick by tick'
  const won = replication?.keys.some(({ wins }) => wins > 0) ?? false
  const notShown = [won ? INDEPENDENCE : COPIES, ...NOT_SHOWN]
  return {
    says: `after block ${height}, ${each} could produce enough to restore the blob, if it is rightly coded${won ? spent : ''}`,
    error: { oneKey, chosen: oneKey * CHOICES.blocks * CHOICES.keys },
    rawCopy: {
      units: SAMPLES,
      coreSeconds: SAMPLES * UNIT_COSTS.core,
      cardSeconds: SAMPLES * UNIT_COSTS.card,
    },
    notShown: needsNoCeremony(params) ? [...notShown, WORTHLESS] : notShown,
  }
}
