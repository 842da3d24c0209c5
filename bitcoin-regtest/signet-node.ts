import { getBitcoind, knowsOption } from './bitcoind.ts'
import { EphemeralBitcoind } from './ephemeral-node.ts'
import { BitcoindUnsuitableError } from './errors.ts'
import { type BitcoindOptions, launch } from './launch.ts'

/** Core: nPowTargetTimespan, two weeks in seconds. */
const TARGET_TIMESPAN = 1_209_600

export interface SignetOptions extends BitcoindOptions {
  /** Blocks between retargets; 20 unless given. Must divide the two weeks of an epoch. */
  epochLength?: number | undefined
  /** The node's clock at the start (seconds since 1970). */
  time?: number | undefined
}

/**
 * A private signet whose challenge is OP_TRUE: unlike regtest it retargets. A block takes about 4.8 million hashes,
 * some seconds. Only nodes that know `-signetblocktime` can be used (Bitcoin Knots; Bitcoin Core does not).
 */
export class SignetBitcoind extends EphemeralBitcoind {
  static async start(options: SignetOptions = {}): Promise<SignetBitcoind> {
    const bitcoind = options.bitcoind ?? (await getBitcoind({ signal: options.signal }))
    if (!(await knowsOption(bitcoind.path, '-signetblocktime'))) {
      const cure = 'Unset WSC_BITCOIND and take bitcoind off PATH to use the private one, or name a Bitcoin Knots.'
      throw new BitcoindUnsuitableError(`${bitcoind.version} does not know -signetblocktime. ${cure}`)
    }
    const blockTime = TARGET_TIMESPAN / (options.epochLength ?? 20)
    if (!Number.isInteger(blockTime)) {
      throw new RangeError(`an epoch of ${options.epochLength} blocks does not divide ${TARGET_TIMESPAN} s`)
    }
    const clock = options.time === undefined ? [] : [`-mocktime=${options.time}`]
    const chain = ['-signet', '-signetchallenge=51', `-signetblocktime=${blockTime}`, ...clock]
    return new SignetBitcoind(await launch(chain, 'signet', { ...options, bitcoind }))
  }

  /** Sets the clock by a restart: the RPC for it exists on regtest alone. */
  async setMockTime(time: number): Promise<void> {
    await this.restart([`-mocktime=${time}`])
  }
}
