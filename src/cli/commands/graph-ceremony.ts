import { InvalidArgumentError } from 'commander'
import { lastContribution } from '../../compute/index.ts'
import { finishCeremony, verifyCeremony } from '../../compute/io/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import { diskFiles, writeAtomic } from '../../lib/io/index.ts'
import { beginCeremony, contribute, contributionsOf } from '../../proving/io/index.ts'
import {
  type CeremonyChainOptions,
  contributionJson,
  contributionLines,
  openForCeremony,
  tellCeremony,
} from '../ceremony-place.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, bitcoindOptions, insecureAllowed, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { graphArgument } from '../graph-place.ts'
import { height, readNetwork } from '../inputs.ts'
import { requireWritable } from '../outputs.ts'
import { requireSetup, setupLine } from '../prover.ts'
import { tellRefused } from '../refused.ts'
import { jsonLine } from '../text.ts'

export const addGraphCeremony: AddCommand = (parent, run) => {
  const ceremony = parent
    .command('ceremony')
    .description(
      'makes the key of a graph that Groth16 proves, by many: who keeps one secret to himself cannot be cheated',
    )
  for (const add of [addBegin, addContribute, addShow, addFinish, addVerify]) add(ceremony, run)
}

interface BeginOptions {
  readonly out: string
  readonly network?: string
  readonly ptau?: string
  readonly insecureDevSetup?: boolean
}

const addBegin: AddCommand = (parent, run) => {
  const command = parent
    .command('begin')
    .addArgument(graphArgument())
    .description('make the first key out of powers of tau that are prepared for phase 2')
    .requiredOption('--out <FILE>', 'where to write the key (required)')
  addOptions(command, shared.network(), shared.ptau(), shared.insecureDevSetup())
    .addHelpText('after', examples('graph ceremony begin claim --ptau prepared.ptau --out 0.zkey'))
    .action(
      run(async (context: CliContext, folder: string, options: BeginOptions) => {
        const { terminal, env, signal } = context
        await requireWritable(options.out, env, options)
        const { ptau } = options
        requireSetup(await readNetwork(options.network), ptau, insecureAllowed(options.insecureDevSetup, env))
        const graph = await openForCeremony(folder, context)
        const onProgress = (stage: string, done: number, total: number) =>
          terminal.progress(setupLine(stage, done, total))
        await beginCeremony(graph.circuit, options.out, { ...(ptau !== undefined && { ptau }), signal, onProgress })
        terminal.settle()
        terminal.result(`${options.out}: the first key of ${graph.manifest.name}`)
        terminal.note(`next: wsc graph ceremony contribute ${options.out} --name NAME --out 1.zkey`)
        return EXIT.valid
      }),
    )
}

const addContribute: AddCommand = (parent, run) => {
  parent
    .command('contribute')
    .argument('<KEY>', 'the key that the one before has made')
    .description('add a secret to a key, which is drawn, used and forgotten, and never seen by anybody')
    .requiredOption('--name <NAME>', 'whose contribution it is, for all to read (required)', contributor)
    .requiredOption('--out <FILE>', 'where to write the new key (required)')
    .addOption(shared.json())
    .addHelpText('after', examples('graph ceremony contribute 0.zkey --name Alice --out 1.zkey'))
    .action(
      run(
        async (
          context: CliContext,
          from: string,
          options: { readonly name: string; readonly out: string; readonly json?: boolean },
        ) => {
          const { terminal, env, signal } = context
          const { out, name } = options
          await requireWritable(out, env, {}, from)
          const read = await contributionsOf(from)
          if (!read.ok) return tellRefused(context, options, read)
          if (read.contributions.at(-1)?.beacon) {
            return tellRefused(context, options, { reject: 'finished', detail: 'the beacon was applied already' })
          }
          terminal.progress('contribute …')
          await contribute({ from, to: out }, name, signal)
          terminal.settle()
          return await tellContributions(context, out, options)
        },
      ),
    )
}

const addShow: AddCommand = (parent, run) => {
  parent
    .command('show')
    .argument('<KEY>', 'a key of a ceremony')
    .description('list the contributions to a key; with --hash-out write the hash of the last one, which is inscribed')
    .option('--hash-out <FILE>', 'where to write the hash of the last contribution, 64 bytes')
    .addOption(shared.json())
    .addHelpText(
      'after',
      examples('graph ceremony show 2.zkey --hash-out last.hash', 'inscribe --body last.hash --network regtest'),
    )
    .action(
      run(async (context: CliContext, key: string, options: { readonly hashOut?: string; readonly json?: boolean }) => {
        if (options.hashOut === undefined) return await tellContributions(context, key, options)
        await requireWritable(options.hashOut, context.env, {}, key)
        const read = await contributionsOf(key)
        const fixed = read.ok ? lastContribution(read.contributions) : read
        if (!fixed.ok) return tellRefused(context, options, fixed)
        await writeAtomic(diskFiles, options.hashOut, fixed.last.hash)
        return await tellContributions(context, key, options)
      }),
    )
}

interface FinishOptions extends CeremonyChainOptions {
  readonly graph: string
  readonly inscription: string
  readonly height?: number
}

const addFinish: AddCommand = (parent, run) => {
  const command = parent
    .command('finish')
    .argument('<KEY>', 'the key of the last contribution')
    .description('apply the beacon, judge the whole, and make it the key of the graph (setup/ceremony.zkey)')
    .requiredOption('--inscription <ID>', 'of the hash of the last contribution (required)')
    .option('--height <H>', 'of its block, for a node without an index of transactions', height)
    .option('--graph <DIR>', 'folder of the graph', '.')
  addOptions(command, ...bitcoindOptions(), shared.network(), shared.ptau(), shared.insecureDevSetup())
    .addOption(shared.json())
    .addHelpText(
      'after',
      examples('graph ceremony finish 2.zkey --inscription TXIDi0 --graph claim --ptau prepared.ptau'),
    )
    .action(
      run((context: CliContext, key: string, options: FinishOptions) =>
        tellCeremony(options.graph, options, context, (graph, { params, client }) => {
          const { inscription: id, height, ptau } = options
          return finishCeremony(graph, key, { id, height }, { params, client, ptau, signal: context.signal })
        }),
      ),
    )
}

const addVerify: AddCommand = (parent, run) => {
  const command = parent
    .command('verify')
    .addArgument(graphArgument())
    .description('judge the ceremony of a graph: circuit, powers, each contribution, and the beacon by a node')
  addOptions(command, ...bitcoindOptions(), shared.network(), shared.ptau(), shared.insecureDevSetup())
    .addOption(shared.json())
    .addHelpText('after', examples('graph ceremony verify claim --ptau prepared.ptau'))
    .action(
      run((context: CliContext, folder: string, options: CeremonyChainOptions) =>
        tellCeremony(folder, options, context, (graph, { params, client }) =>
          verifyCeremony(graph, { params, client, ptau: options.ptau, signal: context.signal }),
        ),
      ),
    )
}

async function tellContributions(
  context: CliContext,
  key: string,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const read = await contributionsOf(key)
  if (!read.ok) return tellRefused(context, options, read)
  const { contributions } = read
  const { terminal } = context
  if (options.json) {
    const last = contributions.at(-1)
    const all = contributions.map(contributionJson)
    terminal.result(
      jsonLine({ file: key, last: last === undefined ? null : bytesToHex(last.hash), contributions: all }),
    )
  } else {
    terminal.result(`${key}: ${contributions.length} contributions, none of them judged`)
    for (const line of contributionLines(contributions)) terminal.result(line)
  }
  return EXIT.valid
}

/** Option parser: what snarkjs writes whole. */
function contributor(text: string): string {
  if (/^[\x20-\x7e]{1,64}$/.test(text)) return text
  throw new InvalidArgumentError('not 1 to 64 printable characters of ASCII')
}
