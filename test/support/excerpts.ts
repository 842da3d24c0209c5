import { concatBytes, hexToBytes } from '@noble/hashes/utils.js'
import {
  type AnchorContext,
  blockWork,
  type ChainContext,
  decodeCompact,
  decodeHeader,
  type Header,
  headerHash,
  mainnet,
  type NetworkParams,
  signet,
  testnet4,
} from '../../src/bitcoin/index.ts'
import { vector } from './shared-data.ts'

/** Testnet3: the 20-minute rule without BIP94. Only data of it is used; it is no network of the product. */
export const testnet3: NetworkParams = {
  ...testnet4,
  name: 'testnet3',
  genesis: decodeHeader(
    hexToBytes(
      '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3' +
        '888a51323a9fb8aa4b1e5e4adae5494dffff001d1aa4ae18',
    ),
  ),
  v2Height: 21_111,
  v3Height: 330_776,
  v4Height: 581_885,
  bip94: false,
}

const networks: Record<string, NetworkParams> = { mainnet, signet, testnet4, testnet3 }

interface RawExcerpt {
  readonly name: string
  readonly network: string
  readonly startHeight: number
  readonly epochFirst?: { readonly height: number; readonly header: string }
  readonly headers: readonly string[]
}

export interface Excerpt {
  readonly params: NetworkParams
  readonly startHeight: number
  /** First header of the epoch that the excerpt starts in, where it lies outside. */
  readonly epochFirst: Header | undefined
  readonly headers: readonly Header[]
  readonly bytes: Uint8Array
}

export function excerpt(name: string): Excerpt {
  const raw = vector<readonly RawExcerpt[]>('header-excerpts.json').find((one) => one.name === name)
  const params = networks[raw?.network ?? '']
  if (!raw || !params) throw new Error(`no excerpt ${name}`)
  const all = raw.headers.map((hex) => hexToBytes(hex))
  return {
    params,
    startHeight: raw.startHeight,
    epochFirst: raw.epochFirst && decodeHeader(hexToBytes(raw.epochFirst.header)),
    headers: all.map((bytes) => decodeHeader(bytes)),
    bytes: concatBytes(...all),
  }
}

/** The context at a height of an excerpt, made by hand from the epoch's first header and the headers before. */
export function excerptContext({ startHeight, epochFirst, headers }: Excerpt, height: number): AnchorContext {
  const upTo = headers.slice(0, height - startHeight + 1)
  const tip = upTo.at(-1)
  const first = epochFirst ?? headers[0]
  if (!tip || !first) throw new Error('outside the excerpt')
  const times = upTo.slice(-11).map((header) => header.time)
  return { ...tipContext(height, tip, first, times), header: tip }
}

export function tipContext(height: number, tip: Header, epochFirst: Header, times: readonly number[]): ChainContext {
  const { target } = decodeCompact(tip.bits)
  return {
    height,
    hash: headerHash(tip),
    bits: tip.bits,
    target,
    work: blockWork(target),
    times,
    epochStartTime: epochFirst.time,
    epochStartBits: epochFirst.bits,
    lastRegularBits: tip.bits,
    maxTime: Math.max(...times),
    chainwork: 0n,
  }
}
