import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RegtestBitcoind } from '../bitcoin-regtest/index.ts'
import { toDisplay } from '../src/bitcoin/index.ts'
import { watchSignals } from '../src/cli/interrupt.ts'
import { certifyBlob, verifyCertificate } from './demo/certificate.ts'
import { runGraph } from './demo/graph.ts'
import { attest, check, fundWallet, inscribeProof, MATURITY, type Summary } from './demo/message.ts'
import { type OpenProvider, openProvider } from './demo/provider.ts'
import { sampleFolder } from './demo/sampling.ts'
import { openScreen, type Screen } from './demo/screen.ts'
import { storeFolder } from './demo/storage.ts'
import { table } from './demo/table.ts'
import { Beside, DemoError, runWsc } from './demo/wsc.ts'

/**
 * `npm run demo`: a Bitcoin node of its own, a proof of its chain, the proof following it through a block and a reorg,
 * then the proof written to the chain and attested, a folder put into storage and read from there, a provider of it sampled,
 * lost and back again, a certificate made of what it keeps, a program published, run and its result written back, and message and
 * certificate checked without the node.
 * Everything is the real thing: bitcoind, and the `wsc` command in processes of its own.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const BLOCKS = 25
const REORG = 3

interface Row {
  readonly what: string
  readonly height: number
  readonly work: string
  readonly bytes: number
  readonly verifyMs: number
  readonly secondsPerHeader: number | null
  readonly blockToProof: number | null
}

/** `onNode` and `onStopped` are told between which there is something to be stopped. */
async function demo(screen: Screen, signal: AbortSignal, told: { onNode(): void; onStopped(): void }): Promise<void> {
  const folder = join(root, '.wsc', 'demo')
  await mkdir(folder, { recursive: true })
  const out = join(folder, 'regtest.proof')
  await rm(out, { force: true })

  screen.title('A World Supercomputer on Bitcoin: the bus, one small proof for a whole header chain')
  screen.chapter('A Bitcoin node', 'a regtest chain that begins today; the node is an unmodified bitcoind')
  const node = await screen.stage(
    'bitcoind',
    () => RegtestBitcoind.start({ signal }),
    ({ bitcoind, url }) => `${bitcoind.version} at ${url}`,
  )
  told.onNode()
  const data = await mkdtemp(join(tmpdir(), 'wsc-demo-'))
  const tip = async () => toDisplay((await node.client.getBestBlock()).hash)
  const reach = ['--network', 'regtest', '--rpc', node.url, '--rpc-cookie', node.auth.file, '--data-dir', data]
  const shown = (command: string) =>
    `wsc bus ${command} --network regtest --rpc ${node.url} --rpc-cookie $COOKIE --data-dir $DATA --out ${relative(process.cwd(), out)}`
  const rows: Row[] = []
  let follower: Beside | undefined
  let provider: OpenProvider | undefined

  /** Verifies the current file by the command, shows what it says, and keeps the figures. */
  const verify = async (what: string, blockToProof: number | null) => {
    const name = relative(process.cwd(), out)
    screen.command(`wsc bus verify ${name} --network regtest`)
    const said = await runWsc(['bus', 'verify', out, '--network', 'regtest'], () => undefined, signal)
    for (const line of said.trimEnd().split('\n')) screen.line(line)
    const value = (label: string) => new RegExp(`^${label} +(\\S+)`, 'm').exec(said)?.[1] ?? ''
    if (value('tip') !== (await tip())) throw new DemoError('the proof is not of the node’s tip')
    const status = await runWsc(
      ['bus', 'status', '--data-dir', data, '--network', 'regtest', '--json'],
      () => {},
      signal,
    )
    const { secondsPerHeader } = JSON.parse(status) as { secondsPerHeader: number | null }
    const verifyMs = Number(/\((\d+) ms\)/.exec(said)?.[1])
    const bytes = (await stat(out)).size
    const height = Number(value('height'))
    rows.push({ what, height, work: value('work'), bytes, verifyMs, secondsPerHeader, blockToProof })
  }

  /** Does something to the chain and waits for the proof of its new tip. */
  const followed = async (what: string, change: () => Promise<unknown>) => {
    const began = performance.now()
    await screen.stage(
      what,
      async (tell) => {
        if (follower !== undefined) follower.tell = tell
        await change()
        await follower?.line(`"tip":"${await tip()}"`)
      },
      () => `${what}: the proof has followed`,
    )
    return (performance.now() - began) / 1000
  }

  try {
    await screen.stage(
      'mining',
      () => node.mine(BLOCKS),
      () => `${BLOCKS} blocks mined`,
    )

    screen.chapter(
      'Prove it',
      'every header is checked by Bitcoin’s rules, then folded, two a step, and compressed into one proof',
    )
    // What is run, with long paths by name.
    screen.command(`COOKIE=${node.auth.file}  DATA=${data}`)
    screen.command(shown('prove'))
    await screen.stage(
      'proving',
      (tell) => runWsc(['bus', 'prove', ...reach, '--out', out], tell, signal),
      () => `height ${BLOCKS} is proved`,
    )

    screen.chapter('Verify it', 'from the file alone: no node, no headers, no trust in who made it')
    await verify('first proof', null)

    screen.chapter('One block more', 'wsc bus follow keeps the proof current; only the new header is folded')
    screen.command(`${shown('follow')} --json`)
    follower = new Beside(['bus', 'follow', ...reach, '--out', out], signal)
    await followed('taking over at the last checkpoint', async () => {})
    await verify('one block more', await followed('one block mined', () => node.mine(1)))

    screen.chapter(
      `A reorg of ${REORG} blocks`,
      `the last ${REORG} blocks give way to ${REORG + 1} others; the proof goes with the most work`,
    )
    await verify(
      `reorg of ${REORG}`,
      await followed(`${REORG} blocks replaced by ${REORG + 1}`, () => node.reorg(REORG)),
    )

    screen.chapter(
      'A message on Bitcoin',
      'the proof itself is written to the chain as an inscription, with a signed summary of what it proves',
    )
    const place = { screen, node, signal, data, folder, proof: out }
    await followed(`coins for a wallet, ${MATURITY} blocks to ripen them`, () => fundWallet(place))
    const said = await runWsc(['bus', 'verify', out, '--network', 'regtest', '--json'], () => undefined, signal)
    const inscribed = await inscribeProof(place, JSON.parse(said) as Summary)
    await followed('the block that holds it', async () => {})
    await verify('with a message', null)
    await follower.stop()
    const attestation = await attest(place, inscribed)

    screen.chapter(
      'A folder in storage',
      'two providers keep it, each piece checked against its record on Bitcoin; one is killed, and another takes its place',
    )
    const stored = await storeFolder(place)

    screen.chapter(
      'Sampled at every block',
      'a registered provider encodes its chunks under its key; each block draws units, and who wins by them proves that it had',
      'them: from the wins anybody estimates replicas. It is killed and comes back. On regtest all this is free to fake.',
    )
    provider = await openProvider(place, stored)
    await sampleFolder(place, provider)

    screen.chapter(
      'A certificate of what is kept',
      'of one blob: a block draws 84 of its units, and the provider proves that it had them, in one file',
    )
    const certificate = await certifyBlob(place, stored.blob, provider.address)
    await provider.beside.stop()

    screen.chapter(
      'A program, run by the network',
      'some lines of Circom over all headers: published, run at every 36th block by nodes that verify each other, its proved result',
      'written to Bitcoin, the log that it keeps to storage, and both found, read and verified by fresh processes from a bus proof',
    )
    await runGraph(place)

    screen.chapter(
      'Check it all from files alone',
      'the attestation ties the inscription to its block and the block to the proof; the node is stopped before',
    )
    await node.stop()
    await check(place, attestation)
    await verifyCertificate(place, certificate)
    summary(screen, rows, relative(process.cwd(), out))
  } finally {
    await follower?.stop()
    await provider?.beside.stop()
    await node.stop()
    await rm(data, { recursive: true, force: true })
    told.onStopped()
  }
}

function summary(screen: Screen, rows: readonly Row[], file: string): void {
  screen.chapter('What came of it')
  const figure = (value: number | null, digits: number) => (value === null ? '–' : value.toFixed(digits))
  const head = ['', 'height', 'work', 'proof bytes', 'verify ms', 's a header', 's from block to proof']
  const body = rows.map((row) => [
    row.what,
    String(row.height),
    `0x${row.work}`,
    String(row.bytes),
    String(row.verifyMs),
    figure(row.secondsPerHeader, 2),
    figure(row.blockToProof, 1),
  ])
  for (const line of table([head, ...body])) screen.line(line)
  screen.line('')
  screen.line('Proved:     every header from genesis to the tip obeys Bitcoin’s header rules and holds so much work.')
  screen.line('Not proved: that the blocks are valid, nor that no chain with more work exists. On regtest work costs')
  screen.line('            nothing, and this setup’s secret is public: such a proof shows how it works, no more.')
  screen.line('')
  screen.line(`The proof stays in ${file}. Try it yourself:`)
  screen.command(`npx --no-install wsc bus verify ${file} --network regtest --json`)
}

const stop = new AbortController()
let left = false
watchSignals(
  (signal) => stop.abort(new DemoError(`interrupted by ${signal}`)),
  () => process.exit(130),
)
try {
  await demo(openScreen(), stop.signal, {
    onNode: () => {
      left = true
    },
    onStopped: () => {
      left = false
    },
  })
} catch (error) {
  if (stop.signal.aborted) {
    const stopped = left
      ? `It could not stop all that it had started: ${(error as Error).message}`
      : 'All that it had started is stopped, and nothing of it is left.'
    console.error(`\ndemo: interrupted. ${stopped}`)
    process.exitCode = 130
  } else {
    if (!(error instanceof Error)) throw error
    console.error(`\ndemo: ${error.message}`)
    process.exitCode = 1
  }
}
