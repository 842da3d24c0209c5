import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeHeader, HEADER_BYTES, headerHash } from '../../src/bitcoin/index.ts'
import { plainStatistics } from '../circuits/stream-scene.ts'
import { BusPlace } from '../support/bus-place.ts'
import { sharedData } from '../support/shared-data.ts'

const GRAPH = fileURLToPath(new URL('../../graphs/chain-stats', import.meta.url))
const MAINNET = ['--network', 'mainnet', '--insecure-dev-setup']
/** Two whole periods, and the first header of the third. */
const LAST = 4_032
const PERIOD = 2_016

let place: BusPlace
beforeAll(async () => {
  place = await BusPlace.make()
})
afterAll(() => place.remove())

test('chain-stats over two periods of mainnet is what a plain computation says, under the bus proof of that height', async (context) => {
  const bytes = sharedData(context, 'headers/main_0_49999.bin').slice(0, (LAST + 1) * HEADER_BYTES)
  const file = await place.put('headers.bin', bytes)
  const headers = Array.from({ length: LAST + 1 }, (_, height) => {
    const header = decodeHeader(bytes, height * HEADER_BYTES)
    return { height, hash: headerHash(header), header }
  })
  const { log, own } = plainStatistics(headers, PERIOD)
  const [result, proof] = [place.file('stats.result'), place.file('chain.proof')]
  const proved = await place.run('graph', 'prove', GRAPH, '--headers', file, '--out', result, '--json', ...MAINNET)
  expect(proved).toMatchObject({ exit: 0 })
  await place.prove('chain.proof', '--headers', file, ...MAINNET)
  const verified = await place.run(
    ...['graph', 'verify', result, '--proof', proof, '--graph', GRAPH, '--json', ...MAINNET],
  )
  const names = ['first', 'last', 'bits', 'greatest', 'begun']
  const fields = (entry: bigint) => {
    const at = (from: number, bits: number) => String(BigInt.asUintN(bits, entry >> BigInt(from)))
    return { first: at(0, 32), last: at(32, 32), bits: at(64, 32), height: at(96, 32), greatest: at(128, 33) }
  }
  expect(JSON.parse(verified.stdout)).toMatchObject({
    ...{ valid: true, height: LAST, steps: 32, log: log.map(fields) },
    state: Object.fromEntries(names.map((name, i) => [name, String(own[i])])),
  })
  expect(log).toHaveLength(2)
}, 1_200_000)
