import type { NetworkParams } from '../../src/bitcoin/index.ts'
import { asError, type Rejection, type Result, rejection, throwIfAborted } from '../../src/lib/index.ts'
import { type SignedName, verifySignedName } from './signed-name.ts'

/** A name of an author's. */
export interface NameKey {
  readonly author: string
  readonly name: string
}

/** Whoever tells of names without being trusted; null where it knows no such name. Throws where it cannot be reached. */
export interface NameSource {
  readonly name: string
  signedName(key: NameKey, signal?: AbortSignal): Promise<SignedName | null>
}

/** The greatest `seq` of each name that was ever seen here: a client never goes back behind it. */
export interface SeenNames {
  get(key: NameKey): Promise<number | null>
  /** A greater one that was put before stays. */
  put(key: NameKey, seq: number): Promise<void>
}

/** For as long as it is kept in memory. */
export class MemorySeenNames implements SeenNames {
  readonly #seen = new Map<string, number>()

  async get({ author, name }: NameKey): Promise<number | null> {
    return this.#seen.get(`${author}:${name}`) ?? null
  }

  async put({ author, name }: NameKey, seq: number): Promise<void> {
    const key = `${author}:${name}`
    this.#seen.set(key, Math.max(seq, this.#seen.get(key) ?? 0))
  }
}

/** What a name means, as far as is known. */
export interface ResolvedName {
  /** Of a blob. */
  readonly id: string
  readonly seq: number
  /** Height up to which whoever said so has seen the chain: what came later nobody here knows. */
  readonly asOf: number
}

/** Why a name means nothing. */
export type NameReject =
  | 'no-such-name'
  /** The last that its author said of it is that it means nothing any more. */
  | 'taken-back'
  /** All that is offered is older than what was seen before. */
  | 'stale-name'
  /** What was offered its author never signed. */
  | 'bad-signature'
  | 'unreachable'

/** What one source did wrong. */
export interface NameFault {
  readonly source: string
  readonly reject: 'bad-signature' | 'unreachable'
  readonly detail: string
}

/** Asks all sources and takes what the author signed last; `onFault` hears of each that lied or could not be reached. */
export async function resolveName(
  params: NetworkParams,
  key: NameKey,
  sources: readonly NameSource[],
  seen: SeenNames,
  { signal, onFault }: { readonly signal?: AbortSignal | undefined; onFault?(fault: NameFault): void } = {},
): Promise<Result<{ readonly named: ResolvedName }, NameReject>> {
  let best: SignedName | null = null
  const faults: NameFault[] = []
  const answers = await Promise.allSettled(sources.map((source) => source.signedName(key, signal)))
  throwIfAborted(signal)
  for (const [i, settled] of answers.entries()) {
    const { name } = sources[i] as NameSource
    const fault = (reject: NameFault['reject'], detail: string) => faults.push({ source: name, reject, detail })
    if (settled.status === 'rejected') fault('unreachable', asError(settled.reason).message)
    else if (settled.value !== null) {
      const held = verifySignedName(params, key, settled.value)
      if (!held.ok) fault(held.reject, held.detail)
      else if (best === null || later(settled.value, best)) best = settled.value
    }
  }
  for (const fault of faults) onFault?.(fault)
  if (best === null) {
    const worst = faults.find(({ reject }) => reject === 'bad-signature') ?? faults[0]
    if (worst === undefined) return rejection('no-such-name', `nobody knows ${key.name}`)
    return rejection(worst.reject, `${worst.source}: ${worst.detail}`)
  }
  const { asOf, id, record } = best
  const last = await seen.get(key)
  if (last !== null && record.seq < last) {
    return rejection('stale-name', `number ${record.seq} of ${key.name} is offered, number ${last} was seen before`)
  }
  if (last === null || record.seq > last) await seen.put(key, record.seq)
  if (id === '') return takenBack(key)
  return { ok: true, named: { id, seq: record.seq, asOf } }
}

export function takenBack({ name }: Pick<NameKey, 'name'>): Rejection<'taken-back'> {
  return rejection('taken-back', `its author took ${name} back`)
}

function later(a: SignedName, b: SignedName): boolean {
  return a.record.seq > b.record.seq || (a.record.seq === b.record.seq && a.asOf > b.asOf)
}
