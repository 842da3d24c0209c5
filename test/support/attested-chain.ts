import { decodeHeader, encodeHeader, type Header, headerHash, toDisplay } from '../../src/bitcoin/index.ts'
import type { AttestedChain, HeaderPlace, ProvedChain } from '../../src/bus/index.ts'
import { History } from '../../src/bus/io/history/history.ts'
import { memoryTable } from '../../src/bus/io/history/table.ts'
import { fileSource } from '../../src/bus/io/prover/header-source.ts'
import { concatBytes } from '../../src/lib/index.ts'
import { poseidonSource } from '../bus/poseidon-reference.ts'

export interface PlacedChain {
  readonly chain: AttestedChain & Pick<ProvedChain, 'tip'>
  readonly place: HeaderPlace
  readonly history: History
  /** From the first one on. */
  readonly headers: readonly Header[]
}

/**
 * What a proof would say of a chain from this header, as its anchor, with `after` headers after it. For those no rule
 * holds but the link.
 */
export async function chainAround(header: Uint8Array, height: number, after: number): Promise<PlacedChain> {
  const template = decodeHeader(header)
  const next = (parent: Header, nonce: number): Header => ({ ...template, prevHash: headerHash(parent), nonce })
  const headers: Header[] = [template]
  for (let i = 0; i < after; i++) headers.push(next(headers.at(-1) as Header, i))
  const start = { height, header: template }
  const history = await History.open(start, memoryTable(), poseidonSource)
  const made = fileSource(concatBytes(...headers.map(encodeHeader)), height)
  if (!made.ok) throw new Error(made.reject)
  const tipHeight = height + after
  await history.sync(made.source, tipHeight)
  return {
    chain: {
      height: tipHeight,
      tip: toDisplay(headerHash(headers.at(-1) as Header)),
      accumulator: await history.commitment(tipHeight),
      anchor: { height, hash: toDisplay(headerHash(template)) },
    },
    place: { tipHeight, height, path: await history.path(height, tipHeight) },
    history,
    headers,
  }
}
