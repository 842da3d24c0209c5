import { decodeResult, MAX_RESULT_BYTES } from '../../compute/index.ts'
import { type Inscribed, ResultInscriber, Spendings } from '../../compute/io/index.ts'
import { bytesToHex, rejection } from '../../lib/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { readUpTo } from '../inputs.ts'
import { warningText } from '../inscriber-text.ts'
import { tellRefused } from '../refused.ts'
import { type ResultsOptions, type ResultsPlace, withResults, withResultsOf } from '../results-place.ts'
import { inscribedJson, inscribedText, notJudged } from '../results-text.ts'
import { budget } from '../storage-arguments.ts'
import { type PublishOptions, withPayingInscriber, withPayment } from '../storage-publish.ts'
import { jsonLine } from '../text.ts'
import { openOwnWallet } from '../wallet-place.ts'

interface Options extends ResultsOptions, Omit<PublishOptions, keyof ResultsOptions> {
  readonly budget?: bigint
  readonly json?: boolean
}

const HELP = `
The result is verified by the node's chain first. It is not paid for where its identity counts already, or is on its way from
here; what one identity cost is charged once, whatever happens in between. --budget is for all results of the graph together
that this, \`wsc compute serve --inscribe\` and \`wsc graph automate\` of the same --settlement-dir have ever inscribed; without it
nothing is sent, and the cost is told.

Exit code 1: the result does not hold, or the budget has no room for it.
`

export const addResultsInscribe: AddCommand = (parent, run) => {
  withPayment(withResults(parent.command('inscribe')))
    .description('verify a result and inscribe it, so that it counts on Bitcoin')
    .argument('<FILE>', 'result, as `wsc graph prove` writes it')
    .option('--budget <SATS>', 'satoshis that may be spent on the results of this graph in all', budget)
    .option('--dry-run', 'tell the cost and send nothing')
    .addOption(shared.json())
    .addHelpText(
      'after',
      HELP + examples('results inscribe stats.result --graph graphs/chain-stats --network regtest --budget 20000'),
    )
    .action(run(inscribe))
}

async function inscribe(context: CliContext, file: string, options: Options): Promise<ExitCode> {
  const refuse = (reject: string, detail: string) => tellRefused(context, options, rejection(reject, detail))
  const bytes = await readUpTo(file, MAX_RESULT_BYTES)
  const read = decodeResult(bytes)
  if (!read.ok) return refuse(read.reject, read.detail)
  const { result } = read
  if (options.graph === undefined) throw usageError('name the graph of the result by --graph')
  return await withResultsOf(options, context, { once: true }, async (place) => {
    const id = bytesToHex(result.program)
    const program = place.programs.find((one) => bytesToHex(one.id) === id)
    if (program === undefined) return refuse('wrong-program', `a result of program ${id}`)
    await place.results.caughtUp()
    context.terminal.settle()
    const judged = await place.judge.judge(result, context.signal)
    if (judged.state !== 'valid') {
      return refuse(judged.reason, judged.state === 'invalid' ? judged.detail : notJudged(judged.reason))
    }
    return await withInscriber(context, options, place, async (inscriber) => {
      const verified = { result, manifest: program.manifest }
      if (options.dryRun === true) {
        const cost = await inscriber.quote(verified, options.feeRate)
        tell(context, options, { state: 'quoted', cost })
        return EXIT.valid
      }
      const done = await inscriber.inscribe(verified, options.feeRate)
      tell(context, options, done)
      return done.state === 'no-budget' || done.state === 'charged-before' ? EXIT.invalid : EXIT.valid
    })
  })
}

async function withInscriber(
  context: CliContext,
  options: Options,
  { client, params, state, inscriptions, results }: ResultsPlace,
  work: (inscriber: ResultInscriber) => Promise<ExitCode>,
): Promise<ExitCode> {
  const wallet = await openOwnWallet(options, params, context)
  return await withPayingInscriber(
    context,
    options,
    { client, wallet, index: inscriptions.index },
    async (inscriber) => {
      inscriber.events.on('warning', (warning) => context.terminal.note(warningText(warning, 1)))
      const spendings = await Spendings.open(state)
      const { budget = 0n } = options
      return await work(new ResultInscriber({ inscriber, state, results, wallet, spendings, budget }))
    },
  )
}

function tell(
  { terminal }: CliContext,
  { json }: Options,
  done: Inscribed | { readonly state: 'quoted'; readonly cost: bigint },
): void {
  if (json) {
    terminal.result(jsonLine(inscribedJson(done)))
    return
  }
  terminal.result(done.state === 'quoted' ? `it would cost ${done.cost} satoshis` : inscribedText(done))
}
