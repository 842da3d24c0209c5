import type { NetworkParams } from '../bitcoin/index.ts'
import type { BitcoindClient } from '../bitcoin/io/index.ts'
import type { CompiledOnce, HeldCeremony, HeldReject } from '../compute/io/index.ts'
import { setUpGraph } from '../compute/io/index.ts'
import { bytesToHex, type Result } from '../lib/index.ts'
import type { Contribution } from '../proving/index.ts'
import { insecureAllowed } from './config.ts'
import type { CliContext } from './context.ts'
import { EXIT, type ExitCode, usageError } from './exit.ts'
import { openCompiled } from './graph-place.ts'
import { readNetwork } from './inputs.ts'
import { requireSetup } from './prover.ts'
import { tellRefused } from './refused.ts'
import { openBitcoind, type RpcOptions } from './source.ts'
import { jsonLine, printable, setupText } from './text.ts'

/** The graph in a folder, which Groth16 proves. */
export async function openForCeremony(folder: string, context: CliContext): Promise<CompiledOnce> {
  const graph = await openCompiled(folder, context)
  if (graph.kind === 'circuit' && graph.manifest.program.proofSystem === 'groth16') return graph
  throw usageError(`a ceremony is for graphs with proofSystem: groth16, ${graph.manifest.name} has another`)
}

/** What commands take that ask a node of what was inscribed. */
export interface CeremonyChainOptions extends RpcOptions {
  readonly network?: string
  readonly ptau?: string
  readonly insecureDevSetup?: boolean
  readonly json?: boolean
}

/** Opens graph and node, has `work` judge the ceremony, and tells what it was found to be. */
export async function tellCeremony(
  folder: string,
  options: CeremonyChainOptions,
  context: CliContext,
  work: (
    graph: CompiledOnce,
    open: { readonly params: NetworkParams; readonly client: BitcoindClient },
  ) => Promise<Result<{ readonly held: HeldCeremony }, HeldReject>>,
): Promise<ExitCode> {
  const { terminal, env, signal } = context
  const params = await readNetwork(options.network)
  requireSetup(params, options.ptau, insecureAllowed(options.insecureDevSetup, env))
  const graph = await openForCeremony(folder, context)
  const client = await openBitcoind(options, params, context)
  const judged = await work(graph, { params, client }).finally(() => client.close())
  if (!judged.ok) return tellRefused(context, options, judged)
  const { people, chain, setup } = judged.held
  const { id, keyId } = await setUpGraph(graph, { signal })
  const about = { program: bytesToHex(id), key: keyId, setup }
  const { beaconHeight: height, beaconBlock: hash } = chain
  if (options.json) {
    const contributions = people.map(contributionJson)
    terminal.result(jsonLine({ valid: true, ...about, contributions, beacon: { height, hash } }))
    return EXIT.valid
  }
  for (const line of contributionLines(people)) terminal.result(line)
  terminal.result(`beacon    block ${height}, ${hash}`)
  terminal.result(`program   ${about.program}`)
  terminal.result(`key       ${keyId}`)
  terminal.result(`setup     ${setupText(setup)}`)
  return EXIT.valid
}

export function contributionJson({ name, hash, beacon }: Contribution): object {
  return { name, hash: bytesToHex(hash), beacon: beacon === null ? null : bytesToHex(beacon.bytes) }
}

/** One line each; names are whatever somebody wrote. */
export function contributionLines(contributions: readonly Contribution[]): string[] {
  return contributions.map(({ name, hash, beacon }, i) => {
    const who = beacon === null ? printable(name) : `beacon ${bytesToHex(beacon.bytes)}`
    return `${String(i + 1).padStart(8)}  ${bytesToHex(hash)}  ${who}`
  })
}
