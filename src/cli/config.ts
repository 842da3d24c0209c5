import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { z } from 'zod'
import { UsageError } from './exit.ts'

/** `wsc.config.json` in the working directory: what flag and environment leave open. */
const configSchema = z.strictObject({
  network: z.string().optional(),
  rpc: z.string().optional(),
  rpcCookie: z.string().optional(),
  dataDir: z.string().optional(),
  key: z.string().optional(),
  ptau: z.string().optional(),
  insecureDevSetup: z.boolean().optional(),
})

export type Config = z.infer<typeof configSchema>

export async function readConfig(path = 'wsc.config.json'): Promise<Config> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw new UsageError(`cannot read ${path}: ${error.message}`, { cause: error })
  })
  if (text === null) return {}
  try {
    return configSchema.parse(JSON.parse(text))
  } catch (cause) {
    const detail = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message
    throw new UsageError(`${path}: ${detail}`, { cause })
  }
}

/** Options that may also come from the environment or the configuration file, in this order of precedence. */
export const shared = {
  network: () =>
    new Option('--network <N>', 'mainnet, testnet4, signet, regtest, or FILE.json for a custom network').env(
      'WSC_NETWORK',
    ),
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
  json: () => new Option('--json', 'write JSON, and nothing else, to stdout'),
} as const

/** Puts the configuration file's values beneath flags and environment, in every command that knows them. */
export function applyConfig(command: Command, config: Config): void {
  const known = new Set(command.options.map((option) => option.attributeName()))
  for (const [name, value] of Object.entries(config)) {
    if (known.has(name) && value !== undefined) command.setOptionValueWithSource(name, value, 'config')
  }
  for (const child of command.commands) applyConfig(child, config)
}

function seconds(text: string): number {
  if (!/^[0-9]{1,6}$/.test(text)) throw new InvalidArgumentError('not a whole number of seconds')
  return Number(text)
}

/** A security switch that only the word itself turns on. */
export function insecureAllowed(flag: boolean | undefined, env: Readonly<Record<string, string | undefined>>): boolean {
  return flag === true || env.WSC_INSECURE_DEV_SETUP === '1' || env.WSC_INSECURE_DEV_SETUP === 'true'
}
