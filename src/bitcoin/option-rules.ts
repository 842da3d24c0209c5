import { aBigint, aBoolean, aByteArray, anInteger, aText, having, type OptionRule, optional } from '../lib/index.ts'
import type { ChainContext } from './context.ts'
import type { Header } from './header.ts'
import { MEDIAN_SPAN } from './median-time.ts'
import type { NetworkParams } from './params/network-params.ts'

/** What the public functions of every part ask of values of this one, where they are given as options. */
type Members<T extends object> = { readonly [Name in keyof Required<T>]: OptionRule }

const uint32 = anInteger(0, 0xffff_ffff)
const hash: OptionRule = {
  what: '32 bytes',
  holds: (value) => aByteArray.holds(value) && (value as Uint8Array).length === 32,
}

const header: Members<Header> = {
  version: anInteger(-0x8000_0000, 0x7fff_ffff),
  prevHash: hash,
  merkleRoot: hash,
  time: uint32,
  bits: uint32,
  nonce: uint32,
}

const params: Members<NetworkParams> = {
  name: aText,
  custom: aBoolean,
  genesis: having('a header', header),
  limitCompact: uint32,
  epochLength: anInteger(2, 0xffff_ffff),
  retargeting: aBoolean,
  v2Height: uint32,
  v3Height: uint32,
  v4Height: uint32,
  segwitHeight: uint32,
  minDifficultyAfter20Minutes: aBoolean,
  bip94: aBoolean,
  provable: aBoolean,
  weakPow: aBoolean,
  rpcPort: optional(anInteger(0, 65_535)),
}

const context: Members<ChainContext> = {
  height: uint32,
  hash,
  bits: uint32,
  target: aBigint(0n),
  work: aBigint(0n),
  times: {
    what: `1 to ${MEDIAN_SPAN} times`,
    holds: (value) =>
      Array.isArray(value) && value.length >= 1 && value.length <= MEDIAN_SPAN && value.every(uint32.holds),
  },
  epochStartTime: uint32,
  epochStartBits: uint32,
  lastRegularBits: uint32,
  maxTime: uint32,
  chainwork: aBigint(0n),
}

export const networkParams: OptionRule = having('a network’s parameters (mainnet, loadCustomParams, …)', params)
export const chainContext: OptionRule = having('a chain’s context (startContext, decodeAnchor, …)', context)
export const anchorContext: OptionRule = having('an anchor (decodeAnchor, contextFromHeaders)', {
  ...context,
  header: having('a header', header),
})
