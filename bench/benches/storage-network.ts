import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import type { Bench } from '../bench.ts'
import { megabytes, type Quantity } from '../support/quantity.ts'
import type { Cell } from '../support/table.ts'
import { type RunningWsc, startWsc } from '../support/wsc.ts'

const MB = 1e6
const PROVIDERS = 3

export const storageNetwork: Bench = {
  name: 'storage-network',
  title: 'From a file to providers',
  about:
    '`wsc storage put` of one file of bytes that look random, on a real regtest node that mines what is inscribed at once, ' +
    `beside ${PROVIDERS} processes of \`wsc storage serve\` on the same machine, all of which share its cores: coding, ` +
    'records, fetching; each provider hashes all chunks and makes parity and tree anew. Then `wsc storage get` of it ' +
    'through `wsc storage gateway`, both of which verify.',
  onlyOnDemand: 'it takes minutes',
  async run({ quick, scratch, say }) {
    const size = (quick ? 4 : 100) * MB
    const file = join(scratch, 'content.bin')
    await writeNoise(file, size)
    await using node = await RegtestBitcoind.start()
    const started: RunningWsc[] = []
    const wsc = async (name: string, ...args: string[]) => {
      const home = join(scratch, name)
      await mkdir(home, { recursive: true })
      const to = ['--network', 'regtest', '--rpc', node.url, '--rpc-cookie', node.auth.file, '--json']
      const running = startWsc([...args, ...to], home)
      started.push(running)
      return running
    }
    try {
      const wallet = startWsc(['wallet', 'create', '--network', 'regtest', '--json'], join(scratch, 'putter'))
      await node.mine(3, String((await wallet.line())?.address))
      await node.mine(100)
      const keep = ['storage', 'serve', '--partition', '0-1', '--listen', '/ip4/127.0.0.1/tcp/0']
      const providers: RunningWsc[] = []
      const addresses: string[] = []
      for (let i = 0; i < PROVIDERS; i++) {
        const peers = addresses.length === 0 ? [] : ['--peer', addresses.join(',')]
        const provider = await wsc(`provider-${i}`, ...keep, ...peers)
        addresses.push(String((await provider.line())?.listening))
        providers.push(provider)
      }

      say(`putting ${size / MB} MB`)
      const began = performance.now()
      const since = () => (performance.now() - began) / 1000
      const putter = await wsc('putter', 'storage', 'put', file, '--peer', addresses.join(','))
      const whole = providers.map(async (provider) => {
        await wholeBlobs(provider, blobsOf(size))
        return since()
      })
      const id = String((await putter.line())?.id)
      const put = since()
      const times = await Promise.all(whole)

      say('reading')
      const peers = ['--peer', addresses.join(','), '--listen', '127.0.0.1:0']
      const gateway = await wsc('gateway', 'storage', 'gateway', ...peers)
      const url = String((await gateway.line())?.listening)
      const reading = performance.now()
      const home = join(scratch, 'reader')
      const from = ['--gateway', url, '--out', join(scratch, 'read.bin'), '--json']
      const reader = startWsc(['storage', 'get', `web3://${id}:3669344250/`, ...from], home)
      await reader.line()
      const read = (performance.now() - reading) / 1000

      const row = async (name: string, seconds: number, running: RunningWsc): Promise<Cell[]> => {
        const usage = await running.usage()
        const cpu: Cell = usage ? inSeconds(usage.cpuSeconds) : 'unknown'
        return [name, inSeconds(seconds), cpu, usage ? megabytes(usage.peakBytes) : 'unknown']
      }
      const rows = [await row('`put`, until one provider has verified all of it', put, putter)]
      for (const [i, provider] of providers.entries()) {
        rows.push(await row(`provider ${i + 1} whole, from when \`put\` began`, times[i] as number, provider))
      }
      rows.push(await row('`get` through a gateway', read, reader))
      return {
        tables: [{ columns: [`${size / MB} MB`, 'wall', 'CPU', 'peak memory'], rows }],
        notes: [
          `Wanted: 100 MB readable, verified by one provider, within 180 s; it took ${put.toFixed(0)} s. Each provider ` +
            'keeps 1.5 bytes a byte; Walrus says 4.5 bytes for its whole network. No other network publishes this time.',
        ],
      }
    } finally {
      await Promise.all(started.map((one) => one.stop()))
    }
  },
}

function inSeconds(value: number): Quantity {
  return { value, unit: 's' }
}

/** Of content, and of its manifest: at most 86.7 MB fit into one of regtest's partitions. */
function blobsOf(size: number): number {
  return Math.ceil(size / 86_669_056) + 1
}

async function wholeBlobs(provider: RunningWsc, count: number): Promise<void> {
  const whole = new Set<string>()
  while (whole.size < count) {
    const line = await provider.line()
    if (line === undefined) throw new Error('a provider ended')
    const blob = line.blob as { readonly id: string; readonly state: string } | undefined
    if (blob?.state === 'whole') whole.add(blob.id)
  }
}

/** Bytes that nothing compresses, the same at every run. */
async function writeNoise(path: string, size: number): Promise<void> {
  const file = await open(path, 'w')
  try {
    let state = 1
    const piece = new Uint32Array(250_000)
    for (let at = 0; at < size; at += piece.byteLength) {
      for (let i = 0; i < piece.length; i++) {
        // xorshift32
        state ^= state << 13
        state ^= state >>> 17
        state ^= state << 5
        piece[i] = state
      }
      await file.write(new Uint8Array(piece.buffer))
    }
  } finally {
    await file.close()
  }
}
