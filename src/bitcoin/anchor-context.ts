import { aByteArray, anInteger, requireArgument } from '../lib/index.ts'
import { checkProofOfWork, type HeaderReject, type HeaderRejection } from './check-header.ts'
import { decodeCompact } from './compact.ts'
import { type ChainContext, extendContext } from './context.ts'
import { bitcoinError } from './errors.ts'
import { type BlockHash, sameHash, toDisplay } from './hash.ts'
import { decodeHeader, HEADER_BYTES, type Header, headerHash } from './header.ts'
import { badLength } from './header-file.ts'
import { MEDIAN_SPAN, medianTimePast } from './median-time.ts'
import { networkParams } from './option-rules.ts'
import type { NetworkParams } from './params/network-params.ts'
import { requiredVersion } from './versions.ts'
import { blockWork } from './work.ts'

/** Where a chain begins whose earlier headers are unknown: the header itself, and what judging the next one takes. */
export interface AnchorContext extends ChainContext {
  readonly header: Header
}

/** The context, or the rule that a header of the file breaks. */
export type AnchorContextResult = { readonly ok: true; readonly next: AnchorContext } | HeaderRejection

/**
 * The context at `atHeight` of a chain whose headers before the given ones are unknown: an anchor. `headers` are
 * raw 80-byte headers from `startHeight` on and must hold the epoch's first header and the ten before `atHeight`
 * (fewer where fewer exist); those alone are read, so the same anchor comes of any file that holds them.
 *
 * What these headers can show is checked (work, links, nBits within an epoch, versions, median time where the whole
 * window is known), and that none is cut short (`bad-length`); that they belong to the network's best chain is not. Chainwork counts from 0.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { contextFromHeaders, mainnet } from 'wsc-bitcoin'
 *
 * const anchor = contextFromHeaders(mainnet, await readFile('headers.bin'), 0, 20)
 * console.log(anchor.ok ? anchor.next.height : anchor.reject) // 20
 */
export function contextFromHeaders(
  params: NetworkParams,
  headers: Uint8Array,
  startHeight: number,
  atHeight: number,
): AnchorContextResult {
  requireArgument('contextFromHeaders', 'params', params, networkParams)
  requireArgument('contextFromHeaders', 'the headers', headers, aByteArray)
  for (const [name, height] of Object.entries({ startHeight, atHeight })) {
    requireArgument('contextFromHeaders', name, height, anInteger(0, 0xffff_ffff))
  }
  // A header cut short is a sign of a file cut short, or of none at all.
  if (headers.length % HEADER_BYTES !== 0) return badLength(headers, startHeight)
  const count = headers.length / HEADER_BYTES
  const epochStart = atHeight - (atHeight % params.epochLength)
  const first = Math.max(0, Math.min(epochStart, atHeight - (MEDIAN_SPAN - 1)))
  requireRange(first, atHeight, startHeight, count)

  const read = (height: number) => decodeHeader(headers, (height - startHeight) * HEADER_BYTES)
  const opening = read(first)
  const rejection = openingRejection(params, first, opening, headerHash(opening))
  if (rejection !== undefined) return rejection

  let context = openingContext(first, opening)
  let last = opening
  for (let height = first + 1; height <= atHeight; height++) {
    const header = read(height)
    const hash = headerHash(header)
    const rejection = laterRejection(params, context, header, hash, first === 0)
    if (rejection !== undefined) return rejection
    context = extendContext(params, context, header, hash)
    last = header
  }
  return { ok: true, next: { ...context, chainwork: 0n, header: last } }
}

/** The first header has no parent here: its epoch's start and its window are set right by the headers after it. */
function openingContext(height: number, header: Header): ChainContext {
  const { bits, time } = header
  const { target } = decodeCompact(bits)
  return {
    height,
    hash: headerHash(header),
    bits,
    target,
    work: blockWork(target),
    times: [time],
    epochStartTime: time,
    epochStartBits: bits,
    lastRegularBits: bits,
    maxTime: time,
    chainwork: 0n,
  }
}

function openingRejection(
  params: NetworkParams,
  height: number,
  header: Header,
  hash: BlockHash,
): HeaderRejection | undefined {
  if (height > 0) return ownRejection(params, height, header, hash)
  // The genesis is taken as given: it need not meet its target, but it must be this network's.
  if (sameHash(hash, headerHash(params.genesis))) return undefined
  return { ok: false, reject: 'bad-genesis', height, detail: `hash ${toDisplay(hash)}` }
}

function laterRejection(
  params: NetworkParams,
  context: ChainContext,
  header: Header,
  hash: BlockHash,
  fromGenesis: boolean,
): HeaderRejection | undefined {
  const height = context.height + 1
  const reject = (reason: HeaderReject, detail: string): HeaderRejection => ({
    ok: false,
    reject: reason,
    height,
    detail,
  })
  const own = ownRejection(params, height, header, hash)
  if (own?.reject === 'high-hash') return own
  if (!sameHash(header.prevHash, context.hash)) {
    return reject('bad-prevblk-link', `previous hash ${toDisplay(header.prevHash)}, tip ${toDisplay(context.hash)}`)
  }
  // By the 20-minute rule nBits may change anywhere; elsewhere only where an epoch starts.
  const mayChange = params.minDifficultyAfter20Minutes || (params.retargeting && height % params.epochLength === 0)
  if (!mayChange && header.bits !== context.bits) return reject('bad-diffbits', 'nBits changes within an epoch')
  const windowKnown = fromGenesis || context.times.length === MEDIAN_SPAN
  const median = medianTimePast(context.times)
  if (windowKnown && header.time <= median) return reject('time-too-old', `time ${header.time}, median ${median}`)
  return own
}

/** What a header shows by itself. */
function ownRejection(
  params: NetworkParams,
  height: number,
  header: Header,
  hash: BlockHash,
): HeaderRejection | undefined {
  const work = checkProofOfWork(params, header.bits, hash)
  if (work !== undefined) return { ok: false, reject: 'high-hash', height, detail: work }
  const version = requiredVersion(params, height)
  if (version === undefined || header.version >= version) return undefined
  return { ok: false, reject: 'bad-version', height, detail: `version ${header.version}, at least ${version} required` }
}

function requireRange(first: number, last: number, startHeight: number, count: number): void {
  if (first >= startHeight && last < startHeight + count) return
  throw bitcoinError(
    'E_HEADER_RANGE',
    `the anchor at ${last} needs headers ${first} to ${last}; given are ${startHeight} to ${startHeight + count - 1}`,
  )
}
