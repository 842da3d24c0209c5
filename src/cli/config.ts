import { stat } from 'node:fs/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { z } from 'zod'
import { usageError } from './exit.ts'
import { CONFIG_FILE, readBytes } from './inputs.ts'

/**
 * `wsc.config.json` in the working directory: what flag and environment leave open. Whoever made the folder may have
 * written it, so it never says what a proof may rest on, nor where credentials go: the key, the insecure setup and the
 * cookie are not among its settings, and its node is one of this machine.
 */
/** Credentials are sent to the node, so a file may name local ones only. */
const LOOPBACK = /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?\/?$/

const configSchema = z.strictObject({
  network: z.string().optional(),
  rpc: z
    .string()
    .refine((url) => LOOPBACK.test(url), 'a node elsewhere is named by --rpc or WSC_RPC, which cannot lie in a folder')
    .optional(),
  dataDir: z.string().optional(),
  ptau: z.string().optional(),
  partitionBits: z.int().optional(),
})

export type Config = z.infer<typeof configSchema>

export async function readConfig(path = CONFIG_FILE): Promise<Config> {
  const present = await stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  )
  if (!present) return {}
  const text = new TextDecoder().decode(await readBytes(path, 'config'))
  try {
    return configSchema.parse(JSON.parse(text))
  } catch (cause) {
    const detail = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message
    throw usageError(`${path}: ${detail}`, { cause })
  }
}

/** Options of several commands. Most may come from the environment too, and those of `Config` from its file after that. */
export const shared = {
  network: () =>
    new Option(
      '--network <N>',
      'mainnet, testnet4, signet, regtest, or FILE.json for a custom network (default: mainnet)',
    ).env('WSC_NETWORK'),
  rpc: () =>
    new Option('--rpc <URL>', "the node's RPC address (default: localhost at the network's port)").env('WSC_RPC'),
  rpcCookie: () =>
    new Option('--rpc-cookie <FILE>', "the node's cookie (default: bitcoind's usual place)").env('WSC_RPC_COOKIE'),
  dataDir: () =>
    new Option('--data-dir <D>', 'chain state (default: $XDG_DATA_HOME/wsc/<network>/<start>)').env('WSC_DATA_DIR'),
  anchor: () => new Option('--anchor <FILE>', 'start from this anchor instead of genesis'),
  key: () => new Option('--key <FILE>', 'verifying key (default: the development key built in)').env('WSC_KEY'),
  ptau: () => new Option('--ptau <FILE>', 'powers of tau of the public ceremony, prepared for phase 2').env('WSC_PTAU'),
  insecureDevSetup: () =>
    new Option(
      '--insecure-dev-setup',
      'accept the development powers, whose secret is public, on any network (also WSC_INSECURE_DEV_SETUP=1)',
    ),
  checkpointEvery: () =>
    new Option('--checkpoint-every <SECONDS>', 'of folding, at most so much is lost when the process is killed')
      .env('WSC_CHECKPOINT_EVERY')
      .default(20)
      .argParser(seconds),
  partitionBits: () =>
    new Option(
      '--partition-bits <N>',
      'partitions of 2^N positions, 4 to 19, on regtest and custom networks alone; all of its nodes the same (default: 10)',
    )
      .env('WSC_PARTITION_BITS')
      .argParser(wholeNumber),
  json: () => new Option('--json', 'write JSON, and nothing else, to stdout'),
} as const

/** Of every command that judges a proof (JudgeOptions). */
export const judgeOptions = (): Option[] => [shared.network(), shared.anchor(), shared.key(), shared.insecureDevSetup()]

/** Of every command that asks a node (RpcOptions). */
export const bitcoindOptions = (): Option[] => [shared.rpc(), shared.rpcCookie()]

/** Adds them in the order in which help lists them. */
export function addOptions(command: Command, ...options: readonly Option[]): Command {
  for (const option of options) command.addOption(option)
  return command
}

const JUDGES = new Set(['verify', 'check', 'fetch', 'sync'])

/** Names of the settings that this command takes from the configuration file where it has them. */
export function leftOpen(command: Command): string[] {
  // What a judgement is by is not for a folder to say: some networks accept proofs that anybody can forge.
  if (JUDGES.has(command.name())) return []
  const names = command.options.map((option) => option.attributeName())
  return names.filter((name) => {
    const said = command.getOptionValueSource(name)
    return Object.hasOwn(configSchema.shape, name) && (said === undefined || said === 'default')
  })
}

/** Puts the configuration file's values where neither flag nor environment has said anything. */
export function applyConfig(command: Command, config: Config): void {
  for (const name of leftOpen(command)) {
    if (Object.hasOwn(config, name)) command.setOptionValueWithSource(name, config[name as keyof Config], 'config')
  }
}

/** Names of the settings that this command took from the configuration file. */
export function takenFromConfig(command: Command): string[] {
  const names = command.options.map((option) => option.attributeName())
  return names.filter((name) => command.getOptionValueSource(name) === 'config')
}

function wholeNumber(text: string): number {
  if (!/^[0-9]{1,2}$/.test(text)) throw new InvalidArgumentError('not a whole number')
  return Number(text)
}

function seconds(text: string): number {
  if (!/^[0-9]{1,6}$/.test(text)) throw new InvalidArgumentError('not a whole number of seconds')
  return Number(text)
}

/** A security switch that only the word itself turns on. */
export function insecureAllowed(flag: boolean | undefined, env: Readonly<Record<string, string | undefined>>): boolean {
  return flag === true || env.WSC_INSECURE_DEV_SETUP === '1' || env.WSC_INSECURE_DEV_SETUP === 'true'
}
