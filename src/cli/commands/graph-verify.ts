import type { Command } from 'commander'
import { decodeResult, isOfShape, MAX_RESULT_BYTES, resultIdentity, verifyStream } from '../../compute/index.ts'
import { readGraph } from '../../compute/io/index.ts'
import { bytesToHex, type Rejection, rejection } from '../../lib/index.ts'
import { openAcceptedProgram, requireGraphSetup } from '../accepted-program.ts'
import { readAttestationFile } from '../attest/read-attestation-file.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, judgeOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { verifyCircuitResult } from '../graph-circuit.ts'
import { type EvidenceOptions, evidenceOptions } from '../graph-evidence.ts'
import { requireGraphOptions } from '../graph-options.ts'
import { namedLogJson, namedLogLines, saidJson, saidLines, shows } from '../graph-text.ts'
import { verifyTransactionsResult } from '../graph-transactions.ts'
import { readUpTo } from '../inputs.ts'
import { cureOf } from '../proof-cure.ts'
import { type JudgeOptions, openJudge, readProof } from '../proved-chain.ts'
import { tellRefused } from '../refused.ts'
import { type SourceGraphOptions, sourceGraphOption } from '../source-graphs.ts'
import { jsonLine, plural, setupText } from '../text.ts'

interface Options extends JudgeOptions, EvidenceOptions, SourceGraphOptions {
  readonly proof: string
  readonly prefix?: string
  readonly graph: string
  readonly ptau?: string
  readonly json?: boolean
}

export const addGraphVerify: AddCommand = (parent, run) => {
  const command = parent
    .command('verify')
    .argument('<FILE>', 'result')
    .description('verify a result under a bus proof; the program is built anew from its folder')
    .requiredOption('--proof <FILE>', 'the bus proof, of the result’s height unless --prefix is given (required)')
    .option(
      '--prefix <FILE>',
      'prefix proof (wsc attest prefix): brings a result of an older height to a later bus proof',
    )
    .option('--graph <DIR>', 'folder of the graph', '.')
  addOptions(command, ...evidenceOptions(), sourceGraphOption(), ...judgeOptions(), shared.ptau())
    .addOption(shared.json())
    .addHelpText(
      'after',
      examples(
        'graph verify stats.result --proof chain.proof --graph graphs/chain-stats --network regtest',
        'graph verify image.result --attestation image.attestation --proof chain.proof --graph graphs/digits --network regtest',
        'graph verify stats.result --proof later.proof --prefix stats.prefix --graph graphs/chain-stats --network regtest',
      ),
    )
    .action(run(verify))
}

async function verify(context: CliContext, file: string, options: Options, command: Command): Promise<ExitCode> {
  const { terminal } = context
  const refuse = (refusal: Pick<Rejection, 'reject' | 'detail'>) => tellRefused(context, options, refusal)
  const { manifest: own } = await readGraph(options.graph)
  const decoded = decodeResult(await readUpTo(file, MAX_RESULT_BYTES))
  if (!decoded.ok) return refuse(decoded)
  // Whatever that is, no attestation and no prefix proof would help.
  if (!isOfShape(own, decoded.result))
    return refuse(rejection('wrong-program', `no result of ${own.name}, but of another program`))
  requireGraphOptions('verify', { manifest: own }, command)
  const judge = await openJudge(options, context)
  const proof = await readProof(options.proof)
  const proved = await judge.verify(proof)
  if (!proved.ok) {
    const exit = refuse(rejection(`proof:${proved.reject}`, proved.detail))
    const cure = cureOf(proved.reject, proof, options)
    if (cure !== null) terminal.note(cure)
    return exit
  }
  await requireGraphSetup(options.graph, judge.params, options, context)
  const { chain } = proved
  const opened = await openAcceptedProgram(options.graph, judge.params, options, context)
  if (!opened.ok) return refuse(opened)
  const { program } = opened
  const { result } = decoded
  if (program.kind === 'circuit' && result.kind === 'circuit') {
    const judged = { chain, params: judge.params }
    return await verifyCircuitResult(context, program, result, judged, options)
  }
  if (program.kind === 'transactions' && result.kind === 'transactions') {
    const cure = (reject: string) => cureOfHeights(reject, result.height, chain.height, options)
    return await verifyTransactionsResult(context, program, result, chain, options, cure)
  }
  if (program.kind !== 'stream' || result.kind !== 'stream') {
    return refuse(rejection('wrong-program', 'a result of another program'))
  }
  const read = options.prefix === undefined ? undefined : await readAttestationFile(options.prefix)
  if (read?.ok === false) return refuse(rejection(`prefix:${read.reject}`, read.detail))
  const prefix = read?.attestation
  const { id, manifest, verifier } = program
  const began = performance.now()
  const checked = await verifyStream(result, { program: id, manifest, verifier, chain, prefix })
  const ms = performance.now() - began
  if (!checked.ok) {
    const exit = refuse(checked)
    const cure = cureOfHeights(checked.reject, result.height, chain.height, options)
    if (cure !== null) terminal.note(cure)
    return exit
  }
  const { verified } = checked
  const { height, blockHash, confirmations, steps } = verified
  const identity = bytesToHex(resultIdentity(manifest, result))
  const about = { program: bytesToHex(id), identity, height, blockHash, confirmations, steps, setup: verifier.setup }
  if (options.json) {
    const said = { ...saidJson(verified), ...namedLogJson(verified) }
    terminal.result(jsonLine({ valid: true, reason: null, detail: null, ...about, ...said }))
  } else {
    terminal.result(`valid     ${manifest.name} at height ${height}, ${plural(steps, 'step')} (${ms.toFixed(0)} ms)`)
    terminal.result(`program   ${about.program}`)
    for (const line of [...saidLines(verified), ...namedLogLines(verified)]) terminal.result(line)
    terminal.result(`setup     ${setupText(verifier.setup)}`)
    terminal.result(shows(verified))
  }
  return EXIT.valid
}

/** What brings together a result, a bus proof and a prefix proof of different heights; null for other reasons. */
function cureOfHeights(
  reject: string,
  height: number,
  tipHeight: number,
  { proof, prefix, network }: Pick<Options, 'proof' | 'prefix' | 'network'>,
): string | null {
  const on = network === undefined ? '' : ` --network ${network}`
  if (reject === 'prefix:other-proof') {
    return `\`wsc attest refresh ${prefix} --proof ${proof} --out ${prefix}${on}\` brings it to this proof`
  }
  if (reject !== 'wrong-height') return null
  if (height > tipHeight) return `it takes a bus proof of height ${height}, or of a later one with --prefix`
  return `\`wsc attest prefix ${height} --proof ${proof} --out FILE${on}\` makes what \`--prefix FILE\` takes`
}
