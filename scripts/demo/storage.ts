import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { regtest } from '../../src/bitcoin/index.ts'
import { hexToBytes } from '../../src/lib/index.ts'
import { chainNumber, UNIT_BYTES } from '../../storage/index.ts'
import { hostLabel } from '../../storage/io/index.ts'
import { openPage } from './browser.ts'
import type { Place } from './message.ts'
import { Beside, DemoError, PARTITION_BITS, runWsc } from './wsc.ts'

const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>The World Supercomputer</title>
<h1>Stored beside Bitcoin</h1>
<p>This page, its script and the proof beside it come out of one blob, each piece checked.</p>
<script src="read.js"></script>
`
const SCRIPT = `fetch('chain.proof')
  .then((answer) => answer.arrayBuffer())
  .then((proof) => { document.title = 'read ' + proof.byteLength + ' bytes of proof' })
`

/** Units of data: with their parity 15 chunks, and the manifest is the sixteenth. */
const UNITS = 160

interface Whole {
  readonly id: string
  readonly chunks: number
}

/** What came of it: who keeps it in the end, by its folder, and the larger one of its blobs. */
export interface StoredFolder {
  readonly provider: string
  /** 64 hex digits. */
  readonly blob: string
}

/** Puts a page into storage, loses a provider, has another take its place, and reads the page by its URI. */
export async function storeFolder(place: Place): Promise<StoredFolder> {
  const { screen, signal, proof, data, node } = place
  const reach = ['--network', 'regtest', '--rpc', node.url, '--rpc-cookie', node.auth.file]
  const running: Beside[] = []
  const begin = (...argv: string[]) => {
    const beside = new Beside(['storage', ...argv, ...reach], signal)
    running.push(beside)
    return beside
  }
  const provider = async (name: string, ...peers: string[]) => {
    const listen = ['--listen', '/ip4/127.0.0.1/tcp/0', '--storage-dir', join(data, name)]
    const beside = begin('serve', '--partition', '0', ...listen, ...peers.flatMap((peer) => ['--peer', peer]))
    const { listening } = JSON.parse(await beside.line('"listening"')) as { listening: string[] }
    return { beside, address: listening[0] as string }
  }
  try {
    const page = join(data, 'page')
    await mkdir(page)
    await writeFile(join(page, 'index.html'), PAGE)
    await writeFile(join(page, 'read.js'), SCRIPT)
    await copyFile(proof, join(page, 'chain.proof'))
    // What else there is to keep: one partition is to be full.
    const others = PAGE.length + SCRIPT.length + (await stat(proof)).size
    await writeFile(join(page, 'noise.bin'), randomBytes(UNITS * UNIT_BYTES - others))

    screen.command(
      `export WSC_PARTITION_BITS=${PARTITION_BITS}   # partitions of ${2 ** PARTITION_BITS} chunks, for regtest alone`,
    )
    screen.command('wsc storage serve --partition 0 --listen /ip4/127.0.0.1/tcp/… --network regtest --rpc …   # twice')
    const [first, second] = await screen.stage(
      'two providers',
      async () => await Promise.all([provider('first'), provider('second')]),
      () => 'two providers serve partition 0',
    )
    const own = ['--wallet', join(data, 'wallet.json'), '--settlement-dir', join(data, 'settlement')]
    const among = [first, second].flatMap(({ address }) => ['--peer', address])
    screen.command(
      'wsc storage put page --copies 2 --peer … --peer … --network regtest --wallet $DATA/wallet.json --rpc …',
    )
    const put = ['storage', 'put', page, '--copies', '2', ...among, ...reach, ...own]
    const said = await screen.stage(
      'putting',
      (tell) => {
        // Jobs are told as JSON, for programs.
        const progress = (line: string) => line.startsWith('{') || tell(line)
        return runWsc([...put, '--storage-dir', join(data, 'owner'), '--fee-rate', '1', '--json'], progress, signal)
      },
      () => 'its records are on Bitcoin, its bytes at both providers',
    )
    const { id, bytes, files } = JSON.parse(said) as { id: string; bytes: number; files: number }
    const uri = `web3://${id}:${chainNumber(regtest)}/`
    screen.line(`${files} files, ${bytes} bytes: ${uri}`)

    await first.beside.kill()
    screen.line('kill -9 of the first provider')
    const third = await screen.stage(
      'a third provider fetches all from the second',
      async () => {
        const newcomer = await provider('third', second.address)
        const whole: Whole[] = []
        while (whole.length < 2) {
          const { blob } = JSON.parse(await newcomer.beside.line('"state":"whole"')) as { blob: Whole }
          whole.push(blob)
        }
        const [largest] = whole.sort((a, b) => b.chunks - a.chunks) as [Whole]
        return { ...newcomer, largest }
      },
      () => 'a third provider has all of it, fetched from the second',
    )
    await second.beside.stop()
    screen.line('the second one ends too: the newcomer alone has it')

    screen.command('wsc storage gateway --peer … --network regtest --rpc …')
    const gateway = begin(
      ...['gateway', '--listen', '127.0.0.1:0', '--storage-dir', join(data, 'gateway'), '--peer', third.address],
    )
    const { listening } = JSON.parse(await gateway.line('"listening"')) as { listening: string }
    const { host } = new URL(listening)
    const shown = await screen.stage(
      `reading ${uri.slice(0, 20)}…`,
      async () => {
        await gateway.line('"read"')
        const path = `${listening}/web3/${uri.slice('web3://'.length)}`
        return await openPage(`http://${hostLabel(hexToBytes(id))}.${host}/`, path)
      },
      ({ by }) => `read by its URI from a gateway, by ${by}`,
    )
    const [line] = shown.text.split('\n').filter((text) => /h1|read/.test(text))
    if (line === undefined) throw new DemoError(`the page is another one:\n${shown.text}`)
    screen.line(`the page says: ${line.replaceAll(/<[^>]*>/g, '')}`)
    return { provider: join(data, 'third'), blob: third.largest.id }
  } finally {
    await Promise.all(running.map((beside) => beside.stop()))
  }
}
