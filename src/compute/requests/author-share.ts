/** Blocks for which an author has its share: about a day. */
export const SHARE_BLOCKS = 144
/** One author has an eighth of the budget. */
export const SHARES = 8n

/** What was paid for a request of an author, and the tip's height then. */
export interface PaidRequest {
  readonly height: number
  readonly satoshis: bigint
}

/**
 * The height from which on an author may have another record of this cost; `height` where it may now. In any 144 blocks it has one record
 * of each graph, and more for as long as they are an eighth of the budget together. Keys are free: this is against accidents, and the
 * budget alone bounds who means harm.
 *
 * @param paid For this author and graph, in any order
 */
export function mayHaveFrom(
  paid: readonly PaidRequest[],
  { height, cost, budget }: { readonly height: number; readonly cost: bigint; readonly budget: bigint },
): number {
  const recent = paid.filter((one) => one.height > height - SHARE_BLOCKS).sort((a, b) => a.height - b.height)
  let sum = recent.reduce((all, { satoshis }) => all + satoshis, 0n)
  let from = height
  for (const oldest of recent) {
    if (sum + cost <= budget / SHARES) break
    sum -= oldest.satoshis
    from = oldest.height + SHARE_BLOCKS
  }
  return from
}
