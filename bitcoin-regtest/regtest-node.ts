import { z } from 'zod'
import { EphemeralBitcoind } from './ephemeral-node.ts'
import { type BitcoindOptions, launch } from './launch.ts'

/**
 * A private regtest chain.
 *
 * @example
 * await using node = await RegtestBitcoind.start()
 * await node.mine(25)
 * console.log((await node.client.getBestBlock()).height)
 */
export class RegtestBitcoind extends EphemeralBitcoind {
  static async start(options: BitcoindOptions = {}): Promise<RegtestBitcoind> {
    return new RegtestBitcoind(await launch(['-regtest'], 'regtest', options))
  }

  /** Sets the node's clock (seconds since 1970); 0 gives it the real one back. */
  async setMockTime(time: number): Promise<void> {
    await this.client.call({ method: 'setmocktime', params: [time], schema: z.null() })
  }
}
