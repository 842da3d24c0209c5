import { type Command, Option } from 'commander'
import { releaseSuperseded, Spendings } from '../../compute/io/index.ts'
import {
  InscriberService,
  openTicket,
  type RecordWarning,
  type SupersededRecord,
  type Wallet,
} from '../../settlement/io/index.ts'
import type { AddCommand, Runner } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, bitcoindOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, usageError } from '../exit.ts'
import { readNetwork } from '../inputs.ts'
import { costJson, costText, jobJson, jobLines, noteText, warningText } from '../inscriber-text.ts'
import { argument, type InscriptionInput, readBatch, readInscription, readJson } from '../inscription-input.ts'
import { rate } from '../option-parsers.ts'
import { requirePublishable } from '../outputs.ts'
import { openBitcoind, type RpcOptions } from '../source.ts'
import { jsonLine } from '../text.ts'
import { openOwnWallet, settlementDir, settlementDirOption, type WalletOptions, walletOption } from '../wallet-place.ts'

interface Options extends WalletOptions, RpcOptions {
  readonly body?: string
  readonly contentType?: string
  readonly metadata?: string
  readonly batch?: string
  readonly fundFrom?: string
  readonly feeRate?: number
  readonly maxFeeRate?: number
  readonly allowInscribed?: boolean
  readonly dryRun?: boolean
  readonly ticket?: string
  readonly settlementDir?: string
  readonly json?: boolean
}

const HELP = `
--metadata with a "kind" makes a signed record of this project: kind, program, height, blockHash, output, seq
(docs/settlement.md). Any other JSON object is inscribed as CBOR. The same command again goes on with what it began, and
inscribes nothing twice. Cost is told before anything is sent.
`

export const addInscribe: AddCommand = (parent, run) => {
  const inscribe = withBitcoind(parent.command('inscribe'))
    .description('write a file to Bitcoin as an inscription: commit and reveal')
    .option('--body <FILE>', 'what to inscribe, at most 390,000 bytes')
    .option('--content-type <T>', 'its MIME type (default: application/octet-stream)')
    .option('--metadata <JSON>', 'an object; with "kind" the inscription is a record')
    .option('--batch <FILE>', 'JSON: [{"body": FILE, "contentType": T, "metadata": {…}}, …], up to 24 with one commit')
    .option('--fund-from <NAME>', 'have this wallet of the node pay for the commit (default: the coins of --wallet)')
    .option('--fee-rate <F>', 'satoshis a virtual byte (default: the node’s estimate)', rate)
    .option('--max-fee-rate <F>', 'refuse to pay more a virtual byte', rate, 200)
    .addOption(allowInscribed())
    .option('--dry-run', 'tell the cost and send nothing')
    .addHelpText(
      'after',
      HELP +
        examples(
          'inscribe --body hello.txt --content-type text/plain --network regtest',
          'inscribe --body p --fund-from savings --dry-run',
        ),
    )
    .action(run(inscribeFiles))
  addResume(inscribe, run)
  addBump(inscribe, run)
  addForget(inscribe, run)
}

const allowInscribed = () =>
  new Option('--allow-inscribed', 'let coins pay that carry inscriptions, or of which that cannot be told')

function withBitcoind(command: Command): Command {
  return addOptions(
    command,
    ...bitcoindOptions(),
    shared.network(),
    walletOption(),
    settlementDirOption(),
    shared.json(),
  )
}

async function inscribeFiles(context: CliContext, options: Options) {
  const { terminal } = context
  if ((options.body === undefined) === (options.batch === undefined)) {
    throw usageError('give either --body FILE or --batch FILE')
  }
  const inputs: InscriptionInput[] = options.batch === undefined ? [single(options)] : await readBatch(options.batch)
  for (const { body } of inputs) await requirePublishable(body, context.env, options)
  return await withInscriber(context, options, async (inscriber, wallet) => {
    const composed = await Promise.all(inputs.map((input) => readInscription(input, wallet)))
    const envelopes = composed.map(({ envelope }) => envelope)
    const warnings: RecordWarning[] = []
    inscriber.events.on('warning', (warning) => {
      warnings.push(warning)
      terminal.note(warningText(warning, envelopes.length))
    })
    if (options.dryRun) {
      const cost = await inscriber.quote(envelopes, options.feeRate)
      terminal.result(options.json ? jsonLine({ ...costJson(cost), warnings }) : costText(cost))
      return
    }
    inscriber.events.on('cost', (cost) => terminal.note(costText(cost)))
    await inscriber.inscribe(envelopes, options.feeRate)
  })
}

function single({ body, contentType: type, metadata: json }: Options): InscriptionInput {
  const inFile = 'use --batch with a file in UTF-8'
  return {
    body: body!,
    contentType: type === undefined ? undefined : argument(type, '--content-type', inFile),
    metadata: json === undefined ? undefined : readJson(argument(json, '--metadata', inFile), '--metadata'),
  }
}

function addResume(parent: Command, run: Runner): void {
  withBitcoind(parent.command('resume'))
    .description('send again what is not final yet, and tell how it stands')
    .addHelpText('after', examples('inscribe resume --network regtest'))
    .action(
      run(async (context, _: Options, command: Command) => {
        const options = command.optsWithGlobals<Options>()
        return await withInscriber(context, options, (inscriber) => inscriber.resume())
      }),
    )
}

function addForget(parent: Command, run: Runner): void {
  withBitcoind(parent.command('forget'))
    .description('drop a job whose coins something else has spent')
    .argument('<JOB>', 'as `inscribe` and `inscribe resume` tell it')
    .addHelpText('after', examples('inscribe forget JOB'))
    .action(
      run(async (context, job: string, _: Options, command: Command) => {
        return await withInscriber(context, command.optsWithGlobals<Options>(), (inscriber) => inscriber.forget(job))
      }),
    )
}

function addBump(parent: Command, run: Runner): void {
  const bump = (name: string, what: string, act: 'bump' | 'accelerate') =>
    withBitcoind(parent.command(name))
      .description(what)
      .argument('<JOB>', 'as `inscribe` and `inscribe resume` tell it')
      .option('--fee-rate <F>', 'satoshis a virtual byte (required)', rate)
      .option('--max-fee-rate <F>', 'refuse to pay more a virtual byte', rate, 200)
      .addOption(allowInscribed())
      .addHelpText('after', examples(`inscribe ${name} JOB --fee-rate 20`))
      .action(
        run(async (context, job: string, _: Options, command: Command) => {
          const options = command.optsWithGlobals<Options>()
          const { feeRate } = options
          if (feeRate === undefined) throw usageError('say by --fee-rate what to pay')
          return await withInscriber(context, options, async (inscriber, { params }) => {
            const { ticket: file } = options
            const ticket = file === undefined ? undefined : (await openTicket(file, params)).wallet
            inscriber.events.on('cost', (cost) => context.terminal.note(costText(cost)))
            await (act === 'bump' ? inscriber.bump(job, feeRate, ticket) : inscriber.accelerate(job, feeRate))
          })
        }),
      )
  bump('bump', 'replace an unconfirmed commit by one that pays more (RBF)', 'bump').option(
    '--ticket <FILE>',
    'of a result: the ticket that its commit spends, and spends again',
  )
  bump('accelerate', 'have a child pay for all unconfirmed reveals (CPFP)', 'accelerate')
}

/** Takes back what was charged for results whose jobs were dropped. */
async function release(superseded: readonly SupersededRecord[], inscriber: InscriberService, state: string) {
  if (superseded.length === 0) return
  await releaseSuperseded({ inscriber, state, spendings: await Spendings.open(state) }, superseded)
}

/** Does the work with a service that tells of jobs and of what an operator should know. */
async function withInscriber(
  context: CliContext,
  options: Options,
  work: (inscriber: InscriberService, wallet: Wallet) => Promise<void>,
) {
  const { terminal, signal } = context
  const { fundFrom, maxFeeRate, allowInscribed } = options
  const params = await readNetwork(options.network)
  const wallet = await openOwnWallet(options, params, context)
  const client = await openBitcoind(options, params, context)
  const state = settlementDir(options.settlementDir, params, context)
  const inscriber = new InscriberService({
    wallet,
    client,
    state,
    fundFrom,
    maxFeeRate,
    allowInscribed,
    assumeCoin: options.dryRun,
  })
  inscriber.events.on('note', (note) => terminal.note(noteText(note)))
  inscriber.events.on('job', (job) => {
    for (const line of options.json ? [jsonLine(jobJson(job))] : jobLines(job)) terminal.result(line)
  })
  const superseded: SupersededRecord[] = []
  inscriber.events.on('superseded', (records) => superseded.push(...records))
  try {
    await inscriber.start(signal)
    try {
      await work(inscriber, wallet)
    } finally {
      try {
        // As long as its jobs are open here nothing else charges for what is sent from this folder.
        // Interrupted, they stay charged: never is more spent than is counted.
        if (!signal.aborted) await release(superseded, inscriber, state)
      } finally {
        await inscriber.stop()
      }
    }
    return EXIT.valid
  } finally {
    client.close()
  }
}
