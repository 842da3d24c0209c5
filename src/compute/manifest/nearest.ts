/** Edits between two words (Levenshtein), upper and lower case being one. */
function distance(a: string, b: string): number {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()]
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const changed = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[to.length] as number
}

/** Longer ones are no slips of the pen. */
const MAX_WORD = 64

/** The word that somebody may have meant by another: of a third of its letters at most wrong; null where there is none. */
export function nearest(word: string, words: Iterable<string>): string | null {
  if (word.length > MAX_WORD) return null
  let best: { readonly word: string; readonly edits: number } | null = null
  for (const one of words) {
    const edits = distance(word, one)
    if (edits <= Math.max(word.length, one.length) / 3 && edits < (best?.edits ?? Number.POSITIVE_INFINITY)) {
      best = { word: one, edits }
    }
  }
  return best?.word ?? null
}
