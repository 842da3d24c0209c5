import type { Provider } from '../../storage/index.ts'
import { type EstimatingService, type TriesEnd, winKeys } from '../../storage/io/index.ts'
import type { SamplingOptions, StorageNode } from '../node/index.ts'
import type { KeyDirectory } from '../proving/io/index.ts'
import { insecureAllowed } from './config.ts'
import type { CliContext } from './context.ts'
import { withCure } from './cure.ts'
import { usageError } from './exit.ts'
import { noteText } from './inscriber-text.ts'
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

/** What a provider that samples tells. */
export function showSampling(
  { sampling, inscriber }: Pick<StorageNode, 'sampling' | 'inscriber'>,
  context: CliContext,
  json: boolean,
): void {
  if (sampling === null) throw new Error('a node that is to sample does')
  const { terminal } = context
  const { events } = sampling
  inscriber?.events.on('note', (note) => terminal.note(noteText(note)))
  inscriber?.events.on('problem', (error) => terminal.note(withCure(error)))
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
      'counted-before': `not inscribed again: its cost was counted before, ${left} satoshis left`,
    }[state]
    tell({ inscribed: told }, `win at ${height}  ${what}`)
  })
  events.on('estimated', ({ height }) => {
    tell({ estimated: height }, `estimates as of height ${height}: wsc storage status tells them`)
  })
}

export function triesText(end: TriesEnd): string {
  const without = (missed: number) => (missed > 0 ? `, ${missed} not at hand` : '')
  switch (end.state) {
    case 'none':
      return `none of ${end.tries} tries won${without(end.missed)}`
    case 'won':
      return `won by try ${end.number}${without(end.missed)}${end.how === 'told' ? '' : ', too late for peers'}`
    case 'won-before':
      return 'won, and told, before this was started'
    case 'proved-late':
      return `won by try ${end.number}, and proved too late: the blocks after it are there`
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

/** Whether the provider's key counts, whenever that changes: what does not count samples and certifies nothing. */
export function noteStanding(
  { table, peerKey }: Pick<StorageNode, 'table' | 'peerKey'>,
  key: string,
  { terminal }: CliContext,
): void {
  let before = ''
  table.events.on('tip', ({ height }) => {
    const { providers } = table.table
    const own = providers.list().find(({ author }) => author === key)
    const now = standingText(own, peerKey, providers.counts(key, height), height)
    if (now !== before) terminal.note(now)
    before = now
  })
}

export function standingText(
  provider: Provider | undefined,
  peerKey: string | null,
  isCounted: boolean,
  height: number,
): string {
  if (provider === undefined) {
    return 'nothing is encoded, sampled or certified: the wallet’s key is not registered; `wsc storage register` does that'
  }
  const { from, until, peer } = provider
  if (peer !== peerKey) {
    return 'the wallet’s key is registered for another peer: what is kept here is encoded under no key of it, or another’s; `wsc storage register` with this --storage-dir changes that'
  }
  if (isCounted) return `the wallet’s key counts up to block ${until - 1}`
  if (height < from) return `nothing is sampled or certified yet: the wallet’s key counts from block ${from} on`
  return `nothing is sampled or certified: the wallet’s key counted up to block ${until - 1}; \`wsc storage register\` renews that`
}

/** That nobody is there to be heard, and that somebody is again. */
export function noteUnheard({ events }: EstimatingService, { terminal }: CliContext): void {
  let before = true
  events.on('estimated', ({ height, heard }) => {
    const now = heard > 0
    if (now === before) return
    before = now
    if (now) terminal.note(`somebody is heard again, as of height ${height}`)
    else
      terminal.note(
        `nobody is heard, as of height ${height}: no peer listens to wins of this network, circuit and --partition-bits`,
      )
  })
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
