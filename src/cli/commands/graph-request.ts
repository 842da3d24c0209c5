import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { storageParams } from '../../../storage/index.ts'
import { toDisplay } from '../../bitcoin/index.ts'
import { encodeResult, resultIdentity } from '../../compute/index.ts'
import { type OnceOfKeys, type Program, readGraph } from '../../compute/io/index.ts'
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
import { type AskingOptions, askingOf, provedOnRequest, requireOpenArguments } from '../graph-asking.ts'
import { evidenceOptions } from '../graph-evidence.ts'
import { requireGraphOptions } from '../graph-options.ts'
import { graphArgument, graphFiles } from '../graph-place.ts'
import { type InscribedRequestOptions, inscribedRequestOptions, requestOnChain } from '../inscribed-request.ts'
import { requireWritable } from '../outputs.ts'
import { type JudgeOptions, openJudge, readProof } from '../proved-chain.ts'
import { count } from '../queue-place.ts'
import { tellRefused } from '../refused.ts'
import { requireWayOptions } from '../request-ways.ts'
import { sourceGraphFiles, sourceGraphOption } from '../source-graphs.ts'
import { peerOption } from '../storage-place.ts'
import { jsonLine } from '../text.ts'
import { selectionOptions } from '../transaction-options.ts'

interface Options extends JudgeOptions, AskingOptions, InscribedRequestOptions {
  readonly peer?: readonly string[]
  readonly partitionBits?: number
  readonly proof?: string
  readonly out?: string
  readonly seconds: number
}

const PEER_MS = 30_000

const HELP = `
Asked by --peer, with --proof and --out, the peer is not trusted: what it gives is verified under the bus proof before it is written. It sees what the program reads, and its
arguments; a program with private ones is proved by whoever has them. An interrupt cancels the request.

With --inscribe a record on Bitcoin asks: whoever serves the graph proves it in turn, by its own chain, until the deadline. Inputs are
named by their inscriptions and are read as of the tip. The author pays the record's fee and nothing else; nobody is paid for proving. A
node with a budget inscribes the result where --destination says so. --status and --cancel go by the chain alone.

Exit code 1: the result does not hold, or there is none; no such request is in the chain.
`

export const addGraphRequest: AddCommand = (parent, run) => {
  const command = parent
    .command('request')
    .addArgument(graphArgument())
    .description(
      'have compute nodes prove what a program makes of an input or of transactions, asked as peers or by a record on Bitcoin',
    )
    .option('--proof <FILE>', 'of a peer: the bus proof under which the input is attested, or transactions are counted')
    .option('--out <FILE>', 'of a peer: where to write the result')
    .option('--seconds <S>', 'of a peer: how long the result is of use', count, 300)
    .option('--max-constraints <N>', 'the most that the circuit may have (default: what it has)', count)
    .addOption(peerOption())
    .addOption(argumentsOption())
  inscribedRequestOptions(command)
  addOptions(command, ...evidenceOptions(), sourceGraphOption(), ...selectionOptions(), ...judgeOptions())
  addOptions(command, shared.partitionBits(), shared.ptau(), shared.json())
    .addHelpText(
      'after',
      HELP +
        examples(
          'graph request graphs/digits --peer /ip4/127.0.0.1/tcp/8543 --attestation image.attestation --proof chain.proof --network regtest --out image.result',
          'graph request graphs/payments --peer /ip4/127.0.0.1/tcp/8543 --script ADDRESS --from 830000 --to 830010 --proof chain.proof --out paid.result',
          'graph request graphs/digits --inscribe --input ID --max-satoshis 5000 --network regtest',
          'graph request graphs/digits --status ID --network regtest',
        ),
    )
    .action(run(request))
}

async function request(context: CliContext, folder: string, options: Options, command: Command): Promise<ExitCode> {
  const [way = 'peer', ...more] = (['inscribe', 'status', 'cancel'] as const).filter(
    (one) => options[one] !== undefined,
  )
  if (more.length > 0) throw usageError('--inscribe, --status and --cancel are three commands')
  requireWayOptions(way, command)
  if (way !== 'peer') return await requestOnChain(context, folder, options, requestable)
  const { proof, out } = options
  if (proof === undefined || out === undefined) {
    throw usageError('name --proof and --out for a request to a peer, or ask by --inscribe')
  }
  return await requestOfPeer(context, folder, { ...options, proof, out }, command)
}

/** A program that nodes prove for a record. Throws a usage error for others. */
function requestable(program: Program): OnceOfKeys {
  const asked = provedOnRequest(program)
  if (asked.kind === 'transactions') {
    throw usageError(`${asked.manifest.name} counts transactions: ask a peer for it, by --peer`)
  }
  requireOpenArguments(asked)
  return asked
}

async function requestOfPeer(
  context: CliContext,
  folder: string,
  options: Options & { readonly proof: string; readonly out: string },
  command: Command,
): Promise<ExitCode> {
  const { terminal, signal } = context
  const { peer: peers = [], out, seconds, json } = options
  if (parseAddresses(peers).length === 0) throw usageError('name a compute node by --peer')
  await requireWritable(out, context.env, options, ...(await graphFiles(folder)), ...(await sourceGraphFiles(options)))
  requireGraphOptions('request', await readGraph(folder), command)
  const judge = await openJudge(options, context)
  const storage = storageParams(judge.params, options)
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
    ...{ storage, peers, timeoutMs: PEER_MS, signal },
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
