import { InvalidArgumentError } from 'commander'
import { MAX_KEYS } from '../../storage/index.ts'
import { LEAST_TIP } from '../../storage/io/index.ts'

/** Option parser: a small count. */
export function copies(text: string): number {
  if (!/^[1-9][0-9]{0,2}$/.test(text)) throw new InvalidArgumentError('not a number from 1 to 999')
  return Number(text)
}

/** Option parser: keys of a certificate. */
export function keyCount(text: string): number {
  const count = /^[1-9][0-9]?$/.test(text) ? Number(text) : 0
  if (count < 1 || count > MAX_KEYS) throw new InvalidArgumentError(`not a number from 1 to ${MAX_KEYS}`)
  return count
}

/** Option parser: satoshis for a provider. */
export function tip(text: string): bigint {
  if (!/^[0-9]{1,12}$/.test(text) || BigInt(text) < LEAST_TIP) {
    throw new InvalidArgumentError(`not a number of satoshis from ${LEAST_TIP} on, the least that nodes relay`)
  }
  return BigInt(text)
}

/** Option parser: satoshis that may be spent. */
export function budget(text: string): bigint {
  if (!/^[1-9][0-9]{0,11}$/.test(text)) throw new InvalidArgumentError('not a number of satoshis')
  return BigInt(text)
}

/** Option parser: satoshis that may be spent, or 0. */
export function budgetOrNone(text: string): bigint {
  return text === '0' ? 0n : budget(text)
}

/** Each is asked for by itself. */
const MAX_PARTITIONS = 1_000

/** Option parser: partitions, `0`, `0,2` or `0-3`. */
export function partitions(text: string): number[] {
  const found = new Set<number>()
  for (const part of text.split(',')) {
    const match = /^([0-9]{1,6})(?:-([0-9]{1,6}))?$/.exec(part)
    const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])]
    if (match === null || last < first || last - first >= MAX_PARTITIONS) {
      throw new InvalidArgumentError('write partitions as 0 or 0,2 or 0-3')
    }
    for (let partition = first; partition <= last; partition++) found.add(partition)
    if (found.size > MAX_PARTITIONS) throw new InvalidArgumentError(`name at most ${MAX_PARTITIONS} partitions`)
  }
  return [...found]
}

/** Option parser: bytes, also as 500MB or 20GB. */
export function byteCount(text: string): number {
  const match = /^([0-9]{1,12})(kB|MB|GB|TB)?$/.exec(text)
  if (match === null) throw new InvalidArgumentError('write bytes as 1000000, 500MB or 20GB')
  const scale = { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }[match[2] ?? ''] ?? 1
  return Number(match[1]) * scale
}

/** Option parser: one more address, or several by commas. */
export function addresses(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), ...text.split(',')]
}

/** A provider that is named on the command line. */
export interface NamedProvider {
  /** Of its peer. */
  readonly name: string
  /** Null where it is to be found through other peers. */
  readonly address: string | null
}

/** Option parser: one more provider by the name of its peer, with an address before it or without. */
export function providers(text: string, before: readonly NamedProvider[] | undefined): NamedProvider[] {
  const named = text.split(',').map((one) => {
    const match = /^(\/.*\/p2p\/)?(12D3Koo[1-9A-HJ-NP-Za-km-z]{40,50})$/.exec(one)
    const [, address, name] = match ?? []
    if (name === undefined) throw new InvalidArgumentError('write a provider as /ip4/…/tcp/…/p2p/12D3Koo…, or 12D3Koo…')
    return { name, address: address === undefined ? null : one }
  })
  return [...(before ?? []), ...named]
}
