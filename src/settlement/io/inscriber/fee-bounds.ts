import type { NetworkParams } from '../../../bitcoin/index.ts'
import { type OptionRule, requireArgument } from '../../../lib/index.ts'
import { settlementError } from '../../errors.ts'
import { estimateFeeRate } from './bitcoind-calls.ts'
import type { BitcoindCalls, CallOptions } from './client.ts'
import { type Cost, requireRelayable } from './plan.ts'

const MAX_FEE_RATE = 200

const aFeeRate: OptionRule = {
  what: 'a number above 0',
  holds: (value) => typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY,
}

interface FeeBoundsOptions {
  readonly client: BitcoindCalls
  readonly params: NetworkParams
  readonly maxFeeRate?: number | undefined
}

/** What may be paid a virtual byte, and how large what is sent together may be. */
export class FeeBounds {
  /** Satoshis a virtual byte. */
  readonly maxFeeRate: number
  readonly #client: BitcoindCalls
  readonly #params: NetworkParams

  constructor({ client, params, maxFeeRate = MAX_FEE_RATE }: FeeBoundsOptions) {
    requireArgument('Inscriber', 'maxFeeRate', maxFeeRate, aFeeRate)
    this.maxFeeRate = maxFeeRate
    this.#client = client
    this.#params = params
  }

  /** Whether what the node's policy refuses may be mined instead. */
  get directly(): boolean {
    return this.#params.name === 'regtest'
  }

  /** What the node estimates unless given. Throws E_FEE_CAP. */
  async rate(feeRate: number | undefined, options: CallOptions): Promise<number> {
    const rate = feeRate ?? (await estimateFeeRate(this.#client, this.#params.weakPow, options))
    this.checkRate(rate)
    return rate
  }

  /** Throws E_FEE_CAP. */
  checkRate(feeRate: number): void {
    requireArgument('Inscriber', 'a fee rate', feeRate, aFeeRate)
    if (feeRate <= this.maxFeeRate) return
    const found = `${feeRate.toFixed(1)} sat/vB is above the cap of ${this.maxFeeRate}.`
    throw settlementError('E_FEE_CAP', found, { cure: { act: 'raise-fee-cap' } })
  }

  /** Throws E_TOO_LARGE. On regtest the node decides: it may have to mine them directly. */
  checkSize({ commitVsize, revealVsizes }: Cost): void {
    if (!this.directly) requireRelayable([commitVsize, ...revealVsizes])
  }
}
