import { checkHeaderFile, decodeHeader, HEADER_BYTES, headerHash } from '../../src/bitcoin/index.ts'
import type { Bench } from '../bench.ts'
import { headerBytes } from '../support/headers.ts'
import { summary } from '../support/statistics.ts'
import type { Cell } from '../support/table.ts'
import { repeat } from '../support/timing.ts'

export const rules: Bench = {
  name: 'rules',
  title: 'Native header rules',
  about:
    'Headers a second through all rules (decode, link, nBits with retargets, proof of work, median time, version, work), in ' +
    'one thread of JavaScript; beside it the hash alone. The prover checks every header so before folding it.',
  async run({ quick, say }) {
    const to = quick ? 4_000 : 49_999
    say('headers')
    const { params, bytes, source } = headerBytes(to)
    const runs = quick ? 2 : 5
    const check = await repeat(runs, () => {
      const result = checkHeaderFile(params, bytes)
      if (!result.ok) throw new Error(`height ${result.height} is refused: ${result.reject}`)
    })
    const hash = await repeat(runs, () => {
      for (let height = 1; height <= to; height++) headerHash(decodeHeader(bytes, height * HEADER_BYTES))
    })
    const row = (name: string, timings: typeof check): Cell[] => [
      name,
      summary(
        timings.map(({ wall }) => to / wall),
        '/s',
      ),
      summary(
        timings.map(({ cpu }) => (cpu / to) * 1e6),
        'µs',
      ),
    ]
    return {
      tables: [
        {
          columns: ['', 'headers', 'CPU a header'],
          rows: [row('all rules', check), row('decoding and hash alone', hash)],
        },
      ],
      notes: [
        `${to.toLocaleString('en-GB')} headers a run: ${source}.`,
        'Compared with folding (0.2 to 0.4 s a header) the native rules cost nothing that could be seen.',
      ],
    }
  },
}
