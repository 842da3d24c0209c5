import { type EstimatingService, type SamplingService, type TriesEnd, winKeys } from '../../storage/io/index.ts'
import type { SamplingOptions } from '../node/index.ts'
import type { KeyDirectory } from '../proving/io/index.ts'
import { insecureAllowed } from './config.ts'
import type { CliContext } from './context.ts'
import { withCure } from './cure.ts'
import { usageError } from './exit.ts'
import { requireSetup, setupLine } from './prover.ts'
import { readStorageNetwork, type StorageNetworkFlags } from './storage-network.ts'
import { jsonLine } from './text.ts'
import { openOwnWallet, type WalletOptions } from './wallet-place.ts'

/** What says by which keys wins are proved and verified. */
export interface SetupFlags extends StorageNetworkFlags {
  readonly ptau?: string
  readonly insecureDevSetup?: boolean
}

/** What says how a provider takes part in sampling. */
export interface SamplingFlags extends SetupFlags, WalletOptions {
  readonly raw?: boolean
  readonly sample?: boolean
  readonly inscribeWins?: bigint
}

/** Who wins, and by what it is proved: known before anything runs, for the keys may take a minute to make. */
export async function samplingOf(context: CliContext, options: SamplingFlags): Promise<SamplingOptions | undefined> {
  const { sample, raw, inscribeWins } = options
  if (sample !== true) {
    if (inscribeWins !== undefined) throw usageError('--inscribe-wins takes --sample')
    return undefined
  }
  if (raw === true) throw usageError('--sample takes what is kept encoded, and --raw keeps nothing so')
  const { network } = await readStorageNetwork(options)
  const wallet = await openOwnWallet(options, network, context)
  return { wallet, keys: await keysOfWins(context, options), inscribingBudget: inscribeWins }
}

/** Keys of the circuit `win`, made where they are not there yet. */
export async function keysOfWins(
  context: CliContext,
  { ptau, insecureDevSetup, ...network }: SetupFlags,
): Promise<KeyDirectory> {
  const { terminal, signal, env } = context
  requireSetup((await readStorageNetwork(network)).network, ptau, insecureAllowed(insecureDevSetup, env))
  const keys = await winKeys({
    ...(ptau !== undefined && { ptau }),
    signal,
    onProgress: (stage, done, total) => terminal.progress(setupLine(stage, done, total)),
  })
  terminal.settle()
  return keys
}

/** What sampling tells. */
export function showSampling({ events }: SamplingService, context: CliContext, json: boolean): void {
  const { terminal } = context
  const tell = (event: object, line: string) => terminal.result(json ? jsonLine(event) : line)
  showWins(events, context, json)
  events.on('sampled', ({ height, partition, end }) => {
    const told = end.state === 'failed' ? { state: end.state, error: withCure(end.error) } : end
    tell({ sampled: { height, partition, ...told } }, `sampled ${height}  partition ${partition}, ${triesText(end)}`)
  })
  events.on('inscribed', (inscribed) => {
    const { height, state, cost, left } = inscribed
    const told = { ...inscribed, cost: cost.toString(), left: left.toString() }
    const what = {
      sent: `inscribed for ${cost} satoshis, ${left} left`,
      'no-budget': `not inscribed: ${cost} satoshis, ${left} left`,
      'paid-before': `inscribed before, ${left} satoshis left`,
    }[state]
    tell({ inscribed: told }, `win at ${height}  ${what}`)
  })
  events.on('estimated', ({ height }) => {
    tell({ estimated: height }, `estimates as of height ${height}: wsc storage status tells them`)
  })
}

function triesText(end: TriesEnd): string {
  const without = (missed: number) => (missed > 0 ? `, ${missed} not at hand` : '')
  switch (end.state) {
    case 'none':
      return `none of ${end.tries} tries won${without(end.missed)}`
    case 'won':
      return `won by try ${end.number}${without(end.missed)}${end.how === 'told' ? '' : ', too late for peers'}`
    case 'late':
      return 'too slowly: the blocks after it are there'
    case 'left-chain':
      return 'which left the chain'
    case 'empty':
      return 'which was empty'
    case 'failed':
      return `failed: ${withCure(end.error)}`
  }
}

/** What is heard of wins. */
export function showWins(
  events: Pick<EstimatingService['events'], 'on'>,
  { terminal }: CliContext,
  json: boolean,
): void {
  events.on('win', (win) => {
    terminal.result(json ? jsonLine({ win }) : `win at ${win.height}  partition ${win.partition} by ${win.key}`)
  })
  events.on('refused', ({ reject, detail, peer }) =>
    terminal.note(`a win told by ${peer} is not taken: ${reject}: ${detail}`),
  )
  events.on('failed', (error) => terminal.note(withCure(error)))
}
