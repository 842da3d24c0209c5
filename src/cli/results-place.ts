import { type Command, InvalidArgumentError } from 'commander'
import type { NetworkParams } from '../bitcoin/index.ts'
import type { BitcoindClient } from '../bitcoin/io/index.ts'
import { type OpenResults, openResults, type Program } from '../compute/io/index.ts'
import { firstInscriptionHeight } from '../settlement/index.ts'
import { requireAcceptedPrograms } from './accepted-program.ts'
import { addOptions, bitcoindOptions, shared } from './config.ts'
import type { CliContext } from './context.ts'
import { height, readAnchor, readNetwork, requireProvable } from './inputs.ts'
import { more } from './option-parsers.ts'
import { noteOutages } from './outage.ts'
import { openBitcoind, type RpcOptions } from './source.ts'
import { noteScan } from './storage-scan.ts'
import { settlementDir, settlementDirOption } from './wallet-place.ts'

/** What every command takes that judges results on Bitcoin. */
export interface ResultsOptions extends RpcOptions {
  readonly network?: string
  readonly anchor?: string
  readonly graph?: readonly string[]
  readonly ptau?: string
  readonly insecureDevSetup?: boolean
  readonly settlementDir?: string
  readonly startHeight?: number
  readonly finality: number
}

export function withResults(command: Command): Command {
  command.option('--graph <DIR>', 'judge the results of this graph; may be given again', more)
  return addOptions(
    command,
    ...bitcoindOptions(),
    shared.network(),
    shared.anchor(),
    shared.ptau(),
    shared.insecureDevSetup(),
    settlementDirOption(),
  )
    .option('--start-height <H>', 'where a new index begins (default: 767430 on mainnet, 0 elsewhere)', height)
    .option('--finality <N>', 'confirmations that make a result final', confirmations, 6)
}

/** What a command works with whose results are those of a node's chain. */
export interface ResultsPlace extends OpenResults {
  readonly client: BitcoindClient
  readonly params: NetworkParams
  readonly programs: readonly Program[]
  readonly state: string
}

/** Does the work with an index of results that follows the node, started; `once` ends that at the tip. */
export async function withResultsOf<T>(
  options: ResultsOptions,
  context: CliContext,
  { once }: { readonly once: boolean },
  work: (place: ResultsPlace) => Promise<T>,
): Promise<T> {
  const { terminal, signal } = context
  const params = requireProvable(await readNetwork(options.network))
  const anchor = await readAnchor(options.anchor, params)
  const programs = await requireAcceptedPrograms(options.graph ?? [], params, options, context)
  const client = await openBitcoind(options, params, context)
  try {
    const state = settlementDir(options.settlementDir, params, context)
    const { startHeight = firstInscriptionHeight(params) } = options
    const open = await openResults({ client, params, state, programs, anchor, startHeight, once })
    try {
      noteOutages(open.inscriptions.events, terminal.note)
      noteScan(open.inscriptions, { client }, context)
      await open.service.start(signal)
      return await work({ ...open, client, params, programs, state })
    } finally {
      await open.service.stop()
    }
  } finally {
    client.close()
  }
}

function confirmations(text: string): number {
  const value = height(text)
  if (value >= 1 && value <= 1_000_000) return value
  throw new InvalidArgumentError('1 to 1000000')
}
