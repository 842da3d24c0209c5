import { z } from 'zod'
import { EphemeralNode } from './ephemeral-node.ts'
import { launch, type NodeOptions } from './launch.ts'

/**
 * A private regtest chain.
 *
 * @example
 * await using node = await RegtestNode.start()
 * await node.mine(25)
 * console.log((await node.client.getBestBlock()).height)
 */
export class RegtestNode extends EphemeralNode {
  static async start(options: NodeOptions = {}): Promise<RegtestNode> {
    return new RegtestNode(await launch(['-regtest'], 'regtest', options))
  }

  /** Sets the node's clock (seconds since 1970); 0 gives it the real one back. */
  async setMockTime(time: number): Promise<void> {
    await this.client.call({ method: 'setmocktime', params: [time], schema: z.null() })
  }
}
