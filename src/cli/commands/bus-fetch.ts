import { setTimeout as delay } from 'node:timers/promises'
import { InvalidArgumentError } from 'commander'
import { fetchProof, type HeldProof, type ProvedChain, verifyJson } from '../../bus/index.ts'
import { errorCode } from '../../lib/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, judgeOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { heldProof, writeNewer } from '../held-proof.ts'
import { requireWritable } from '../outputs.ts'
import { cureOf } from '../proof-cure.ts'
import { type Judge, type JudgeOptions, openJudge } from '../proved-chain.ts'
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
    .requiredOption('--out <FILE>', 'the proof file to bring up to date')
    .option('--timeout <SECONDS>', 'for the answer in full', seconds, 30)
    .option('--every <SECONDS>', 'go on: fetch again and again, tell of each newer proof, wait out what fails', seconds)
  addOptions(fetchCommand, ...judgeOptions(), shared.json())
    .addHelpText('after', examples('bus fetch http://127.0.0.1:8532 --network regtest --out chain.proof'))
    .action(run(fetchTo))
}

async function fetchTo(context: CliContext, url: string, options: Options): Promise<ExitCode> {
  await requireWritable(options.out, context.env, options)
  const judge = await openJudge(options, context)
  const held = await heldProof(options.out, judge.verifyOptions(), context.terminal)
  if (options.every !== undefined) return await keepFetching(context, url, options, judge, held, options.every)
  const fetched = await fetchOnce(context, url, options, judge, held)
  if (fetched.ok) tell(context, options, fetched.chain, fetched.newer)
  else refuse(context, options, fetched)
  return fetched.ok ? EXIT.valid : EXIT.invalid
}

/** Fetches, and writes what is newer; nothing is told. */
async function fetchOnce(
  { signal, terminal }: CliContext,
  url: string,
  { out, timeout }: Options,
  judge: Judge,
  held: HeldProof | null,
) {
  const result = await fetchProof(url, judge.verifyOptions(), held, { signal, timeoutMs: timeout * 1000 })
  return await writeNewer(out, result, held, judge.verifyOptions(), terminal)
}

/** Until interrupted. A server that is away or lies is told once, and asked again: what is held stays. */
async function keepFetching(
  context: CliContext,
  url: string,
  options: Options,
  judge: Judge,
  first: HeldProof | null,
  every: number,
): Promise<ExitCode> {
  const { terminal, signal } = context
  let held = first
  let told = ''
  const trouble = (key: string, say: () => void) => {
    if (key !== told && !signal.aborted) say()
    told = key
  }
  while (!signal.aborted) {
    try {
      const fetched = await fetchOnce(context, url, options, judge, held)
      if (fetched.ok) {
        if (fetched.newer || told !== '') tell(context, options, fetched.chain, fetched.newer)
        held = fetched
        told = ''
      } else trouble(`${fetched.reject}: ${fetched.detail}`, () => refuse(context, options, fetched))
    } catch (error) {
      if (errorCode(error) !== 'E_FETCH') {
        if (signal.aborted) break
        throw error
      }
      const { message } = error as Error
      trouble(message, () => terminal.note(message))
    }
    await delay(every * 1000, undefined, { signal }).catch(() => undefined)
  }
  return EXIT.interrupted
}

function tell({ terminal }: CliContext, { out, json }: Options, chain: ProvedChain, newer: boolean): void {
  if (json) terminal.result(jsonLine({ ...verifyJson(chain), file: out, changed: newer }))
  else
    terminal.result(
      `${out} ${newer ? 'now' : 'already'} proves height ${chain.height}, tip ${chain.tip}${restsOn(chain)}`,
    )
}

/** What makes a proof worth less than it seems. */
function restsOn({ setup, pow }: ProvedChain): string {
  return `${setup === 'ceremony' ? '' : ', INSECURE-DEV setup'}${pow === 'weak' ? ', weak pow' : ''}`
}

function refuse({ terminal }: CliContext, { json, key }: Options, refused: { reject: string; detail: string }): void {
  const { reject, detail } = refused
  if (json) terminal.result(jsonLine({ valid: false, reason: reject, detail }))
  terminal.note(`not taken: ${reject}: ${detail}`)
  const cure = cureOf(reject, undefined, { key })
  if (cure !== null) terminal.note(cure)
}

function seconds(text: string): number {
  if (!/^[0-9]{1,4}$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('not a number of seconds from 1 to 9999')
  return Number(text)
}
