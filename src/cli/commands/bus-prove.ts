import type { Command } from 'commander'
import { type AnchorContext, type HeaderRejection, type NetworkParams, startContext } from '../../bitcoin/index.ts'
import { provedJson, refusalJson } from '../../bus/index.ts'
import { checkAhead, type HeaderSource, openProver, ProvingOnce } from '../../bus/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { withCure } from '../cure.ts'
import { EXIT, usageError } from '../exit.ts'
import { type HeaderOptions, headerOptions, openHeaders, requireOneSource } from '../header-place.ts'
import { height, readAnchor, readNetwork, requireProvable } from '../inputs.ts'
import { noteOutages } from '../outage.ts'
import { requireWritable } from '../outputs.ts'
import { type ProverFlags, proverOptions, showProver } from '../prover.ts'
import { duration } from '../terminal.ts'
import { jsonLine } from '../text.ts'

interface Options extends ProverFlags, HeaderOptions {
  readonly to?: number
  readonly out: string
  readonly json?: boolean
}

export const addBusProve: AddCommand = (parent, run) => {
  const command = parent
    .command('prove')
    .description('prove a header chain from a node or a file; resumes where it was left')
  addOptions(command, ...headerOptions())
    .addOption(shared.network())
    .addOption(shared.anchor())
    .option('--to <HEIGHT>', 'last height to prove, inclusive (default: all there is)', height)
    .addOption(shared.dataDir())
    .requiredOption('--out <FILE>', 'where to write the proof (required)')
    .addOption(shared.ptau())
    .addOption(shared.insecureDevSetup())
    .addOption(shared.checkpointEvery())
    .addOption(shared.json())
    .addHelpText(
      'after',
      examples(
        'bus prove --network regtest --rpc http://127.0.0.1:18443 --out chain.proof',
        'bus prove --network mainnet --insecure-dev-setup --headers headers.bin --to 60 --out chain.proof',
      ),
    )
    .action(run(prove))
}

async function prove(context: CliContext, options: Options, command: Command): Promise<0 | 1> {
  const { terminal, signal, clock } = context
  requireOneSource(options, command)
  await requireWritable(options.out, context.env, options)
  const params = requireProvable(await readNetwork(options.network))
  const refuse = (refused: HeaderRejection) => {
    if (options.json) terminal.result(jsonLine(refusalJson(refused, params.name, refused.height)))
    terminal.note(`invalid: ${refused.reject} at height ${refused.height}: ${refused.detail}`)
    return EXIT.invalid
  }
  const opened = await openHeaders(params, options, context)
  if (!opened.ok) return refuse(opened)
  const { from, close } = opened
  try {
    if ('source' in from) {
      // Before parameters and keys are loaded: a bad file is told in a second.
      const anchor = await readAnchor(options.anchor, params)
      const checked = await checkFile(params, anchor, from.source, options.to, clock, signal)
      if (!checked.ok) return refuse(checked)
    }
    const proving = await openProver(await proverOptions(options, context))
    try {
      showProver(proving, context)
      // How far it came stays on the screen, above what follows.
      proving.prover.events.on('progress', ({ height, to }) => height === to && terminal.settle())
      const began = clock()
      const once = new ProvingOnce({ proving, from, to: options.to, file: options.out, signal })
      once.events.on('compressing', () => terminal.progress('compress …'))
      once.events.on('lagging', (error) => terminal.note(`the history store lags behind: ${withCure(error)}`))
      noteOutages(once.events, terminal.note)
      const result = await once.run()
      if (!result.ok) return refuse(result)
      const { chain, bytes } = result
      const seconds = (clock() - began) / 1000
      if (options.json) terminal.result(jsonLine({ ...provedJson(chain), file: options.out, seconds }))
      else
        terminal.result(
          `${options.out}: ${bytes.length} bytes prove height ${chain.height}, work ${chain.work.toString(16)}`,
        )
      terminal.note(`done in ${duration(seconds)}`)
      return EXIT.valid
    } finally {
      await proving.close()
    }
  } finally {
    close()
  }
}

async function checkFile(
  params: NetworkParams,
  anchor: AnchorContext | undefined,
  source: HeaderSource,
  to: number | undefined,
  clock: () => number,
  signal: AbortSignal,
) {
  const start = anchor ?? startContext(params)
  const last = await source.tipHeight(signal)
  const target = to ?? last
  if (target > last) throw usageError(`the file ends at ${last}, --to asks ${target}`)
  if (target <= start.height) {
    throw usageError(`a proof needs at least one header after its start at height ${start.height}`)
  }
  return await checkAhead(params, start, source, target, Math.floor(clock() / 1000), signal)
}
