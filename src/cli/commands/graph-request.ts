import { randomBytes } from 'node:crypto'
import { openKernel } from '../../../storage/io/index.ts'
import { encodeAttestation } from '../../bus/index.ts'
import { encodeResult, inputSources, resultIdentity, verifyCircuit } from '../../compute/index.ts'
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
import { argumentsOption, readArgumentsFile, readOpenArguments } from '../graph-arguments.ts'
import { type EvidenceOptions, evidenceOptions, readEvidence } from '../graph-evidence.ts'
import { graphArgument, graphFiles } from '../graph-place.ts'
import { namedJson, namedLines } from '../graph-text.ts'
import { requireWritable } from '../outputs.ts'
import { type JudgeOptions, openJudge, readProof } from '../proved-chain.ts'
import { count } from '../queue-place.ts'
import { tellRefused } from '../refused.ts'
import { peerOption } from '../storage-place.ts'
import { jsonLine } from '../text.ts'

interface Options extends JudgeOptions, EvidenceOptions {
  readonly peer?: readonly string[]
  readonly arguments?: string
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
    .description('have a compute node prove what a circuit makes of an input, and verify it')
    .requiredOption('--proof <FILE>', 'the bus proof under which the input is attested (required)')
    .requiredOption('--out <FILE>', 'where to write the result (required)')
    .option('--seconds <S>', 'how long the result is of use', count, 300)
    .option('--max-constraints <N>', 'the most that the circuit may have (default: what it has)', count)
    .addOption(peerOption())
    .addOption(argumentsOption())
  addOptions(command, ...evidenceOptions(), ...judgeOptions(), shared.ptau(), shared.json())
    .addHelpText(
      'after',
      HELP +
        examples(
          'graph request graphs/digits --peer /ip4/127.0.0.1/tcp/8543 --attestation image.attestation --proof chain.proof --network regtest --out image.result',
        ),
    )
    .action(run(request))
}

async function request(context: CliContext, folder: string, options: Options): Promise<ExitCode> {
  const { terminal, signal } = context
  const { peer: peers = [], out, seconds, json } = options
  if (parseAddresses(peers).length === 0) throw usageError('name a compute node by --peer')
  await requireWritable(out, context.env, options, ...(await graphFiles(folder)))
  const judge = await openJudge(options, context)
  await requireGraphSetup(folder, judge.params, options, context)
  const proved = await judge.verify(await readProof(options.proof))
  if (!proved.ok) return tellRefused(context, options, rejection(`proof:${proved.reject}`, proved.detail))
  const { chain } = proved
  const opened = await openAcceptedProgram(folder, judge.params, options, context)
  if (!opened.ok) return tellRefused(context, options, opened)
  const { program } = opened
  if (program.kind !== 'circuit')
    throw usageError(
      program.kind === 'stream'
        ? 'a stream is proved by the nodes that serve it, at each block at which it is due'
        : `${program.manifest.name} counts transactions, which no node does by itself yet: prove it yourself, by wsc graph prove`,
    )
  const { manifest, verifier } = program
  if (manifest.program.history !== undefined) {
    throw usageError(
      `${manifest.name} opens headers of the history, which no node serves yet: wsc graph prove proves it`,
    )
  }
  if (manifest.program.arguments.some((one) => one.private)) {
    throw usageError(`${manifest.name} takes private arguments: prove it yourself, by wsc graph prove`)
  }
  await readArgumentsFile(program, options.arguments)
  const given = options.arguments === undefined ? '{}' : await readOpenArguments(options.arguments)
  const read = await readEvidence(inputSources(manifest), options)
  if (!read.ok) return tellRefused(context, options, read)
  const { evidence } = read
  const asked = await requestProof({
    ...{ params: judge.params, peers, timeoutMs: PEER_MS, signal },
    request: {
      ...{ kind: 'request', id: bytesToHex(randomBytes(32)), program: bytesToHex(program.id) },
      ...{ proofSystem: manifest.program.proofSystem, seconds },
      maxConstraints: options.maxConstraints ?? program.constraints,
      ...{ maxSatoshis: 0n, destination: 'asker', arguments: given },
      evidence: evidence.map(({ attestations, content }) => ({
        attestations: attestations.map(encodeAttestation),
        content: content ?? null,
      })),
    },
    told: (state) => terminal.progress(`${state} …`),
  })
  terminal.settle()
  if (!asked.ok) {
    terminal.note(`no result: ${asked.reject}: ${asked.detail}`)
    return asked.reject === 'no-answer' ? EXIT.unjudged : EXIT.invalid
  }
  const { result } = asked.message
  if (result.kind !== 'circuit') return tellRefused(context, options, rejection('wrong-kind', `of a ${result.kind}`))
  const [kernel, params] = [await openKernel(), judge.params]
  const under = { program: program.id, manifest, verifier, chain, params, evidence, kernel }
  const checked = await verifyCircuit(result, under)
  if (!checked.ok) return tellRefused(context, options, checked)
  const bytes = encodeResult(result)
  await writeAtomic(diskFiles, out, bytes)
  const { outputs, arguments: shown, height, blockHash } = checked.verified
  const named = { outputs, arguments: shown }
  const about = {
    program: bytesToHex(program.id),
    identity: bytesToHex(resultIdentity(manifest, result)),
    height,
    blockHash,
  }
  if (json) terminal.result(jsonLine({ valid: true, ...about, ...namedJson(named), file: out, bytes: bytes.length }))
  else {
    terminal.result(`${out}: ${bytes.length} bytes prove what ${manifest.name} makes of it, and are verified`)
    for (const line of namedLines(named)) terminal.result(line)
  }
  return EXIT.valid
}
