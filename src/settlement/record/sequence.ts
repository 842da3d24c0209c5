/** Who counts for what, of hex: `seq` rises within one of these. */
export function lineOf({ author, program }: { readonly author: string; readonly program: string }): string {
  return `${author}:${program}`
}

/**
 * Whether a record counts, given the greatest `seq` of those of its line that count before it in the chain. Of two with
 * one `seq` the earlier counts, and one that comes late with a smaller `seq` does not.
 */
export function counts(seq: number, greatestBefore: number | undefined): boolean {
  return greatestBefore === undefined || seq > greatestBefore
}
