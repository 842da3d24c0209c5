import { join } from 'node:path'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import type { Bench } from '../bench.ts'
import { megabytes } from '../support/quantity.ts'
import { summary } from '../support/statistics.ts'
import type { Timing } from '../support/timing.ts'
import { wallAndCpu } from '../support/timing.ts'
import { type RunningWsc, startWsc } from '../support/wsc.ts'

const BLOCKS_BEFORE = 10

export const live: Bench = {
  name: 'live',
  title: 'From a block to a new proof',
  about:
    '`wsc bus follow` on a real regtest node: from the answer of the call that mined one block to the line that says its ' +
    'proof is verified and in place. Contains noticing the block, witness, folding, checkpoint, compressing, verifying.',
  async run({ quick, scratch, say }) {
    await using node = await RegtestBitcoind.start()
    await node.mine(BLOCKS_BEFORE)
    const following = startWsc(
      ['bus', 'follow', '--network', 'regtest', '--rpc', node.url, '--rpc-cookie', node.auth.file].concat([
        '--data-dir',
        join(scratch, 'data'),
        '--out',
        join(scratch, 'current.proof'),
        '--json',
      ]),
      scratch,
    )
    try {
      say(`catching up ${BLOCKS_BEFORE} blocks`)
      await proofOf(following, BLOCKS_BEFORE)
      const timings: Timing[] = []
      const inside: number[] = []
      for (let i = 1; i <= (quick ? 1 : 7); i++) {
        say(`block ${i}`)
        await node.mine(1)
        const before = await following.usage()
        const began = performance.now()
        inside.push(await proofOf(following, BLOCKS_BEFORE + i))
        const wall = (performance.now() - began) / 1000
        const after = await following.usage()
        timings.push({ wall, cpu: (after?.cpuSeconds ?? 0) - (before?.cpuSeconds ?? 0) })
      }
      const usage = await following.usage()
      return {
        tables: [
          {
            columns: ['', 'wall', 'CPU'],
            rows: [
              ['block to verified new proof', ...wallAndCpu(timings)],
              ['… without noticing the block', summary(inside, 's'), ''],
              ['peak memory of `wsc bus follow`', usage === undefined ? 'unknown' : megabytes(usage.peakBytes), ''],
            ],
          },
        ],
        notes: ['A block comes every 600 s on mainnet. The node is private and idle; CPU seconds are the follower’s.'],
      }
    } finally {
      await following.stop()
    }
  },
}

/** Waits for the proof of a height; the seconds that following itself says it took. */
async function proofOf(following: RunningWsc, height: number): Promise<number> {
  for (;;) {
    const line = await following.line()
    if (line === undefined) throw new Error('wsc bus follow ended')
    if (line.height === height) return Number(line.seconds)
  }
}
