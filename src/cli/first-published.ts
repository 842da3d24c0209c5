import { isInterrupt, type Result, rejection, WscError } from '../lib/index.ts'

/** What a record of a program came to. */
type Outcome<Found extends object> = Result<Found, string>

/** A record with what is read of it, and what is made of that. */
interface Tried<Published, Found extends object> {
  read(one: Published): Promise<Outcome<{ readonly bytes: Uint8Array }>>
  build(bytes: Uint8Array, one: Published): Promise<Outcome<Found>>
  readonly signal: AbortSignal
}

/**
 * Of several records of a program the first whose bundle is given and is that program. Anybody can publish a record of any id, so one
 * that comes to nothing is passed over. What hinders all of them is told; an exception is thrown on where none of them is right.
 */
export async function firstPublished<Published extends { readonly record: string }, Found extends object>(
  records: readonly Published[],
  { read, build, signal }: Tried<Published, Found>,
): Promise<Outcome<Found>> {
  const told: string[] = []
  let refused: ReturnType<typeof rejection<string>> | null = null
  let thrown: WscError | null = null
  for (const one of records) {
    const given = await read(one)
    if (!given.ok) {
      told.push(`${one.record}: ${given.reject}: ${given.detail}`)
      continue
    }
    try {
      const built = await build(given.bytes, one)
      if (built.ok) return built
      refused ??= rejection(built.reject, built.detail)
      told.push(`${one.record}: ${built.reject}: ${built.detail}`)
    } catch (error) {
      if (isInterrupt(error, signal) || !(error instanceof WscError)) throw error
      thrown ??= error
    }
  }
  if (thrown !== null) throw thrown
  if (refused !== null && records.length === 1) return refused
  return rejection(refused?.reject ?? 'not-given', told.join('; '))
}
