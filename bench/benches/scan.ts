import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { checkBlockBody, decodeBlock } from '../../src/bitcoin/index.ts'
import { scanBlock, summarize } from '../../src/settlement/index.ts'
import type { Bench } from '../bench.ts'
import { fullBlocks } from '../support/blocks.ts'
import { summary } from '../support/statistics.ts'
import type { Cell } from '../support/table.ts'
import { repeat } from '../support/timing.ts'

export const scan: Bench = {
  name: 'scan',
  title: 'Scanning blocks for inscriptions',
  about:
    'Megabytes (10^6 bytes) of raw blocks a second, in one thread of JavaScript: decoding alone; decoding and finding every ' +
    'inscription; and all that `wsc inscriptions scan` does with a block, which checks its transactions against the ' +
    'header and the witness commitment too and hashes every body.',
  async run({ quick, say }) {
    say('blocks')
    const { files, source } = fullBlocks()
    const blocks = files.map((file) => new Uint8Array(gunzipSync(readFileSync(file))))
    const bytes = blocks.reduce((sum, { length }) => sum + length, 0)
    let found = 0
    const decoded = (block: Uint8Array) => {
      const result = decodeBlock(block)
      if (!result.ok) throw new Error(`${result.reject}: ${result.detail}`)
      return result.block
    }
    const works: readonly (readonly [string, (block: Uint8Array) => void])[] = [
      ['decoding alone', (block) => decoded(block)],
      ['finding inscriptions', (block) => [...scanBlock(decoded(block))]],
      [
        'all of `scan`',
        (raw) => {
          const block = decoded(raw)
          if (!checkBlockBody(block).ok) throw new Error('the block is damaged')
          found += [...scanBlock(block)].map(summarize).length
        },
      ],
    ]
    const rows: Cell[][] = []
    for (const [name, work] of works) {
      const timings = await repeat(quick ? 2 : 9, () => {
        for (const block of blocks) work(block)
      })
      rows.push([
        name,
        summary(
          timings.map(({ wall }) => bytes / 1e6 / wall),
          'MB/s',
        ),
      ])
    }
    if (found === 0) throw new Error('no inscription was found')
    return {
      tables: [{ columns: ['', 'raw blocks'], rows }],
      notes: [`${blocks.length} blocks, ${(bytes / 1e6).toFixed(1)} MB: ${source}.`, 'Wanted: at least 10 MB/s.'],
    }
  },
}
