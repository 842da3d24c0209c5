import { z } from 'zod'
import {
  blockWork,
  decodeCompact,
  fromDisplay,
  MEDIAN_SPAN,
  type NetworkParams,
  packParams,
  toDisplay,
  unusableTarget,
} from '../../../bitcoin/index.ts'
import { hash256, uint32 } from '../../../lib/index.ts'
import { fromPeaks, type Poseidon, peaksOf } from '../../accumulator.ts'
import { FIELD_MODULUS } from '../../field.ts'
import type { ChainState } from '../../state.ts'

/** A chain state inside a checkpoint. Numbers beyond 53 bits are hexadecimal, hashes in display order. */
const hex = z.string().regex(/^[0-9a-f]{1,64}$/)

export const stateSchema = z.strictObject({
  params: hex,
  start: z.strictObject({ kind: z.enum(['genesis', 'anchor']), height: uint32, hash: hash256 }),
  height: uint32,
  hash: hash256,
  bits: uint32,
  epochStartTime: uint32,
  maxTime: uint32,
  times: z.array(uint32).min(1).max(MEDIAN_SPAN),
  chainwork: hex,
  peaks: z
    .array(z.strictObject({ root: hex, size: hex }))
    .min(1)
    .max(64),
})

export type StateJson = z.infer<typeof stateSchema>

export function stateToJson(state: ChainState): StateJson {
  const { params, start, context, history } = state
  return {
    params: packParams(params).toString(16),
    start: { kind: start.kind, height: start.height, hash: toDisplay(start.hash) },
    height: context.height,
    hash: toDisplay(context.hash),
    bits: context.bits,
    epochStartTime: context.epochStartTime,
    maxTime: context.maxTime,
    times: [...context.times],
    chainwork: context.chainwork.toString(16),
    peaks: peaksOf(history).map(({ root, size }) => ({ root: root.toString(16), size: size.toString(16) })),
  }
}

/**
 * Null when it is of another network or cannot be a state. Whether it is the state that was *folded* shows only in
 * comparison with the fold's own vector, which binds every field here.
 */
export function stateFromJson(json: StateJson, params: NetworkParams, poseidon: Poseidon): ChainState | null {
  if (BigInt(`0x${json.params}`) !== packParams(params)) return null
  const chainwork = BigInt(`0x${json.chainwork}`)
  const peaks = json.peaks.map(({ root, size }) => ({ root: BigInt(`0x${root}`), size: BigInt(`0x${size}`) }))
  if (unusableTarget(json.bits) !== undefined || chainwork >> 128n !== 0n) return null
  // Heights have 32 bits, so no tree holds more headers.
  if (peaks.some(({ root, size }) => root >= FIELD_MODULUS || size >> 33n !== 0n)) return null
  const history = fromPeaks(poseidon, peaks)
  if (history === null) return null
  const { target } = decodeCompact(json.bits)
  const { kind, height, hash: startHash } = json.start
  return {
    params,
    start: { kind, height, hash: fromDisplay(startHash) },
    history,
    context: {
      height: json.height,
      hash: fromDisplay(json.hash),
      bits: json.bits,
      target,
      work: blockWork(target),
      times: json.times,
      epochStartTime: json.epochStartTime,
      // Only rules of networks that the circuit does not serve look further back than nBits of the tip.
      epochStartBits: json.bits,
      lastRegularBits: json.bits,
      maxTime: json.maxTime,
      chainwork,
    },
  }
}
