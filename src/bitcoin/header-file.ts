import { aByteArray, anInteger, type OptionRules, optional, requireArgument, requireOptions } from '../lib/index.ts'
import { type CheckResult, checkHeader, type HeaderRejection } from './check-header.ts'
import { type ChainContext, startContext } from './context.ts'
import { bitcoinError } from './errors.ts'
import { sameHash, toDisplay } from './hash.ts'
import { decodeHeader, HEADER_BYTES, type Header, headerHash } from './header.ts'
import { chainContext, networkParams } from './option-rules.ts'
import type { NetworkParams } from './params/network-params.ts'

/** Which of a file’s headers are read, and what they go on from. */
export interface HeaderFileOptions {
  /** Height of the first header in the bytes; 0 unless given. */
  readonly startHeight?: number
  /** Where to go on from; needed unless the bytes start at height 0. */
  readonly context?: ChainContext
  /** Last height to read, inclusive; the last in the bytes unless given. */
  readonly to?: number
}

const HEIGHT = anInteger(0, 0xffff_ffff)
const OPTIONS: OptionRules<HeaderFileOptions> = {
  startHeight: optional(HEIGHT),
  context: optional(chainContext),
  to: optional(HEIGHT),
}

export interface CheckedHeader {
  readonly ok: true
  readonly header: Header
  readonly next: ChainContext
}

/**
 * Raw 80-byte headers, heights ascending: yields every header after the start with the context that follows it, and
 * ends with the first rejection, because nothing after it can be valid. A trailing part of a header rejects all.
 */
export function* walkHeaderFile(
  params: NetworkParams,
  bytes: Uint8Array,
  options: HeaderFileOptions = {},
): Generator<CheckedHeader | HeaderRejection, void> {
  requireArgument('a header file', 'the headers', bytes, aByteArray)
  requireOptions('a header file', options, OPTIONS)
  const { startHeight = 0 } = options
  if (bytes.length === 0 || bytes.length % HEADER_BYTES !== 0) {
    yield badLength(bytes, startHeight)
    return
  }
  let context = options.context ?? (startHeight === 0 ? startContext(params) : undefined)
  const last = startHeight + bytes.length / HEADER_BYTES - 1
  const to = options.to ?? last
  if (context === undefined || context.height + 1 < startHeight || context.height > last || to > last) {
    throw bitcoinError('E_HEADER_RANGE', rangeMessage(startHeight, last, to, context))
  }
  const overlap = startRejection(bytes, startHeight, context)
  if (overlap !== undefined) {
    yield overlap
    return
  }
  while (context.height < to) {
    const header = decodeHeader(bytes, (context.height + 1 - startHeight) * HEADER_BYTES)
    const result = checkHeader(params, context, header)
    if (!result.ok) {
      yield result
      return
    }
    context = result.next
    yield { ok: true, header, next: context }
  }
}

/**
 * The context after the last header, or the first rejection.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { checkHeaderFile, mainnet } from 'wsc-bitcoin'
 *
 * const result = checkHeaderFile(mainnet, await readFile('headers.bin'), { to: 20 })
 * console.log(result.ok ? result.next.height : `${result.reject} at height ${result.height}`) // 20
 */
export function checkHeaderFile(
  params: NetworkParams,
  bytes: Uint8Array,
  options: HeaderFileOptions = {},
): CheckResult {
  requireArgument('checkHeaderFile', 'params', params, networkParams)
  requireOptions('checkHeaderFile', options, OPTIONS)
  let next = options.context ?? startContext(params)
  for (const result of walkHeaderFile(params, bytes, options)) {
    if (!result.ok) return result
    next = result.next
  }
  return { ok: true, next }
}

/** Of bytes that cannot be raw headers from a height on, for their length. */
export function badLength(bytes: Uint8Array, startHeight: number): HeaderRejection {
  const detail = `${bytes.length} bytes are no whole number of ${HEADER_BYTES}-byte headers: is this a header file?`
  return { ok: false, reject: 'bad-length', height: startHeight + Math.floor(bytes.length / HEADER_BYTES), detail }
}

/** Where the bytes hold the header the context stands on, it must be that very header. */
function startRejection(bytes: Uint8Array, startHeight: number, context: ChainContext): HeaderRejection | undefined {
  const { height } = context
  if (height < startHeight) return undefined
  const hash = headerHash(decodeHeader(bytes, (height - startHeight) * HEADER_BYTES))
  if (sameHash(hash, context.hash)) return undefined
  const detail = `header ${toDisplay(hash)} where the chain has ${toDisplay(context.hash)}`
  return { ok: false, reject: height === 0 ? 'bad-genesis' : 'bad-prevblk-link', height, detail }
}

function rangeMessage(first: number, last: number, to: number, context: ChainContext | undefined): string {
  if (to > last) return `height ${to} is asked for; the headers end at ${last}`
  if (context === undefined) return `headers from height ${first} on need an anchor to start from`
  return `headers ${first} to ${last} do not join the chain at ${context.height}`
}
