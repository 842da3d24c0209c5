import { randomBytes } from 'node:crypto'
import { bytesToHex } from '@noble/hashes/utils.js'
import { toDisplay } from '../../src/bitcoin/index.ts'
import type { BlockSource, ProvedChain } from '../../src/bus/index.ts'
import { busServer, History, memoryTable, ownHistory, ServedBus } from '../../src/bus/io/index.ts'
import { rejection } from '../../src/lib/index.ts'
import type { Bench } from '../bench.ts'
import { busVerifier } from '../support/folder.ts'
import { type Load, load } from '../support/http-load.ts'
import { longChain } from '../support/long-chain.ts'
import { summary } from '../support/statistics.ts'
import { timed } from '../support/timing.ts'

const PROOF_BYTES = 10_425
const CONNECTIONS = 8

export const serve: Bench = {
  name: 'serve',
  title: 'Serving',
  about:
    `Requests a second and their latency at the paths of docs/serving.md, by ${CONNECTIONS} connections of another ` +
    'thread that ask again as soon as they are answered; the limit of a client’s rate is lifted. The history is in ' +
    'memory, of 100,000 headers; no node is asked for anything.',
  async run({ quick, say }) {
    const headers = quick ? 5000 : 100_000
    const seconds = quick ? 0.2 : 4
    const rounds = quick ? 1 : 3
    const verifier = await busVerifier()
    const chain = longChain(headers, { height: 0, merkleRoot: new Uint8Array(32) })
    const history = await History.open(chain.start, memoryTable(), verifier)
    say(`history of ${headers} headers`)
    await history.sync(chain.source, headers - 1)
    const height = Math.floor(headers / 3)
    const blocks: BlockSource = {
      header: async () => null,
      block: async () => rejection('no-such-block', 'none is asked for'),
      locate: async () => rejection('unknown-block', 'none is asked for'),
    }
    const bus = new ServedBus({ history: ownHistory(history, chain.source), blocks })
    const proved = await provedOf(history)
    bus.offer({ bytes: randomBytes(PROOF_BYTES), chain: proved })
    await bus.takeUp()
    const server = busServer(bus, { host: '127.0.0.1', port: 0, rateLimit: { burst: 1e9, perSecond: 1e9 } })
    await server.start()
    const port = Number(new URL(server.url).port)
    const etag = bus.current?.digest
    const rows = []
    for (const [name, path, extra] of [
      ['the proof', '/v1/proof'],
      ['the proof that the client has (304)', '/v1/proof', `If-None-Match: "${etag}"\r\n`],
      ['the state', '/v1/state'],
      ['a path', `/v1/path/${height}`],
      ['a path that is not there (404)', `/v1/path/${headers}`],
    ] as const) {
      say(name)
      const loads: Load[] = []
      let cpu = 0
      for (let round = 0; round < rounds; round++) {
        const options = {
          port,
          path,
          connections: CONNECTIONS,
          seconds,
          ...(extra !== undefined && { headers: extra }),
        }
        const run = await timed(() => load(options))
        loads.push(run.value)
        cpu += run.cpu
      }
      const at = (part: number) =>
        loads.map(({ latencies }) => latencies[Math.floor(part * latencies.length)] as number)
      const answered = loads.reduce((sum, { latencies }) => sum + latencies.length, 0)
      rows.push([
        name,
        summary(
          loads.map(({ perSecond }) => perSecond),
          '/s',
        ),
        summary(at(0.5), 'ms'),
        summary(at(0.99), 'ms'),
        { value: (cpu / answered) * 1e6, unit: 'µs' as const },
      ])
    }
    await server.stop()
    await history.close()
    return {
      tables: [{ columns: ['asked for', 'answers', 'median latency', '99 of 100 below', 'CPU each'], rows }],
      notes: ['CPU is the server’s and the asking thread’s together.'],
    }
  },
}

/** What a proof of the whole history would prove: served, not verified, here. */
async function provedOf(history: History): Promise<ProvedChain> {
  const { tipHeight } = history
  const tip = toDisplay((await history.hashAt(tipHeight)) as never)
  return {
    ...{ network: 'regtest', height: tipHeight, tip, bits: 0x207fffff, work: 2n * BigInt(tipHeight), steps: tipHeight },
    ...{ accumulator: await history.commitment(tipHeight), anchor: null, setup: 'insecure-dev', pow: 'weak' },
    ...{ keyId: bytesToHex(new Uint8Array(32)), maxTime: 0, start: tip, startDigest: '', params: 0n },
  }
}
