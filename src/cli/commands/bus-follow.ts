import { provedJson } from '../../bus/index.ts'
import type { Following } from '../../bus/io/index.ts'
import { openFollowingAmongPeers } from '../../node/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { withCure } from '../cure.ts'
import { EXIT } from '../exit.ts'
import { address, readNetwork, requireProvable } from '../inputs.ts'
import { noteOutages } from '../outage.ts'
import { requireWritable } from '../outputs.ts'
import { type PeerFlags, peerFlags, peerPlaceOrNone, showHost } from '../peer-place.ts'
import { type ProverFlags, proverOptions, showProver } from '../prover.ts'
import { openBitcoind, type RpcOptions } from '../source.ts'
import { jsonLine } from '../text.ts'

interface Options extends ProverFlags, RpcOptions, PeerFlags {
  readonly out: string
  readonly serve?: { readonly host: string; readonly port: number }
  readonly json?: boolean
}

export const addBusFollow: AddCommand = (parent, run) => {
  parent
    .command('follow')
    .description(
      'follow a node: fold each new block at once and keep a current proof file, atomically replaced; a proof with more work that lies there stays',
    )
    .addOption(shared.rpc())
    .addOption(shared.rpcCookie())
    .addOption(shared.network())
    .addOption(shared.anchor())
    .addOption(shared.dataDir())
    .requiredOption('--out <FILE>', 'the proof file to keep current (required)')
    .option('--serve <HOST:PORT>', 'serve it as well, as `wsc bus serve` does, from the same process', address)
    .addOption(peerFlags.p2p())
    .addOption(peerFlags.peer())
    .addOption(peerFlags.announce())
    .addOption(peerFlags.identity())
    .addOption(shared.ptau())
    .addOption(shared.insecureDevSetup())
    .addOption(shared.checkpointEvery())
    .addOption(shared.json())
    .addHelpText(
      'after',
      examples(
        'bus follow --network regtest --out current.proof',
        'bus follow --network regtest --out current.proof --serve 127.0.0.1:8532',
        'bus follow --network regtest --out current.proof --p2p /ip4/127.0.0.1/tcp/8533',
      ),
    )
    .action(run(followNode))
}

async function followNode(context: CliContext, options: Options): Promise<0> {
  const { signal } = context
  const params = requireProvable(await readNetwork(options.network))
  await requireWritable(options.out, context.env, options)
  const client = await openBitcoind(options, params, context)
  try {
    const { out: file, serve } = options
    const place = peerPlaceOrNone(options, params, context.env)
    const prover = await proverOptions(options, context)
    const amongPeers = await openFollowingAmongPeers({ ...prover, client, file, serve }, place)
    try {
      show(amongPeers.following, options, context)
      if (amongPeers.host !== null) showHost(amongPeers.host, context, options.json)
      await amongPeers.start(signal)
      await amongPeers.ended()
      signal.throwIfAborted()
      return EXIT.valid
    } finally {
      await amongPeers.stop()
    }
  } finally {
    client.close()
  }
}

/** All that following tells, on the terminal. */
function show(following: Following, { out, json }: Options, context: CliContext): void {
  const { terminal } = context
  const { feed, proving, publisher, keeper, follower, server } = following
  showProver(proving, context)
  publisher.events.on('refused', ({ reject }) =>
    terminal.note(`${out} will be replaced: it holds no valid proof of this chain (${reject})`),
  )
  publisher.events.on('kept', ({ held }) =>
    terminal.note(`${out} keeps its proof of height ${held.height}: the node's chain has no more work yet`),
  )
  keeper.events.on('lagging', (error) => terminal.note(`the history store lags behind: ${withCure(error)}`))
  follower.events.on('compressing', () => terminal.progress('compress …'))
  follower.events.on('proved', ({ chain, bytes, seconds }) =>
    terminal.result(
      json
        ? jsonLine({ ...provedJson(chain), file: out, bytes: bytes.length, seconds })
        : `height ${chain.height}  tip ${chain.tip}  work ${chain.work.toString(16)}  ${bytes.length} bytes  ${seconds.toFixed(1)} s`,
    ),
  )
  follower.events.on('tooNew', ({ height, detail }) =>
    terminal.note(`waiting for the next block: block ${height}: ${detail}; is this machine's clock right?`),
  )
  follower.events.on('unsettled', (error) => terminal.note(`waiting for the next block: ${withCure(error)}`))
  const isTold = noteOutages(feed.events, terminal.note)
  follower.events.on('disconnected', ({ height }) => terminal.note(`block ${height} left the chain`))
  server?.events.on('listening', ({ url }) =>
    terminal.result(json ? jsonLine({ listening: url }) : `listening at ${url}`),
  )
  server?.events.on('ahead', ({ chain }) =>
    terminal.note(`a peer has a proof of more work, at height ${chain.height}: is this node’s chain behind?`),
  )
  server?.events.on('behind', (error) => {
    if (!isTold(error)) terminal.note(`the proof before is served still; the newest waits: ${withCure(error)}`)
  })
  server?.events.on('failed', (error) => {
    if (!isTold(error)) terminal.note(`a request failed: ${withCure(error)}`)
  })
}
