import {
  type ChainContext,
  checkHeader,
  decodeCompact,
  type Header,
  type NetworkParams,
  regtest,
  requiredBits,
} from '../../src/bitcoin/index.ts'
import { requiredVersion } from '../../src/bitcoin/versions.ts'
import { type HashRange, mineHeader } from './mine.ts'

/** The header after a context that every rule accepts, but for what `differs`; mined to meet its own target. */
export function nextHeader(
  params: NetworkParams,
  context: ChainContext,
  differs: Partial<Header> = {},
  range?: HashRange,
): Header {
  const time = differs.time ?? (context.times.at(-1) ?? 0) + 600
  const template: Header = {
    version: requiredVersion(params, context.height + 1) ?? 1,
    prevHash: context.hash,
    merkleRoot: new Uint8Array(32),
    time,
    bits: requiredBits(params, context, time),
    nonce: 0,
    ...differs,
  }
  const header = mineHeader(template, range ?? { high: decodeCompact(template.bits).target })
  if (header === undefined) throw new Error('no nonce fits')
  return header
}

/** Adds a valid header at each time. */
export function grow(params: NetworkParams, start: ChainContext, times: readonly number[]): ChainContext {
  let context = start
  for (const time of times) {
    const result = checkHeader(params, context, nextHeader(params, context, { time }))
    if (!result.ok) throw new Error(`${result.reject} at ${result.height}: ${result.detail}`)
    context = result.next
  }
  return context
}

/** Retargets as testnet4 does, at regtest's difficulty. No network of the product: its limit is too easy for that. */
export const easyTestnet4: NetworkParams = {
  ...regtest,
  name: 'easy-testnet4',
  epochLength: 4,
  retargeting: true,
  minDifficultyAfter20Minutes: true,
  bip94: true,
  provable: false,
}
