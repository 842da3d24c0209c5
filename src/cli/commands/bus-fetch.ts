import type { FetchProofResult } from '../../bus/index.ts'
import { ProofFetcher } from '../../bus/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, judgeOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { withCure } from '../cure.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { requireWritable } from '../outputs.ts'
import { cureOf } from '../proof-cure.ts'
import { type JudgeOptions, openJudge } from '../proved-chain.ts'
import { seconds, tellSynced } from '../synced.ts'
import { jsonLine } from '../text.ts'

interface Options extends JudgeOptions {
  readonly out: string
  readonly timeout: number
  readonly every?: number
  readonly json?: boolean
}

export const addBusFetch: AddCommand = (parent, run) => {
  const fetchCommand = parent
    .command('fetch')
    .description('sync with the chain from a server’s one proof: verified before it is written, never for less work')
    .argument('<URL>', 'a server (wsc bus serve)')
    .requiredOption('--out <FILE>', 'the proof file to bring up to date (required)')
    .option('--timeout <SECONDS>', 'for the answer in full', seconds, 30)
    .option('--every <SECONDS>', 'go on: fetch again and again, tell of each newer proof, wait out what fails', seconds)
  addOptions(fetchCommand, ...judgeOptions(), shared.json())
    .addHelpText('after', examples('bus fetch http://127.0.0.1:8532 --network regtest --out chain.proof'))
    .action(run(fetchTo))
}

async function fetchTo(context: CliContext, url: string, options: Options): Promise<ExitCode> {
  const { terminal, signal } = context
  const { out: file, timeout, every } = options
  await requireWritable(file, context.env, options)
  const { verifyOptions } = await openJudge(options, context)
  const everyMs = every === undefined ? undefined : every * 1000
  const fetcher = new ProofFetcher({ url, file, timeoutMs: timeout * 1000, everyMs, verifyOptions })
  fetcher.events.on('refused', ({ reject }) =>
    terminal.note(`${file} will be replaced: it holds no valid proof of this chain (${reject})`),
  )
  if (every === undefined) {
    const fetched = await fetcher.fetch(signal)
    if (fetched.ok) tellSynced(context, options, fetched.chain, fetched.newer)
    else refuse(context, options, fetched)
    return fetched.ok ? EXIT.valid : EXIT.invalid
  }
  fetcher.events.on('fetched', ({ chain, newer }) => tellSynced(context, options, chain, newer))
  fetcher.events.on('untaken', (refused) => refuse(context, options, refused))
  fetcher.events.on('unreachable', (error) => terminal.note(withCure(error)))
  await fetcher.start(signal)
  await fetcher.ended()
  return EXIT.interrupted
}

function refuse(
  { terminal }: CliContext,
  { json, key }: Options,
  { reject, detail, bytes }: Extract<FetchProofResult, { ok: false }>,
): void {
  if (json) terminal.result(jsonLine({ valid: false, reason: reject, detail }))
  terminal.note(`not taken: ${reject}: ${detail}`)
  const cure = cureOf(reject, bytes, { key })
  if (cure !== null) terminal.note(cure)
}
