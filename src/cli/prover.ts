import type { NetworkParams } from '../bitcoin/index.ts'
import { chainStart, needsNoCeremony } from '../bus/index.ts'
import { type OpenProver, type OpenProverOptions, proverKeys } from '../bus/io/index.ts'
import type { KeyDirectory } from '../proving/io/index.ts'
import { insecureAllowed } from './config.ts'
import type { CliContext } from './context.ts'
import { usageError } from './exit.ts'
import { readAnchor, readNetwork, requireProvable } from './inputs.ts'
import { dataDir } from './places.ts'
import { duration } from './terminal.ts'

/** What every command that proves takes. */
export interface ProverFlags {
  readonly network?: string
  readonly anchor?: string
  readonly dataDir?: string
  readonly ptau?: string
  readonly insecureDevSetup?: boolean
  /** Seconds. */
  readonly checkpointEvery?: number
}

/** What a prover is opened with, by flags and environment; keys are made where there are none yet. */
export async function proverOptions(flags: ProverFlags, context: CliContext): Promise<OpenProverOptions> {
  const params = requireProvable(await readNetwork(flags.network))
  const anchor = await readAnchor(flags.anchor, params)
  const allowInsecureSetup = insecureAllowed(flags.insecureDevSetup, context.env)
  requireSetup(params, flags.ptau, allowInsecureSetup)
  const keys = await makeKeys(flags.ptau, context)
  return {
    params,
    anchor,
    keys,
    allowInsecureSetup,
    dir: flags.dataDir ?? dataDir(context.env, params, chainStart(params, anchor)),
    clock: context.clock,
    ...(flags.checkpointEvery !== undefined && { checkpointEveryMs: flags.checkpointEvery * 1000 }),
  }
}

/** The ceremony's powers where a network needs them, unless it was said that the development's will do. */
export function requireSetup(params: NetworkParams, ptau: string | undefined, insecure: boolean): void {
  if (ptau !== undefined || needsNoCeremony(params) || insecure) return
  throw usageError(
    `a proof of ${params.name} must rest on the public ceremony: give its file by --ptau FILE, ` +
      'or say --insecure-dev-setup to use the development powers, whose secret is public; ' +
      'if the chain is that of another network, name it by --network',
  )
}

/** Parameters and keys for proving: the ceremony's where a file of its powers is given, else the development's. */
export async function makeKeys(ptau: string | undefined, { terminal, signal }: CliContext): Promise<KeyDirectory> {
  const keys = await proverKeys({
    ptau,
    signal,
    onProgress: (stage, done, total) => terminal.progress(setupLine(stage, done, total)),
  })
  terminal.settle()
  return keys
}

/** A stage of the set-up; how far it is only where that is counted finely. */
export function setupLine(stage: string, done: number, total: number): string {
  if (stage === 'compile') return 'circuit …'
  return `setup: ${stage} …${total > 10 ? ` ${Math.floor((100 * done) / total)} %` : ''}`
}

/** Shows what a prover tells of itself. */
export function showProver({ prover, start, verifier }: OpenProver, { terminal }: CliContext): void {
  if (verifier.setup === 'insecure-dev') {
    terminal.note('setup: INSECURE-DEV powers of tau; whoever knows their public secret can forge such proofs')
  }
  let resumed = false
  prover.events.on('progress', ({ from, height, to, secondsPerHeader }) => {
    if (!resumed && from > start.start.height) terminal.note(`goes on from the checkpoint at height ${from}`)
    resumed = true
    const left = duration((to - height) * secondsPerHeader)
    terminal.progress(`folded ${height} of ${to}, ${secondsPerHeader.toFixed(2)} s a header, ${left} left`)
  })
}
