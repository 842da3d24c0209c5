import { type SamplingService, winKeys } from '../../storage/io/index.ts'
import type { SamplingOptions } from '../node/index.ts'
import { insecureAllowed } from './config.ts'
import type { CliContext } from './context.ts'
import { withCure } from './cure.ts'
import { usageError } from './exit.ts'
import { requireSetup, setupLine } from './prover.ts'
import { readStorageNetwork, type StorageNetworkFlags } from './storage-network.ts'
import { jsonLine } from './text.ts'
import { openOwnWallet, type WalletOptions } from './wallet-place.ts'

/** What says how a provider takes part in sampling. */
export interface SamplingFlags extends StorageNetworkFlags, WalletOptions {
  readonly raw?: boolean
  readonly sample?: boolean
  readonly inscribeWins?: bigint
  readonly ptau?: string
  readonly insecureDevSetup?: boolean
}

/** Who wins, and by what it is proved: known before anything runs, for the keys may take a minute to make. */
export async function samplingOf(context: CliContext, options: SamplingFlags): Promise<SamplingOptions | undefined> {
  const { sample, raw, ptau, insecureDevSetup, inscribeWins } = options
  if (sample !== true) {
    if (inscribeWins !== undefined) throw usageError('--inscribe-wins takes --sample')
    return undefined
  }
  if (raw === true) throw usageError('--sample takes what is kept encoded, and --raw keeps nothing so')
  const { terminal, signal } = context
  const { network } = await readStorageNetwork(options)
  const insecure = insecureAllowed(insecureDevSetup, context.env)
  requireSetup(network, ptau, insecure)
  const wallet = await openOwnWallet(options, network, context)
  const keys = await winKeys({
    ...(ptau !== undefined && { ptau }),
    signal,
    onProgress: (stage, done, total) => terminal.progress(setupLine(stage, done, total)),
  })
  terminal.settle()
  return { wallet, keys, inscribingBudget: inscribeWins }
}

/** What sampling tells. */
export function showSampling({ events }: SamplingService, { terminal }: CliContext, json: boolean): void {
  const tell = (event: object, line: string) => terminal.result(json ? jsonLine(event) : line)
  events.on('sampled', (sampled) => {
    const { height, partition, tries, missed, won } = sampled
    const end = won
      ? `won by try ${tries - 1}`
      : `none of ${tries} tries won${missed > 0 ? `, ${missed} not at hand` : ''}`
    tell({ sampled }, `sampled ${height}  partition ${partition}, ${end}`)
  })
  events.on('win', (win) => tell({ win }, `win at ${win.height}  partition ${win.partition} by ${win.key}`))
  events.on('late', (late) => tell({ late }, `sampled ${late.height}  partition ${late.partition}, too slowly`))
  events.on('inscribed', (inscribed) => {
    const { height, state, cost, left } = inscribed
    const told = { ...inscribed, cost: cost.toString(), left: left.toString() }
    const what =
      state === 'sent'
        ? `inscribed for ${cost} satoshis, ${left} left`
        : `not inscribed: ${cost} satoshis, ${left} left`
    tell({ inscribed: told }, `win at ${height}  ${what}`)
  })
  events.on('estimated', ({ height }) => {
    tell({ estimated: height }, `estimates as of height ${height}: wsc storage status tells them`)
  })
  events.on('refused', ({ reject, detail, peer }) =>
    terminal.note(`a win told by ${peer} is not taken: ${reject}: ${detail}`),
  )
  events.on('failed', (error) => terminal.note(withCure(error)))
}
