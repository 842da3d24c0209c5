import type { PeerTransport } from '../../../bus/index.ts'
import { rejection } from '../../../lib/index.ts'
import { heldKind } from '../../peers/result-kind.ts'
import type { ForPeers } from '../../service/for-peers.ts'
import type { KnownResults } from '../../service/known-results.ts'

/** Gives peers the results that they ask for, until what comes back is called. */
export async function answerHeld(
  transport: Pick<PeerTransport, 'answer'>,
  forPeers: ForPeers,
  known: (program: string) => KnownResults | undefined,
): Promise<() => Promise<void>> {
  return await transport.answer(heldKind, async ({ program, height, blockHash: hash }) => {
    const held = known(program)?.at({ height, hash }) ?? null
    if (held === null) return rejection('no-result', 'no such result is here')
    const unfit = forPeers.rejection(held)
    if (unfit !== null) return rejection('no-result', `peers are not given it: ${unfit.detail}`)
    return { ok: true, frames: [held] }
  })
}
