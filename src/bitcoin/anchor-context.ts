import { type CheckResult, checkProofOfWork, type Rejection, type RejectReason } from './check-header.ts'
import { decodeCompact } from './compact.ts'
import type { ChainContext } from './context.ts'
import { BitcoinError } from './errors.ts'
import { sameHash, toDisplay } from './hash.ts'
import { decodeHeader, HEADER_BYTES, headerHash } from './header.ts'
import { MEDIAN_SPAN, medianTimePast } from './median-time.ts'
import type { NetworkParams } from './params/network-params.ts'
import { requiredVersion } from './versions.ts'
import { blockWork } from './work.ts'

/**
 * The context at `atHeight` of a chain whose headers before the given ones are unknown: an anchor. `headers` are
 * raw 80-byte headers from `startHeight` on and must hold the epoch's first header and the ten before `atHeight`
 * (fewer where fewer exist); those alone are read, so the same anchor comes of any file that holds them.
 *
 * What these headers can show is checked (work, links, nBits within the epoch, versions, median time where eleven
 * are known); that they belong to the network's best chain is not. Chainwork counts from 0.
 */
export function contextFromHeaders(
  params: NetworkParams,
  headers: Uint8Array,
  startHeight: number,
  atHeight: number,
): CheckResult {
  const count = Math.floor(headers.length / HEADER_BYTES)
  const epochStart = atHeight - (atHeight % params.epochLength)
  const windowStart = Math.max(0, atHeight - (MEDIAN_SPAN - 1))
  const first = Math.min(epochStart, windowStart)
  requireRange(first, atHeight, startHeight, count)

  const times: number[] = []
  let context: ChainContext | undefined
  for (let height = first; height <= atHeight; height++) {
    const header = decodeHeader(headers, (height - startHeight) * HEADER_BYTES)
    const hash = headerHash(header)
    const inEpoch = height % params.epochLength !== 0
    const reject = (reason: RejectReason, detail: string): Rejection => ({ ok: false, reject: reason, height, detail })

    if (height === 0) {
      if (!sameHash(hash, headerHash(params.genesis))) return reject('bad-genesis', `hash ${toDisplay(hash)}`)
    } else {
      const work = checkProofOfWork(params, header.bits, hash)
      if (work !== undefined) return reject('high-hash', work)
      if ((requiredVersion(params, height) ?? header.version) > header.version) {
        return reject('bad-version', `version ${header.version}`)
      }
    }
    if (context !== undefined) {
      if (!sameHash(header.prevHash, context.hash)) {
        return reject(
          'bad-prevblk-link',
          `previous hash ${toDisplay(header.prevHash)}, expected ${toDisplay(context.hash)}`,
        )
      }
      if (inEpoch && !params.minDifficultyAfter20Minutes && header.bits !== context.bits) {
        return reject('bad-diffbits', 'nBits changes within an epoch')
      }
      const known = times.length === MEDIAN_SPAN || first === 0
      if (known && header.time <= medianTimePast(times)) return reject('time-too-old', `time ${header.time}`)
    }
    times.push(header.time)
    if (times.length > MEDIAN_SPAN) times.shift()
    const regular: boolean = !inEpoch || header.bits !== params.limitCompact
    const { target } = decodeCompact(header.bits)
    context = {
      height,
      hash,
      bits: header.bits,
      target,
      work: blockWork(target),
      times: [...times],
      epochStartTime: inEpoch ? (context?.epochStartTime ?? 0) : header.time,
      epochStartBits: inEpoch ? (context?.epochStartBits ?? 0) : header.bits,
      lastRegularBits: regular ? header.bits : (context?.lastRegularBits ?? header.bits),
      maxTime: Math.max(context?.maxTime ?? 0, header.time),
      chainwork: 0n,
    }
  }
  return { ok: true, next: context as ChainContext }
}

function requireRange(first: number, last: number, startHeight: number, count: number): void {
  if (first >= startHeight && last < startHeight + count) return
  throw new BitcoinError(
    'E_HEADER_RANGE',
    `the anchor at ${last} needs headers ${first} to ${last}; given are ${startHeight} to ${startHeight + count - 1}`,
  )
}
