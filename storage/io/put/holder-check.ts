import { randomInt } from 'node:crypto'
import type { PeerName, PeerTransport } from '../../../src/bus/index.ts'
import { hexToBytes } from '../../../src/lib/index.ts'
import type { StorageKernel } from '../../../src/proving/index.ts'
import { verifyUnit } from '../../blob/verify.ts'
import { unitKind } from '../../peers/piece-kinds.ts'
import type { ReadyBlob } from './encode-content.ts'

/** Units that a holder has to give: of those who lack a third of a blob, four in a hundred have all eight. */
const UNITS = 8
/** So many times one may lack what it says that it has: what breaks on a disk is healed. */
const MISSES = 3

/**
 * What a peer has shown of having a blob: it gave what it was asked for; not yet, for it could not be asked; it lacks
 * something.
 */
export type Shown =
  | { readonly is: 'shown' | 'unasked' }
  | { readonly is: 'lacking'; readonly detail: string; readonly isLie: boolean }

interface Misses {
  readonly count: number
  readonly last: Shown
}

/**
 * Asks those who say that they have all of a blob for units by lot, and verifies them: that one has it is not its word alone.
 * It may have them from others just now: that it keeps them is for proofs of storage.
 */
export class HolderCheck {
  readonly #transport: PeerTransport
  readonly #kernel: StorageKernel
  readonly #shown = new Set<string>()
  readonly #misses = new Map<string, Misses>()

  constructor(transport: PeerTransport, kernel: StorageKernel) {
    this.#transport = transport
    this.#kernel = kernel
  }

  /** Once for each peer and blob, as soon as it has shown it. */
  async check(peer: PeerName, ready: ReadyBlob, signal: AbortSignal): Promise<Shown> {
    const key = `${ready.id} ${peer}`
    if (this.#shown.has(key)) return { is: 'shown' }
    const before = this.#misses.get(key)
    if (before !== undefined && before.count >= MISSES) return before.last
    const asked = await Promise.all(someUnits(ready).map((unit) => this.#unit(peer, ready, unit, signal)))
    if (asked.every(({ is }) => is === 'shown')) {
      this.#shown.add(key)
      return { is: 'shown' }
    }
    const lacking = asked.filter((one) => one.is === 'lacking')
    const last = lacking.find(({ isLie }) => isLie) ?? lacking[0]
    if (last === undefined) return { is: 'unasked' }
    // Who gives what is another's has done with it.
    const count = last.isLie ? MISSES : (before?.count ?? 0) + 1
    this.#misses.set(key, { count, last })
    return last
  }

  async #unit(peer: PeerName, { id, blob }: ReadyBlob, index: number, signal: AbortSignal): Promise<Shown> {
    const asked = await this.#transport.ask(peer, unitKind, { id: hexToBytes(id), index }, { signal })
    if (!asked.ok) {
      const isLater = asked.reject === 'refused' ? asked.reason === 'busy' : asked.reject === 'unreachable'
      if (isLater) return { is: 'unasked' }
      return {
        is: 'lacking',
        isLie: false,
        detail: `says that it has all, and gives no unit ${index}: ${asked.detail}`,
      }
    }
    const [given] = asked.frames
    const verified = given && (await verifyUnit(this.#kernel, blob, { index, ...given }))
    if (verified?.ok === true) return { is: 'shown' }
    this.#transport.blame(peer, 'lie', `${unitKind.name}: ${verified?.detail ?? 'nothing'}`)
    return { is: 'lacking', isLie: true, detail: `says that it has all, and gives another unit ${index}` }
  }
}

/** Numbers by lot that nobody foresees, each once. */
function someUnits({ blob: { shape } }: ReadyBlob): number[] {
  const of = shape.dataUnits + shape.parityUnits
  const units = new Set<number>()
  while (units.size < Math.min(UNITS, of)) units.add(randomInt(of))
  return [...units]
}
