import { InvalidArgumentError } from 'commander'
import { fetchProof, nodeFiles, verifyJson, writeAtomic } from '../../bus/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { heldProof } from '../held-proof.ts'
import { requireWritable } from '../inputs.ts'
import { type JudgeOptions, openJudge } from '../proved-chain.ts'

interface Options extends JudgeOptions {
  readonly out: string
  readonly timeout: number
  readonly json?: boolean
}

export const addBusFetch: AddCommand = (parent, run) => {
  parent
    .command('fetch')
    .description('sync with the chain from a server’s one proof: verified before it is written, never for less work')
    .argument('<URL>', 'a server (wsc bus serve)')
    .requiredOption('--out <FILE>', 'the proof file to bring up to date')
    .option('--timeout <SECONDS>', 'for the answer in full', seconds, 30)
    .addOption(shared.network())
    .addOption(shared.anchor())
    .addOption(shared.key())
    .addOption(shared.insecureDevSetup())
    .addOption(shared.json())
    .addHelpText('after', examples('bus fetch http://127.0.0.1:8532 --network regtest --out chain.proof'))
    .action(run(fetchTo))
}

async function fetchTo(context: CliContext, url: string, options: Options): Promise<ExitCode> {
  const { terminal, signal } = context
  await requireWritable(options.out, context.env, options.anchor, options.key)
  const judge = await openJudge(options, context)
  const held = await heldProof(options.out, judge.verifyOptions(), terminal)
  const result = await fetchProof(url, judge.verifyOptions(), held, { signal, timeoutMs: options.timeout * 1000 })
  if (!result.ok) {
    if (options.json) terminal.result(JSON.stringify({ valid: false, reason: result.reject, detail: result.detail }))
    terminal.note(`not taken: ${result.reject}: ${result.detail}`)
    return EXIT.invalid
  }
  const { bytes, chain, newer } = result
  if (newer) await writeAtomic(nodeFiles, options.out, bytes)
  if (options.json) terminal.result(JSON.stringify({ ...verifyJson(chain), file: options.out, changed: newer }))
  else terminal.result(`${options.out} ${newer ? 'now' : 'already'} proves height ${chain.height}, tip ${chain.tip}`)
  return EXIT.valid
}

function seconds(text: string): number {
  if (!/^[0-9]{1,4}$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('not a number of seconds from 1 to 9999')
  return Number(text)
}
