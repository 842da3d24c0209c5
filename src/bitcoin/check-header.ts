import { type OptionRule, type Rejection, requireArgument } from '../lib/index.ts'
import { decodeCompact } from './compact.ts'
import { type ChainContext, extendContext } from './context.ts'
import { type BlockHash, hashToUint256, sameHash, toDisplay } from './hash.ts'
import { type Header, headerHash } from './header.ts'
import { medianTimePast } from './median-time.ts'
import type { NetworkParams } from './params/network-params.ts'
import { requiredBits } from './required-bits.ts'
import { requiredVersion } from './versions.ts'

/** Seconds a testnet4 epoch may start before its parent (Core: MAX_TIMEWARP; BIP94). */
const MAX_TIMEWARP = 600

/** Seconds a header's time may lie ahead of the clock (Core: MAX_FUTURE_BLOCK_TIME). */
export const MAX_FUTURE_SECONDS = 7200

/** Core's reject reasons, and three of our own for files: a broken link, an odd length, another genesis. */
export type HeaderReject =
  | 'high-hash'
  | 'bad-prevblk-link'
  | 'bad-diffbits'
  | 'time-too-old'
  | 'time-timewarp-attack'
  | 'time-too-new'
  | 'bad-version'
  | 'bad-length'
  | 'bad-genesis'

/** A header that breaks a rule. */
export interface HeaderRejection extends Rejection<HeaderReject> {
  /** Height of the header that breaks the rule. */
  readonly height: number
}

/** The context after a header that obeys every rule, or the rule that it breaks. */
export type CheckResult = { readonly ok: true; readonly next: ChainContext } | HeaderRejection

/**
 * Judges the header after `context`, in the order Core reports: its own work (CheckBlockHeader), its parent
 * (AcceptBlockHeader), then nBits, time and version (ContextualCheckBlockHeader). Reads no clock: see checkNotTooNew.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { checkHeader, decodeHeader, mainnet, startContext } from 'wsc-bitcoin'
 *
 * const headers = await readFile('headers.bin')
 * const result = checkHeader(mainnet, startContext(mainnet), decodeHeader(headers, 80))
 * console.log(result.ok ? result.next.height : result.reject) // 1
 */
export function checkHeader(
  params: NetworkParams,
  context: ChainContext,
  header: Header,
  hash: BlockHash = headerHash(header),
): CheckResult {
  const height = context.height + 1
  const reject = (reason: HeaderReject, detail: string): HeaderRejection => ({
    ok: false,
    reject: reason,
    height,
    detail,
  })

  // The parent's nBits have been decoded and found valid before; nearly every header repeats them.
  const work = header.bits === context.bits ? meets(hash, context.target) : checkProofOfWork(params, header.bits, hash)
  if (work !== undefined) return reject('high-hash', work)

  if (!sameHash(header.prevHash, context.hash)) {
    return reject('bad-prevblk-link', `previous hash ${toDisplay(header.prevHash)}, tip ${toDisplay(context.hash)}`)
  }
  const bits = requiredBits(params, context, header.time)
  if (header.bits !== bits) return reject('bad-diffbits', `nBits ${hex32(header.bits)}, required ${hex32(bits)}`)

  const median = medianTimePast(context.times)
  if (header.time <= median) return reject('time-too-old', `time ${header.time}, median ${median}`)

  const parentTime = context.times.at(-1) ?? 0
  if (params.bip94 && height % params.epochLength === 0 && header.time < parentTime - MAX_TIMEWARP) {
    return reject('time-timewarp-attack', `time ${header.time}, parent's ${parentTime}`)
  }
  const version = requiredVersion(params, height)
  if (version !== undefined && header.version < version) {
    return reject('bad-version', `version ${hex32(header.version)}, at least ${version} required`)
  }
  return { ok: true, next: extendContext(params, context, header, hash) }
}

/** Core: pow.cpp CheckProofOfWork. What is wrong, or undefined. Needs no chain, so it judges stale headers too. */
export function checkProofOfWork(params: NetworkParams, bits: number, hash: BlockHash): string | undefined {
  const { target, negative, overflow } = decodeCompact(bits)
  if (negative || overflow || target === 0n || target > decodeCompact(params.limitCompact).target) {
    return `nBits ${hex32(bits)} is no target of this network`
  }
  return meets(hash, target)
}

/**
 * "Time ≤ now + 2 h" for any header or for a chain's greatest time; `now` in seconds comes from the caller. Throws
 * E_OPTIONS where one of them is no number, or NaN: any time would do then.
 *
 * @example
 * import { checkNotTooNew } from 'wsc-bitcoin'
 *
 * const now = 1_700_000_000
 * console.log(checkNotTooNew(now + 7200, now), checkNotTooNew(now + 7201, now)) // undefined time-too-new
 */
export function checkNotTooNew(time: number, now: number): 'time-too-new' | undefined {
  requireArgument('checkNotTooNew', 'time', time, aTime)
  requireArgument('checkNotTooNew', 'now', now, aTime)
  return time > now + MAX_FUTURE_SECONDS ? 'time-too-new' : undefined
}

const aTime: OptionRule = {
  what: 'a time in seconds since 1970',
  holds: (value) => typeof value === 'number' && !Number.isNaN(value),
}

function meets(hash: BlockHash, target: bigint): string | undefined {
  return hashToUint256(hash) <= target ? undefined : `hash ${toDisplay(hash)} is above its target`
}

function hex32(n: number): string {
  return (n >>> 0).toString(16).padStart(8, '0')
}
