import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'

/** Blocks of a period, and the seconds that a long one takes more of. */
export const SHORT = { period: 6, seconds: 3600 } as const

/** Makes a graph's folder, begun as difficulty-falls is, one of periods that regtest can have. */
export async function writeShortEpochs(folder: string): Promise<void> {
  const { period, seconds } = SHORT
  const change = async (name: string, ...pairs: readonly (readonly [from: string, to: string])[]) => {
    let text = await readFile(join(folder, name), 'utf8')
    for (const [from, to] of pairs) {
      if (!text.includes(from)) throw new Error(`${name} has no ${from}`)
      text = text.replace(from, to)
    }
    await writeFile(join(folder, name), text)
  }
  await change('graph.yaml', ['period: 2016, places: [0, 2015]', `period: ${period}, places: [0, ${period - 1}]`])
  await change('difficulty-falls.circom', ['2016, 1209600', `${period}, ${seconds}`])
}

/** A node whose blocks are mined at times of the test's own. */
export interface TimedChain {
  /** So many blocks, so many seconds after one another. */
  mine(count: number, spacing: number, address?: string): Promise<TimedChain>
  /** Replaces the last blocks by as many others and one more, which come at the same pace. */
  reorg(depth: number, spacing: number): Promise<TimedChain>
}

export function timedChain(node: RegtestBitcoind, from: number): TimedChain {
  let now = from
  const chain: TimedChain = {
    async mine(count, spacing, address) {
      for (let i = 0; i < count; i++) {
        now += spacing
        await node.setMockTime(now)
        await node.mine(1, address)
      }
      return chain
    },
    async reorg(depth, spacing) {
      const { height } = await node.client.getBestBlock()
      const first = await node.client.getBlockHash(height - depth + 1)
      if (first === undefined) throw new Error(`a chain of height ${height} has no ${depth} blocks to replace`)
      await node.invalidateBlock(first)
      return await chain.mine(depth + 1, spacing)
    },
  }
  return chain
}
