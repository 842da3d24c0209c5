/** More changes in a row than this while it is read, and a source's chain is not to be believed. */
const MAX_LOOKS = 8

/** What a look found that does not fit together: the chain may have changed between two of its questions. */
export class Misfit<T = never> {
  /** What was found; the same text twice in a row is the same finding. */
  readonly found: string
  /** Makes what is thrown where the chain never stands still. */
  readonly giveUp: () => unknown
  /** What it means where the very same is found again right after, which no change explains; it may throw. */
  readonly again: (() => T) | undefined

  constructor(found: string, giveUp: () => unknown, again?: () => T) {
    this.found = found
    this.giveUp = giveUp
    this.again = again
  }
}

/**
 * Looks anew while a chain changes under `look`: the one place that knows how to read what moves. A look asks several
 * questions, and gives a `Misfit` where their answers do not fit together.
 *
 * @example
 * let looks = 0
 * const look = async () => (++looks < 3 ? new Misfit(`change ${looks}`, () => new Error('never still')) : looks)
 * console.log(await readMoving(look)) // 3
 */
export async function readMoving<T>(look: () => Promise<T | Misfit<T>>): Promise<T> {
  let before: string | undefined
  for (let looks = 1; ; looks++) {
    const found = await look()
    if (!(found instanceof Misfit)) return found
    if (found.again !== undefined && found.found === before) return found.again()
    if (looks === MAX_LOOKS) throw found.giveUp()
    before = found.found
  }
}
