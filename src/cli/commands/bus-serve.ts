import { Option } from 'commander'
import { chainStart, provedJson } from '../../bus/index.ts'
import type { Serving } from '../../bus/io/index.ts'
import { openServingAmongPeers } from '../../node/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, bitcoindOptions, judgeOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { withCure } from '../cure.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { address } from '../inputs.ts'
import { type PeerFlags, peerFlags, peerPlaceOrNone, showHost } from '../peer-place.ts'
import { dataDir } from '../places.ts'
import { type JudgeOptions, openJudge } from '../proved-chain.ts'
import { openBitcoind, type RpcOptions } from '../source.ts'
import { jsonLine } from '../text.ts'

interface Options extends JudgeOptions, RpcOptions, PeerFlags {
  readonly proof: string
  readonly listen: { readonly host: string; readonly port: number }
  readonly dataDir?: string
  readonly json?: boolean
}

export const addBusServe: AddCommand = (parent, run) => {
  const serveCommand = parent
    .command('serve')
    .description('serve a proof file that a prover keeps current, paths and attestations under it, read-only over HTTP')
    .requiredOption('--proof <FILE>', 'the proof file; each new one is verified before it is served (required)')
    .addOption(
      new Option('--listen <HOST:PORT>', 'where; whoever reaches it may ask')
        .default({ host: '127.0.0.1', port: 8532 }, '127.0.0.1:8532')
        .env('WSC_LISTEN')
        .argParser(address),
    )
  const peers = [peerFlags.p2p(), peerFlags.peer(), peerFlags.announce(), peerFlags.identity()]
  addOptions(serveCommand, ...judgeOptions(), ...bitcoindOptions(), shared.dataDir(), ...peers, shared.json())
    .addHelpText('after', examples('bus serve --proof current.proof --network regtest --listen 127.0.0.1:8532'))
    .action(run(serve))
}

async function serve(context: CliContext, options: Options): Promise<ExitCode> {
  const { signal } = context
  const { params, anchor, verifyOptions } = await openJudge(options, context)
  const client = await openBitcoind(options, params, context)
  try {
    const dir = options.dataDir ?? dataDir(context.env, params, chainStart(params, anchor))
    const { proof: file, listen } = options
    const place = peerPlaceOrNone(options, params, context.env)
    const all = { file, dir, client, params, anchor, verifyOptions, ...listen }
    const amongPeers = await openServingAmongPeers(all, place)
    const { serving, host } = amongPeers
    try {
      show(serving, options, context)
      if (host !== null) showHost(host, context, options.json)
      await amongPeers.start(signal)
      const { url } = serving.server
      context.terminal.result(options.json ? jsonLine({ listening: url }) : `listening at ${url}`)
      await amongPeers.ended()
    } finally {
      await amongPeers.stop()
    }
    return EXIT.interrupted
  } finally {
    client.close()
  }
}

/** All that serving tells, on the terminal. */
function show({ bus, file, server }: Serving, { proof, json }: Options, { terminal }: CliContext): void {
  file.events.on('unserved', ({ detail }) => terminal.note(`${proof} is not served: ${detail}`))
  file.events.on('behind', (error) => terminal.note(withCure(error)))
  bus.events.on('served', (chain) => {
    if (json) terminal.result(jsonLine(provedJson(chain)))
    else terminal.result(`serves height ${chain.height}  tip ${chain.tip}  work ${chain.work.toString(16)}`)
  })
  server.events.on('failed', (error) => terminal.note(`a request failed: ${withCure(error)}`))
}
