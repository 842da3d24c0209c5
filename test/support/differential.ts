import { readFileSync } from 'node:fs'
import {
  type ChainContext,
  decodeHeader,
  extendContext,
  HEADER_BYTES,
  type Header,
  type HeaderReject,
  headerHash,
  loadCustomParams,
  type NetworkParams,
  startContext,
} from '../../src/bitcoin/index.ts'
import { vector } from './shared-data.ts'

/** Which rule alone decides; `bits` inside an epoch, `retarget` at its start, both `bad-diffbits`. */
export type DifferentialRule = 'hash' | 'link' | 'bits' | 'retarget' | 'time' | 'version'

export interface DifferentialCase {
  readonly index: number
  readonly params: NetworkParams
  /** All headers before, genesis first. */
  readonly ancestors: readonly Header[]
  /** The same as the rules carry it. */
  readonly context: ChainContext
  readonly header: Header
  readonly rule: DifferentialRule | undefined
  readonly reject: HeaderReject | undefined
  readonly note: string | undefined
}

interface Listed {
  readonly network: number
  readonly parent: number
  readonly rule?: DifferentialRule
  readonly reject?: HeaderReject
  readonly note?: string
}

/**
 * The headers mined by make-differential.ts, with the chain each stands on. Those without a rule only carry others;
 * they are valid too. Contexts come from extendContext, which checks nothing.
 */
export function differentialCases(): DifferentialCase[] {
  const listed = vector<{ networks: unknown[]; headers: Listed[] }>('differential.json')
  const bytes = new Uint8Array(readFileSync(new URL('../vectors/differential.bin', import.meta.url)))
  const networks = listed.networks.map((network) => loadCustomParams(network))
  const cases: DifferentialCase[] = []
  for (const [index, { network, parent, rule, reject, note }] of listed.headers.entries()) {
    const params = networks[network]!
    const before = cases[parent]
    const header = decodeHeader(bytes, index * HEADER_BYTES)
    const ancestors = before ? [...before.ancestors, before.header] : [params.genesis]
    const context = before
      ? extendContext(params, before.context, before.header, headerHash(before.header))
      : startContext(params)
    cases.push({ index, params, ancestors, context, header, rule, reject, note })
  }
  return cases
}
