import { poseidonOf, verifyAttestation } from '../../bus/index.ts'
import { bytesToHex, type Rejection, rejection } from '../../lib/index.ts'
import { intoNewFolder } from '../attest/into-new-folder.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { blockAt } from '../graph-result.ts'
import { height } from '../inputs.ts'
import { openJudge, readProof } from '../proved-chain.ts'
import { tellRefused } from '../refused.ts'
import { type ResultsOptions, withResults, withResultsOf } from '../results-place.ts'
import { jsonLine } from '../text.ts'

interface Options extends ResultsOptions {
  readonly proof: string
  readonly out: string
  readonly height?: number
  readonly key?: string
  readonly json?: boolean
}

const HELP = `
Of the results of the graph that count in the node's chain up to the proof's height, or --height, the one of the greatest height: its
record, and what the result is verified by, the header that it stands at or what it read.
`

export const addAttestResult: AddCommand = (parent, run) => {
  withResults(parent.command('result'))
    .description('attest the latest result of a graph that counts, in a folder, for a graph that reads it')
    .requiredOption('--proof <FILE>', 'the bus proof under which it is to be checked (required)')
    .requiredOption('--out <DIR>', 'a new folder, which gets a file for each attestation (required)')
    .option('--height <H>', 'the latest up to this block (default: the proof’s)', height)
    .addOption(shared.key())
    .addOption(shared.json())
    .addHelpText(
      'after',
      HELP + examples('attest result --graph graphs/header-count --proof chain.proof --out counted'),
    )
    .action(run(attestResult))
}

async function attestResult(context: CliContext, options: Options): Promise<ExitCode> {
  const { terminal, signal } = context
  const refuse = (refusal: Pick<Rejection, 'reject' | 'detail'>) =>
    tellRefused(context, options, refusal, 'no attestations')
  if (options.graph?.length !== 1) throw usageError('name the graph of the result by --graph, once')
  const judge = await openJudge(options, context)
  const proved = await judge.verify(await readProof(options.proof))
  if (!proved.ok) return refuse(rejection(`proof:${proved.reject}`, proved.detail))
  const { chain } = proved
  return await withResultsOf(options, context, { once: true }, async (place) => {
    await place.results.caughtUp()
    terminal.settle()
    const { height: most = chain.height } = options
    if (most > chain.height) throw usageError(`--height is ${most}, the proof is of height ${chain.height}`)
    const to = await blockAt(place, most, signal)
    const under = { height: chain.height, hash: chain.tip }
    const program = bytesToHex((place.programs[0] as (typeof place.programs)[number]).id)
    const found = await place.judge.latest(program, { to, under }, signal)
    if (!found.ok) return refuse(found)
    const { attestations } = found.evidence
    const written = await intoNewFolder(options.out, async (write) => {
      for (const one of attestations) {
        const checked = verifyAttestation(one, chain, poseidonOf(judge.verifier))
        if (!checked.ok) return checked
        await write(one)
      }
      return { ok: true }
    })
    if (!written.ok) return refuse(written)
    const about = { folder: options.out, program, attestations: attestations.length, tipHeight: chain.height }
    if (options.json) terminal.result(jsonLine(about))
    else terminal.result(`${options.out}: a result of ${program} attested under a proof of ${chain.height}`)
    return EXIT.valid
  })
}
