import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { regtest } from '../../src/bitcoin/index.ts'
import { openNativeStorage } from '../../src/proving/io/index.ts'
import { chainNumber, readBlob, storageParams } from '../../storage/index.ts'
import { openGateway } from '../../storage/io/index.ts'
import type { Bench } from '../bench.ts'
import { summary } from '../support/statistics.ts'
import type { Cell } from '../support/table.ts'
import { repeat, type Timing } from '../support/timing.ts'

const MB = 1e6

export const gateway: Bench = {
  name: 'gateway',
  title: 'Reading',
  about:
    'A file of a gateway’s own folder over HTTP on this machine: when no chunk of it was ever verified, and when each was ' +
    'before (then it is known by its SHA-256; all is read from the disk again); as a CAR; and by a client that trusts no ' +
    'gateway and hashes every chunk to the root itself. Server and client are in one process, so that both are counted. ' +
    'Beside it, what Node’s server gives of the same file without looking at it.',
  async run({ quick, scratch, say }) {
    const kernel = openNativeStorage()
    const length = (quick ? 1 : 40) * MB
    const runs = quick ? 1 : 3
    const file = join(scratch, 'content.bin')
    // Without repeats: a CAR holds equal pieces once.
    await writeFile(file, randomBytes(length))
    const chain = chainNumber(regtest) as number
    const limits = { host: '127.0.0.1', port: 0, params: storageParams(regtest), chain, kernel }
    const rows: Cell[][] = []
    const row = (name: string, timings: readonly Timing[]) =>
      rows.push([
        name,
        summary(
          timings.map(({ wall }) => length / MB / wall),
          'MB/s',
        ),
        summary(
          timings.map(({ cpu }) => length / MB / cpu),
          'MB/s',
        ),
      ])
    say('storing')
    const opened = await openGateway({ ...limits, state: scratch })
    const added = await opened.add(file)
    if (!added.ok) throw new Error(added.detail)
    await opened.service.start()
    try {
      const base = `http://${opened.ownHost()}`
      const uri = `${base}/web3/${added.id}:${chain}/`
      say('reading')
      row('never verified before', await repeat(1, () => taken(uri, length), 0))
      row('verified before', await repeat(runs, () => taken(uri, length)))
      row('verified before, as a CAR', await repeat(runs, () => taken(`${uri}?format=car`, length)))
      const client = async () => {
        const read = await readBlob(`web3://${added.id}:${chain}/`, { kernel, params: regtest, gateways: [base] })
        if (!read.ok || read.found.content.kind !== 'file') throw new Error('not read')
        for await (const _ of read.found.content.read(0, length));
      }
      row('by a client that verifies', await repeat(quick ? 1 : 2, client, 0))
    } finally {
      await opened.service.stop()
    }
    const plain = createServer((_, response) => createReadStream(file).pipe(response))
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = plain.address() as AddressInfo
      row('Node’s server, nothing verified', await repeat(runs, () => taken(`http://127.0.0.1:${port}`, length)))
    } finally {
      plain.close()
    }
    return {
      tables: [{ columns: ['', 'of content', 'of content, a CPU-second'], rows }],
      notes: ['Other gateways of web3:// verify nothing, and no figure of one was found; their users ask for caching.'],
    }
  },
}

/** Takes an answer, and lets it go. */
async function taken(url: string, atLeast: number): Promise<void> {
  const answer = await fetch(url)
  let bytes = 0
  for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) bytes += piece.length
  if (answer.status !== 200 || bytes < atLeast) throw new Error(`${answer.status}, ${bytes} bytes`)
}
