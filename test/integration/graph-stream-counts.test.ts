import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { decodeHeader, HEADER_BYTES, headerHash } from '../../src/bitcoin/index.ts'
import { type Accumulator, append, emptyAccumulator, leafOf } from '../../src/bus/index.ts'
import { fileSource } from '../../src/bus/io/index.ts'
import { compileGraph, readGraph, runStream } from '../../src/compute/io/index.ts'
import { poseidon } from '../bus/poseidon-reference.ts'
import { plainStatistics } from '../circuits/stream-scene.ts'
import { sharedData } from '../support/shared-data.ts'

const GRAPH = fileURLToPath(new URL('../../graphs/chain-stats', import.meta.url))
const PERIOD = 2016
/** On either side of whole trees of 127 headers, of those that join them, and of periods. */
const FROM_GENESIS = [1, 2, 63, 64, 65, 126, 127, 128, 200, 254, 255, 256, 382, 383, 509, 510, 511, 2016, 2017, 4033]
const FROM_ANCHOR = [1, 127, 260, 1025]

test.for([
  ['genesis', 0, FROM_GENESIS],
  ['an anchor', 1005, FROM_ANCHOR],
] as const)(
  'chain-stats over any number of mainnet’s headers from %s on comes to the bus’s history and what a plain computation says',
  { timeout: 300_000 },
  async ([_start, from, counts], context) => {
    const bytes = sharedData(context, 'headers/main_0_49999.bin').slice(0, 6000 * HEADER_BYTES)
    const file = fileSource(bytes)
    if (!file.ok) throw new Error(file.detail)
    const graph = await compileGraph(await readGraph(GRAPH))
    if (graph.kind !== 'stream') throw new Error('chain-stats is a stream')
    for (const count of counts) {
      const headers = Array.from({ length: count }, (_, i) => {
        const header = decodeHeader(bytes, (from + i) * HEADER_BYTES)
        return { height: from + i, hash: headerHash(header), header }
      })
      const { commitment } = headers.reduce<Accumulator>(
        (list, { height, hash, header }) => append(poseidon, list, leafOf(height, hash, header)),
        emptyAccumulator(poseidon),
      )
      const { log, own } = plainStatistics(headers, PERIOD)
      const ran = await runStream(graph, { from, to: from + count - 1, source: file.source, poseidon })
      expect({ count, ...ran }).toMatchObject({ count, log, state: own, history: commitment })
    }
  },
)
