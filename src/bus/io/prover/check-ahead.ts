import {
  type ChainContext,
  checkHeader,
  checkNotTooNew,
  type NetworkParams,
  type Rejection,
  sameHash,
  toDisplay,
} from '../../../bitcoin/index.ts'
import { throwIfAborted } from '../../../lib/index.ts'
import { busError } from '../../errors.ts'
import { BATCH, type HeaderSource } from './header-source.ts'

/**
 * Judges every header from `context` up to `to` by the native rules, before anything is folded: folding is slow, and a
 * breach at the end must not cost hours. `now` in seconds.
 */
export async function checkAhead(
  params: NetworkParams,
  context: ChainContext,
  source: HeaderSource,
  to: number,
  now: number,
  signal?: AbortSignal,
): Promise<{ readonly ok: true; readonly context: ChainContext } | Rejection> {
  const joint = await source.hashAt(context.height, signal)
  if (joint !== null && !sameHash(joint, context.hash)) {
    const detail = `block ${toDisplay(joint)} where the chain has ${toDisplay(context.hash)}`
    const reject = context.height === 0 ? 'bad-genesis' : 'bad-prevblk-link'
    return { ok: false, reject, height: context.height, detail }
  }
  let tip = context
  while (tip.height < to) {
    throwIfAborted(signal)
    const headers = await source.headers(tip.height + 1, Math.min(BATCH, to - tip.height), signal)
    if (headers.length === 0) throw busError('E_NO_HEADERS', `there is no header at height ${tip.height + 1}`)
    for (const header of headers) {
      const result = checkHeader(params, tip, header)
      if (!result.ok) return result
      if (checkNotTooNew(header.time, now) !== undefined) {
        const detail = `time ${header.time} is more than two hours ahead of ${now}`
        return { ok: false, reject: 'time-too-new', height: result.next.height, detail }
      }
      tip = result.next
    }
  }
  return { ok: true, context: tip }
}
