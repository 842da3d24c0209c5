import { InvalidArgumentError, Option } from 'commander'
import { bitcoindBlocks } from '../../bitcoin/io/index.ts'
import { verifyJson } from '../../bus/index.ts'
import { bitcoindSource, ownHistory, ServedBus, ServedFile, serveBus } from '../../bus/io/index.ts'
import { historyTable, openHistory } from '../attest/open-history.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, bitcoindOptions, judgeOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { type JudgeOptions, openJudge } from '../proved-chain.ts'
import { openBitcoind, type RpcOptions } from '../source.ts'
import { jsonLine } from '../text.ts'

interface Options extends JudgeOptions, RpcOptions {
  readonly proof: string
  readonly listen: { readonly host: string; readonly port: number }
  readonly dataDir?: string
  readonly json?: boolean
}

export const addBusServe: AddCommand = (parent, run) => {
  const serveCommand = parent
    .command('serve')
    .description('serve a proof file that a prover keeps current, paths and attestations under it, read-only over HTTP')
    .requiredOption('--proof <FILE>', 'the proof file; each new one is verified before it is served')
    .addOption(
      new Option('--listen <HOST:PORT>', 'where; whoever reaches it may ask')
        .default({ host: '127.0.0.1', port: 8532 }, '127.0.0.1:8532')
        .env('WSC_LISTEN')
        .argParser(address),
    )
  addOptions(serveCommand, ...judgeOptions(), ...bitcoindOptions(), shared.dataDir(), shared.json())
    .addHelpText('after', examples('bus serve --proof current.proof --network regtest --listen 127.0.0.1:8532'))
    .action(run(serve))
}

async function serve(context: CliContext, options: Options): Promise<ExitCode> {
  const { terminal, clock, signal } = context
  const judge = await openJudge(options, context)
  const client = await openBitcoind(options, judge.params, context)
  try {
    // Its own, beside the prover's: one process works with a store at a time.
    const history = await openHistory(judge, await historyTable(options.dataDir, 'serve', judge, context))
    try {
      // Not patiently: each look asks again, and in between a newer file is seen.
      const bus = new ServedBus({
        history: ownHistory(history, bitcoindSource(client)),
        blocks: bitcoindBlocks(client),
      })
      const file = new ServedFile({ file: options.proof, bus, judge: (proof) => judge.judge(proof) })
      file.events.on('unserved', ({ detail }) => terminal.note(`${options.proof} is not served: ${detail}`))
      file.events.on('behind', (error) => terminal.note(error.message))
      bus.events.on('served', (chain) => {
        if (options.json) terminal.result(jsonLine(verifyJson(chain)))
        else terminal.result(`serves height ${chain.height}  tip ${chain.tip}  work ${chain.work.toString(16)}`)
      })
      const onError = (error: unknown) => terminal.note(`a request failed: ${(error as Error).message}`)
      const server = await serveBus({ bus, ...options.listen, clock, onError })
      terminal.result(options.json ? jsonLine({ listening: server.url }) : `listening at ${server.url}`)
      try {
        await file.start(signal)
        await file.ended()
      } finally {
        await server.close()
      }
      return EXIT.interrupted
    } finally {
      await history.close()
    }
  } finally {
    client.close()
  }
}

/** Option parser: HOST:PORT, an IPv6 address in brackets. */
function address(text: string): { host: string; port: number } {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (match === null || port > 65_535) throw new InvalidArgumentError('write HOST:PORT')
  return { host: (match[1] as string).replace(/^\[(.*)\]$/, '$1'), port }
}
