import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Place } from './message.ts'
import { Beside, runWsc } from './wsc.ts'

const graph = fileURLToPath(new URL('../../graphs/block-times', import.meta.url))
/** At heights that are multiples of this the graph runs: its trigger. */
const EVERY_BLOCKS = 36
/** Blocks after its registration until a peer counts, and one more. */
const UNTIL_IT_COUNTS = 8

/** What `wsc results --json` tells of a result. */
interface Listed {
  readonly state: string
  readonly id: string
  /** Of the result. */
  readonly height: number
  /** That holds its record. */
  readonly block: { readonly height: number }
}

/**
 * Publishes a program to storage and to Bitcoin, has two nodes run it and write the result to Bitcoin and its log to storage, and
 * finds, reads and verifies both, in fresh processes.
 */
export async function runGraph(place: Place): Promise<void> {
  const { screen, signal, data, node } = place
  const network = ['--network', 'regtest']
  const reach = [...network, '--rpc', node.url, '--rpc-cookie', node.auth.file]
  const settlement = ['--settlement-dir', join(data, 'settlement')]
  const paying = ['--wallet', join(data, 'wallet.json'), ...settlement, '--fee-rate', '1']
  const running: Beside[] = []
  const begin = (...argv: string[]) => {
    const beside = new Beside([...argv, ...reach], signal)
    running.push(beside)
    return beside
  }
  const local = ['--listen', '/ip4/127.0.0.1/tcp/0']
  try {
    const keeper = begin('storage', 'serve', '--partition', '0-3', '--storage-dir', join(data, 'keeper'), ...local)
    const { listening: kept } = JSON.parse(await keeper.line('"listening"')) as { listening: [string] }
    screen.command(`wsc graph publish ${shown(graph)} --peer … --network regtest --wallet $DATA/wallet.json --rpc …`)
    const published = await screen.stage(
      'publishing',
      (tell) => runWsc(['graph', 'publish', graph, '--peer', kept[0], ...paying, ...reach, '--json'], tell, signal),
      () => 'its vectors hold, its bundle is in storage, its record on Bitcoin',
    )
    const { program } = JSON.parse(published.trim().split('\n').at(-1) as string) as { program: string }
    screen.line(`program ${program}`)

    const serve = (name: string, ...more: string[]) =>
      begin('compute', 'serve', '--graph', graph, '--compute-dir', join(data, name), ...settlement, ...local, ...more)
    screen.command('wsc compute register --network regtest --wallet $DATA/wallet.json --rpc …')
    await screen.stage(
      'registering',
      async (tell) => {
        await runWsc(['compute', 'register', '--compute-dir', join(data, 'first'), ...paying, ...reach], tell, signal)
        await node.mine(UNTIL_IT_COUNTS)
      },
      () => 'a peer has its place in the order of provers',
    )
    screen.command(`wsc compute serve --graph ${shown(graph)} --inscribe 100000 --peer … --network regtest --rpc …`)
    const own = ['--wallet', join(data, 'wallet.json'), '--fee-rate', '1']
    const first = serve('first', '--inscribe', '100000', '--peer', kept[0], ...own)
    const { listening } = JSON.parse(await first.line('"listening"')) as { listening: [string] }
    screen.command(`wsc compute serve --graph ${shown(graph)} --peer … --network regtest --rpc …`)
    const second = serve('second', '--peer', listening[0])
    await second.line('"serves"')
    const heard = await screen.stage(
      'a block is mined',
      async () => {
        const at = (await node.client.getBestBlock()).height
        const height = at + EVERY_BLOCKS - (at % EVERY_BLOCKS)
        await node.mine(height - at)
        const line = await second.line(`"height":${height},"from":"`)
        return (JSON.parse(line) as { result: { height: number; seconds: number } }).result
      },
      ({ height }) => `one has proved ${height + 1} headers, the other has verified it`,
    )
    await screen.stage(
      'inscribing',
      async () => {
        await first.line('"storing"')
        await node.mine(1)
        await first.lines(`"height":${heard.height},"state":"`, '"stored"')
        await node.mine(1)
      },
      () => 'the result is written to Bitcoin, its log is in storage',
    )
    for (const beside of [second, first]) await beside.stop()

    const fresh = ['--settlement-dir', join(data, 'reader')]
    screen.command(`wsc results --graph ${shown(graph)} --network regtest --rpc …`)
    const listed = await screen.stage(
      'a fresh reader of the chain',
      (tell) => runWsc(['results', 'ls', '--graph', graph, ...fresh, ...reach, '--json'], tell, signal),
      () => 'finds it, with the id of its log',
    )
    const found = listed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Listed)
      .find(({ state, height }) => state === 'counts' && height === heard.height) as Listed
    const gateway = begin(
      'storage',
      'gateway',
      '--peer',
      kept[0],
      '--listen',
      '127.0.0.1:0',
      '--storage-dir',
      join(data, 'gateway'),
    )
    const { listening: served } = JSON.parse(await gateway.line('"listening"')) as { listening: string }
    await verifyFromProof(place, found, served)
    screen.command(`wsc graph audit ${program.slice(0, 8)}… --gateway … --network regtest --rpc …`)
    const audited = await screen.stage(
      'its program is read from storage and built anew',
      (tell) => runWsc(['graph', 'audit', program, '--gateway', served, ...fresh, ...reach], tell, signal),
      () => 'from the bundle alone, in a clean folder',
    )
    for (const line of audited.trimEnd().split('\n')) screen.line(line)
  } finally {
    for (const beside of running) await beside.stop()
  }
}

/** From a bus proof, the inscription that holds the result, the log that it names, and the header that it is about. */
async function verifyFromProof(place: Place, { id, height, block }: Listed, gateway: string): Promise<void> {
  const { screen, signal, data, folder, node } = place
  const reach = ['--network', 'regtest', '--rpc', node.url, '--rpc-cookie', node.auth.file]
  const [proof, result] = [join(folder, 'graph.proof'), join(folder, 'block-times.result')]
  const [inscribed, prefix] = [join(folder, 'result.attestation'), join(folder, 'result.prefix')]
  const record = join(folder, 'result.record')
  const network = ['--network', 'regtest']
  const at = String(block.height)
  await screen.stage(
    'the proof follows',
    async (tell) => {
      const held = ['--data-dir', data, ...reach]
      await runWsc(['bus', 'prove', ...held, '--out', proof], tell, signal)
      await runWsc(
        ['attest', 'inscription', id, '--height', at, '--proof', proof, '--out', inscribed, ...held],
        tell,
        signal,
      )
      await runWsc(['attest', 'prefix', String(height), '--proof', proof, '--out', prefix, ...held], tell, signal)
    },
    () => 'a bus proof of the tip; from here on files and a gateway alone',
  )
  for (const argv of [
    ['check', inscribed, '--proof', proof, '--body', record, ...network],
    ['results', 'get', record, '--gateway', gateway, '--out', result, ...network],
    ['graph', 'verify', result, '--proof', proof, '--prefix', prefix, '--graph', graph, ...network],
  ]) {
    screen.command(`wsc ${argv.map((one) => (one.startsWith('/') ? shown(one) : one)).join(' ')}`)
    const said = await runWsc(argv, () => {}, signal)
    if (argv[0] !== 'check') for (const line of said.trimEnd().split('\n')) screen.line(line)
  }
}

const shown = (path: string) => relative(process.cwd(), path)
