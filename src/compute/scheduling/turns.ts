/** After so many slots anyone may prove, whether it is in the order or not. */
export const ORDERED_SLOTS = 4

/** Length of a slot, milliseconds: long enough to prove and to tell of it, so that nobody begins while another is at it. */
export const SLOT_MS = 20_000

/**
 * How long a peer waits, from when it saw the block by a clock of its own that never goes back: nobody can shift another's turn.
 *
 * @param order of provers at that block (`proverOrder`)
 * @param own key of the peer itself
 */
export function turnMs(order: readonly string[], own: string, slotMs: number = SLOT_MS): number {
  const rank = order.indexOf(own)
  return slotMs * (rank < 0 ? ORDERED_SLOTS : Math.min(rank, ORDERED_SLOTS))
}
