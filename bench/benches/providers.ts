import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { regtest } from '../../src/bitcoin/index.ts'
import type { PeerName } from '../../src/bus/index.ts'
import { hexToBytes } from '../../src/lib/index.ts'
import { openPeerHost, type PeerHost } from '../../src/p2p/index.ts'
import { chunkKind, unitKind } from '../../storage/peers/piece-kinds.ts'
import type { Bench } from '../bench.ts'
import { processUsage } from '../support/process-usage.ts'
import { count, megabytes } from '../support/quantity.ts'
import type { Cell } from '../support/table.ts'
import { startWsc } from '../support/wsc.ts'

/** Content of the blob that is asked for: 127 data units, 12 chunks. */
const LENGTH = 1_000_000
const [CHUNKS, UNITS] = [12, 190]

export const providers: Bench = {
  name: 'providers',
  title: 'A provider’s memory',
  about:
    '`wsc storage serve --partition 0` beside a real regtest node, a process of its own, asked by a peer for units and chunks ' +
    'of a blob that it keeps: its resident memory and open files before, and after every further part of the questions.',
  async run({ quick, scratch, say }) {
    const questions = quick ? 400 : 10_000
    const node = await RegtestBitcoind.start()
    const rpc = ['--network', 'regtest', '--rpc', node.url, '--rpc-cookie', node.auth.file, '--json']
    const home = join(scratch, 'home')
    await mkdir(home)
    const listen = ['--listen', '/ip4/127.0.0.1/tcp/0', '--storage-dir', join(scratch, 'provider')]
    let host: PeerHost | null = null
    const run = async (...args: string[]) => {
      const wsc = startWsc([...args, '--network', 'regtest', '--json'], home)
      const line = await wsc.line()
      while ((await wsc.line()) !== undefined) {}
      return line
    }
    const wallet = await run('wallet', 'create')
    await node.mine(3, String(wallet?.address))
    await node.mine(101)
    const provider = startWsc(['storage', 'serve', '--partition', '0', ...listen, ...rpc], home)
    try {
      const { listening } = (await provider.line()) as { listening: [string] }
      const [address] = listening
      const rows: Cell[][] = []
      const row = async (name: string) => {
        const { pid } = provider
        const [usage, files] = [await processUsage(pid), await readdir(`/proc/${pid}/fd`)]
        rows.push([name, megabytes(usage?.residentBytes ?? 0), megabytes(usage?.peakBytes ?? 0), count(files.length)])
      }
      await row('idle, nothing kept')
      say('putting a blob')
      const file = join(scratch, 'content')
      await writeFile(
        file,
        new Uint8Array(LENGTH).map((_, i) => i * 7),
      )
      const put = await run('storage', 'put', file, '--peer', address, ...rpc.slice(2, 6))
      await row('idle, a blob kept')
      host = await openPeerHost({ params: regtest, bootstrap: [address], gossip: [] })
      const met = new Promise<PeerName>((resolve) => host?.meet(chunkKind, resolve))
      await host.start()
      const peer = await met
      const { blobs } = put as unknown as { blobs: { id: string; length: number }[] }
      const blob = blobs.find(({ length }) => length >= LENGTH)
      const id = hexToBytes(blob?.id ?? '')
      for (let done = 0; done < questions; ) {
        const part = Math.ceil(questions / 4)
        say(`${part} questions after ${done}`)
        await Promise.all(
          Array.from({ length: 8 }, async (_, worker) => {
            for (let i = worker; i < part; i += 8) {
              const asked =
                i % 4 === 0
                  ? await host?.ask(peer, chunkKind, { id, index: i % CHUNKS })
                  : await host?.ask(peer, unitKind, { id, index: i % UNITS })
              if (!asked?.ok) throw new Error(`not given: ${asked?.detail}`)
            }
          }),
        )
        done += part
        await row(`after ${done.toLocaleString('en-GB')} questions`)
      }
      return {
        tables: [{ columns: ['', 'resident', 'peak', 'open files'], rows }],
        notes: ['A quarter of the questions is for chunks. No rival’s figure for an idle provider is known to us.'],
      }
    } finally {
      await host?.stop()
      await provider.stop()
      await node.stop()
    }
  },
}
