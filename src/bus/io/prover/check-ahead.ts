import {
  type ChainContext,
  checkNotTooNew,
  type HeaderRejection,
  type NetworkParams,
  sameHash,
  toDisplay,
} from '../../../bitcoin/index.ts'
import { throwIfAborted } from '../../../lib/index.ts'
import { busError } from '../../errors.ts'
import { BATCH, type HeaderSource } from './header-source.ts'
import { JudgedHeaders } from './judged-headers.ts'

/** The context after the last header, or the rule that one breaks. */
export type CheckedAhead = { readonly ok: true; readonly context: ChainContext } | HeaderRejection

/**
 * Judges every header from `context` up to `to` by the native rules, before anything is folded: folding is slow, and a
 * breach at the end must not cost hours. `now` in seconds. What `judged` holds is not judged again.
 */
export async function checkAhead(
  params: NetworkParams,
  context: ChainContext,
  source: HeaderSource,
  to: number,
  now: number,
  signal?: AbortSignal,
  judged: JudgedHeaders = new JudgedHeaders(params),
): Promise<CheckedAhead> {
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
    for (const placed of headers) {
      const result = judged.judge(tip, placed)
      if (!result.ok) return result
      const { time } = placed.header
      if (checkNotTooNew(time, now) !== undefined) {
        const detail = `time ${time} is more than two hours ahead of ${now}`
        return { ok: false, reject: 'time-too-new', height: result.next.height, detail }
      }
      tip = result.next
    }
  }
  return { ok: true, context: tip }
}
