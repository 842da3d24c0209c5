import { CHUNK_BYTES } from '../../storage/index.ts'
import type { EncodedContent, PutCost, PutProgress, PutService } from '../../storage/io/index.ts'
import type { NetworkParams } from '../bitcoin/index.ts'
import { bytesToHex } from '../lib/index.ts'
import type { CliContext } from './context.ts'
import { costJson, costText } from './inscriber-text.ts'
import { uriOf } from './storage-uri.ts'
import { duration } from './terminal.ts'
import { plural } from './text.ts'

/** What is known of how long a put takes. */
export interface PutTimes {
  /** Seconds that encoding took. */
  readonly encoding: number
  readonly confirmations: number
  readonly network: NetworkParams
}

export function contentJson({ id, bytes, files, blobs, chunks }: EncodedContent, network: NetworkParams) {
  return {
    valid: true,
    id,
    uri: uriOf({ kind: 'blob', id }, network),
    bytes,
    files,
    chunks,
    blobs: blobs.map(({ id, blob: { root, length } }) => ({ id, root: bytesToHex(root), length })),
  }
}

/** A block takes ten minutes on average, and providers fetch some MB a second. */
const BLOCK_SECONDS = 600
const FETCH_BYTES = 2e6

/** Blocks come whenever somebody has them made. */
const isAtWill = ({ name }: NetworkParams) => name === 'regtest'

/** Seconds of each part, by averages; of blocks 0 where they are made at will. */
export function putSeconds(chunks: number, { encoding, confirmations, network }: PutTimes) {
  const blocks = isAtWill(network) ? 0 : BLOCK_SECONDS * confirmations
  const fetching = (chunks * CHUNK_BYTES) / FETCH_BYTES
  return { encoding, blocks, fetching, total: encoding + blocks + fetching }
}

export function timeLine(chunks: number, times: PutTimes): string {
  const { encoding, blocks, fetching, total } = putSeconds(chunks, times)
  const what = times.confirmations === 1 ? 'a block' : `${times.confirmations} blocks`
  const [of, to] = [`${duration(encoding)} of encoding`, `${duration(fetching)} of fetching`]
  if (isAtWill(times.network)) return `time: about ${duration(total)} (${of}, ${to}), and ${what}`
  return `time: about ${duration(total)} (${of}, ${duration(blocks)} for ${what}, ${to})`
}

export function costLines(content: EncodedContent, { inscribing, burn, tips }: PutCost, times: PutTimes): string[] {
  const { id, bytes, files, blobs, chunks } = content
  const paid = inscribing.reduce((total, { fees, postage }) => total + fees + postage, burn + tips)
  return [
    `content ${id}: ${bytes} bytes in ${plural(files, 'file')}, ${plural(blobs.length, 'blob')}, ${plural(chunks, 'chunk')}`,
    ...inscribing.map(costText),
    `burn: ${burn} satoshis for the chunks of blobs that are not in the table yet`,
    ...(tips === 0n ? [] : [`tips: ${tips} satoshis to providers`]),
    `in all: ${paid} satoshis`,
    timeLine(chunks, times),
  ]
}

export function costsJson(
  content: EncodedContent,
  network: NetworkParams,
  { inscribing, burn, tips }: PutCost,
  times: PutTimes,
) {
  const costs = inscribing.map(costJson)
  const fees = costs.reduce((total, one) => total + one.fees, 0)
  const seconds = putSeconds(content.chunks, times)
  return { ...contentJson(content, network), burn: Number(burn), tips: Number(tips), fees, inscribing: costs, seconds }
}

/** Tells how far work is that knows its end, and how long the rest takes. */
export function partProgress({ terminal, clock }: CliContext, what: string): (done: number, of: number) => void {
  const began = clock()
  return (done, of) => {
    // Of less than a hundredth nothing follows.
    const left =
      100 * done < of || done === 0 ? '' : `, ${duration(((of - done) * (clock() - began)) / done / 1000)} left`
    terminal.progress(`${what}: ${of === 0 ? 100 : Math.floor((100 * done) / of)} %${left}`)
  }
}

/** Tells what is waited for: blocks, then providers; why those do not take it, once for each reason. */
export function showPutProgress({ terminal, clock }: CliContext, { events }: Pick<PutService, 'events'>): void {
  const began = clock()
  const told = new Set<string>()
  let first: PutProgress | null = null
  events.on('progress', (progress) => {
    const { blobs, counted, stored, heldChunks, chunks, refusals } = progress
    first ??= progress
    if (counted === blobs) {
      for (const why of refusals) if (!told.has(why)) terminal.note(`not taken: ${why}`)
      for (const why of refusals) told.add(why)
    }
    const done = heldChunks - first.heldChunks
    const seconds = (clock() - began) / 1000
    const left =
      done === 0 || heldChunks === chunks ? '' : `, ${duration(((chunks - heldChunks) * seconds) / done)} left`
    const waits = counted < blobs ? 'waiting for a block, ' : ''
    terminal.progress(
      `storing: ${waits}${counted} of ${plural(blobs, 'blob')} in the table, ${stored} stored, ${heldChunks} of ${plural(chunks, 'chunk')}${left}`,
    )
  })
}
