import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { toDisplay } from '../../bitcoin/index.ts'
import { encodeResult, resultIdentity } from '../../compute/index.ts'
import { readGraph } from '../../compute/io/index.ts'
import { bytesToHex, rejection } from '../../lib/index.ts'
import { diskFiles, writeAtomic } from '../../lib/io/index.ts'
import { requestProof } from '../../node/index.ts'
import { parseAddresses } from '../../p2p/index.ts'
import { openAcceptedProgram, requireGraphSetup } from '../accepted-program.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, judgeOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { argumentsOption } from '../graph-arguments.ts'
import { type AskingOptions, askingOf } from '../graph-asking.ts'
import { evidenceOptions } from '../graph-evidence.ts'
import { requireGraphOptions } from '../graph-options.ts'
import { graphArgument, graphFiles } from '../graph-place.ts'
import { selectionOptions } from '../graph-transactions.ts'
import { requireWritable } from '../outputs.ts'
import { type JudgeOptions, openJudge, readProof } from '../proved-chain.ts'
import { count } from '../queue-place.ts'
import { tellRefused } from '../refused.ts'
import { sourceGraphFiles, sourceGraphOption } from '../source-graphs.ts'
import { peerOption } from '../storage-place.ts'
import { jsonLine } from '../text.ts'

interface Options extends JudgeOptions, AskingOptions {
  readonly peer?: readonly string[]
  readonly proof: string
  readonly out: string
  readonly seconds: number
  readonly maxConstraints?: number
  readonly ptau?: string
  readonly json?: boolean
}

const PEER_MS = 30_000

const HELP = `
The peer is not trusted: what it gives is verified under the bus proof before it is written. It sees what the program reads, and its
arguments; a program with private ones is proved by whoever has them. An interrupt cancels the request.
`

export const addGraphRequest: AddCommand = (parent, run) => {
  const command = parent
    .command('request')
    .addArgument(graphArgument())
    .description('have a compute node prove what a program makes of an input or of transactions, and verify it')
    .requiredOption(
      '--proof <FILE>',
      'the bus proof under which the input is attested, or transactions are counted (required)',
    )
    .requiredOption('--out <FILE>', 'where to write the result (required)')
    .option('--seconds <S>', 'how long the result is of use', count, 300)
    .option('--max-constraints <N>', 'the most that the circuit may have (default: what it has)', count)
    .addOption(peerOption())
    .addOption(argumentsOption())
  addOptions(command, ...evidenceOptions(), sourceGraphOption(), ...selectionOptions(), ...judgeOptions())
  addOptions(command, shared.ptau(), shared.json())
    .addHelpText(
      'after',
      HELP +
        examples(
          'graph request graphs/digits --peer /ip4/127.0.0.1/tcp/8543 --attestation image.attestation --proof chain.proof --network regtest --out image.result',
          'graph request graphs/payments --peer /ip4/127.0.0.1/tcp/8543 --script ADDRESS --from 830000 --to 830010 --proof chain.proof --out paid.result',
        ),
    )
    .action(run(request))
}

async function request(context: CliContext, folder: string, options: Options, command: Command): Promise<ExitCode> {
  const { terminal, signal } = context
  const { peer: peers = [], out, seconds, json } = options
  if (parseAddresses(peers).length === 0) throw usageError('name a compute node by --peer')
  await requireWritable(out, context.env, options, ...(await graphFiles(folder)), ...(await sourceGraphFiles(options)))
  requireGraphOptions('request', await readGraph(folder), command)
  const judge = await openJudge(options, context)
  await requireGraphSetup(folder, judge.params, options, context)
  const proved = await judge.verify(await readProof(options.proof))
  if (!proved.ok) return tellRefused(context, options, rejection(`proof:${proved.reject}`, proved.detail))
  const { chain } = proved
  const opened = await openAcceptedProgram(folder, judge.params, options, context)
  if (!opened.ok) return tellRefused(context, options, opened)
  const { program } = opened
  const read = await askingOf(program, options, { chain, params: judge.params, context })
  if (!read.ok) return tellRefused(context, options, read)
  const { asking } = read
  const asked = await requestProof({
    ...{ params: judge.params, peers, timeoutMs: PEER_MS, signal },
    request: {
      ...{ kind: 'request', id: bytesToHex(randomBytes(32)), program: bytesToHex(program.id), seconds },
      maxConstraints: options.maxConstraints ?? program.constraints,
      ...{ maxSatoshis: 0n, destination: 'asker', ...asking.asked },
    },
    told: (state) => terminal.progress(`${state} …`),
  })
  terminal.settle()
  if (!asked.ok) {
    terminal.note(`no result: ${asked.reject}: ${asked.detail}`)
    return asked.reject === 'no-answer' ? EXIT.unjudged : EXIT.invalid
  }
  const { result } = asked.message
  const checked = await asking.judge(result)
  if (!checked.ok) return tellRefused(context, options, checked)
  const bytes = encodeResult(result)
  await writeAtomic(diskFiles, out, bytes)
  const { manifest, id } = program
  const about = {
    ...{ program: bytesToHex(id), identity: bytesToHex(resultIdentity(manifest, result)) },
    ...{ height: result.height, blockHash: toDisplay(result.blockHash) },
  }
  if (json) terminal.result(jsonLine({ valid: true, ...about, ...checked.says, file: out, bytes: bytes.length }))
  else {
    terminal.result(`${out}: ${bytes.length} bytes prove what ${manifest.name} makes of it, and are verified`)
    for (const line of checked.lines) terminal.result(line)
  }
  return EXIT.valid
}
