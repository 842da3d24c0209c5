import { type AnchorContext, toDisplay } from '../../bitcoin/index.ts'
import type { ProvedChain } from '../../bus/index.ts'
import type { OwnBlock } from '../service/served-program.ts'

/** A chain up to a block as a bus proof of it would say, from genesis or an anchor on; whoever has the block has judged it. */
export function chainTo(
  { height, hash, accumulator }: OwnBlock,
  anchor?: AnchorContext,
): Pick<ProvedChain, 'height' | 'tip' | 'accumulator' | 'anchor'> {
  const from = anchor === undefined ? null : { height: anchor.height, hash: toDisplay(anchor.hash) }
  return { height, tip: toDisplay(hash), accumulator, anchor: from }
}
