import {
  type AnchorContext,
  type BlockHash,
  type Header,
  headerHash,
  Misfit,
  type NetworkParams,
  readMoving,
  sameHash,
  toDisplay,
} from '../../../bitcoin/index.ts'
import { concatBytes, throwIfAborted } from '../../../lib/index.ts'
import type { AccumulatorPath } from '../../accumulator-path.ts'
import { busError } from '../../errors.ts'
import { decodeField, FIELD_BYTES } from '../../field.ts'
import { LEAF_BYTES, leafBlockHash, leafBytes } from '../../leaf.ts'
import { planPath, treeSizes } from '../../path-plan.ts'
import { BATCH, type HeaderSource } from '../prover/header-source.ts'
import { appendedRecords, leafHashes, listCommitment, type PoseidonSource } from './nodes.ts'
import type { HistoryTable } from './table.ts'

/** The first header of a history: the network's genesis, or the anchor's. */
export interface HistoryStart {
  readonly height: number
  readonly header: Header
}

/**
 * Where the history of a network begins, or of a chain from an anchor.
 *
 * @example
 * import { History, historyStart, loadVerifier, memoryTable, regtest } from 'wsc-bitcoin'
 *
 * const history = await History.open(historyStart(regtest), memoryTable(), await loadVerifier())
 * console.log(history.tipHeight) // 0
 */
export function historyStart(params: NetworkParams, anchor?: AnchorContext): HistoryStart {
  return anchor ?? { height: 0, header: params.genesis }
}

/**
 * Every header of a chain and every node of its accumulator: what paths are made of. A node never changes once its leaf
 * is there, so paths to the commitment of any earlier tip can be made too. Nothing here is judged: what a history is
 * worth shows in its commitment, which must be the proved one.
 */
export class History {
  readonly start: HistoryStart
  readonly #table: HistoryTable
  readonly #source: PoseidonSource
  #rewrites = 0

  private constructor(start: HistoryStart, table: HistoryTable, source: PoseidonSource) {
    this.start = start
    this.#table = table
    this.#source = source
  }

  static async open(start: HistoryStart, table: HistoryTable, source: PoseidonSource): Promise<History> {
    const history = new History(start, table, source)
    const { height, header } = start
    if (table.count === 0) await history.#append(leafBytes(height, headerHash(header), header), true)
    return history
  }

  /** Height of its last header. */
  get tipHeight(): number {
    return this.start.height + this.#table.count - 1
  }

  /**
   * How often headers were taken back: until it changes, what was read stays true. Who reads several records for one
   * answer compares it before and after, and so waits for nobody and keeps nobody waiting.
   */
  get rewrites(): number {
    return this.#rewrites
  }

  /** Null where it holds no such height. */
  async hashAt(height: number): Promise<BlockHash | null> {
    const number = height - this.start.height
    if (!Number.isInteger(number) || number < 0 || number >= this.#table.count) return null
    const [leaf] = await this.#leaves([number])
    return leafBlockHash(leaf as Uint8Array)
  }

  /**
   * Makes it the source's chain up to `height`: goes back to where the two part, then appends. Headers must link; their
   * rules are not checked here. Throws E_REORG where the source changes without end, E_NO_HEADERS where it ends early.
   */
  async sync(source: HeaderSource, height: number, signal?: AbortSignal): Promise<void> {
    await readMoving(async () => {
      await this.#rollBack(source, signal)
      if (this.tipHeight >= height || (await this.#extend(source, height, signal))) return
      const found = `headers after height ${this.tipHeight} do not link to the chain before`
      const parted = () => busError('E_REORG', found)
      if (source.fixed) throw parted()
      return new Misfit(found, parted)
    })
  }

  /** Commitment of the chain up to `tipHeight`, as a proof of that height carries it. */
  async commitment(tipHeight: number): Promise<bigint> {
    const trees = await this.#trees(this.#countAt(tipHeight))
    return this.#element(listCommitment(this.#source, trees))
  }

  /** The path from `height` to the commitment of the chain up to `tipHeight`: some 45 reads at a million headers. */
  async path(height: number, tipHeight: number): Promise<AccumulatorPath> {
    const count = this.#countAt(tipHeight)
    const index = height - this.start.height
    const { halves, steps, older, newer } = planPath(count, index)
    const rest = older === 0 ? [] : [listCommitment(this.#source, await this.#trees(older))]
    const below = halves === null ? [] : [halves.older, halves.newer]
    const roots = await this.#roots([
      ...below,
      ...steps.map(({ sibling }) => sibling),
      ...newer.map(({ node }) => node),
    ])
    const leaves = leafHashes(this.#source, concatBytes(...(await this.#leaves(steps.map(({ own }) => own)))))
    const siblings = roots.slice(below.length, below.length + steps.length)
    const parts = [
      ...roots.slice(0, below.length),
      ...siblings.flatMap((sibling, i) => [leaves.subarray(i * FIELD_BYTES, (i + 1) * FIELD_BYTES), sibling]),
      ...rest,
      ...roots.slice(below.length + steps.length),
    ]
    return parts.map((part) => this.#element(part))
  }

  close(): Promise<void> {
    return this.#table.close()
  }

  #countAt(tipHeight: number): number {
    const count = tipHeight - this.start.height + 1
    if (Number.isInteger(count) && count >= 1 && count <= this.#table.count) return count
    throw busError('E_NO_HEADERS', `the history ends at height ${this.tipHeight}, before ${tipHeight}`)
  }

  #element(bytes: Uint8Array): bigint {
    const decoded = decodeField(bytes)?.[0]
    if (decoded !== undefined) return decoded
    const { remade } = this.#table
    throw busError('E_IO', 'the history holds what is no field element', remade === undefined ? {} : { cure: remade })
  }

  async #roots(nodes: readonly number[]): Promise<Uint8Array[]> {
    return (await this.#table.read(nodes)).map((record) => record.subarray(LEAF_BYTES))
  }

  async #leaves(numbers: readonly number[]): Promise<Uint8Array[]> {
    return (await this.#table.read(numbers)).map((record) => record.subarray(0, LEAF_BYTES))
  }

  /** The trees of the first `count` leaves, oldest first. */
  async #trees(count: number): Promise<{ root: Uint8Array; size: number; node: number }[]> {
    let end = 0
    const trees = treeSizes(count).map((size) => {
      end += size
      return { size, node: end - 1 }
    })
    const roots = await this.#roots(trees.map(({ node }) => node))
    return trees.map((tree, i) => ({ ...tree, root: roots[i] as Uint8Array }))
  }

  async #append(leaves: Uint8Array, durable: boolean): Promise<void> {
    const { count } = this.#table
    const peaks = new Map((await this.#trees(count)).map(({ node, root }) => [node, root]))
    const peakRoot = (node: number) => peaks.get(node) as Uint8Array
    const records = appendedRecords(this.#source, { count, peakRoot }, leaves)
    await this.#table.append(records, durable)
  }

  /** Back to the newest header that the source has too, in steps that double; what was on both chains is cheap to redo. */
  async #rollBack(source: HeaderSource, signal: AbortSignal | undefined): Promise<void> {
    const top = Math.min(this.tipHeight, await source.tipHeight(signal))
    for (let back = 0; ; back = 2 * back + 1) {
      const height = Math.max(this.start.height, top - back)
      const own = await this.hashAt(height)
      const there = await source.hashAt(height, signal)
      if (own !== null && there !== null && sameHash(own, there)) {
        // A source that merely ends earlier takes nothing away.
        if (back > 0) {
          await this.#table.truncate(height - this.start.height + 1)
          // Before anything is written over what lies beyond.
          this.#rewrites++
        }
        return
      }
      if (height === this.start.height) {
        const found = there === null ? 'nothing' : toDisplay(there)
        throw busError(
          'E_SOURCE',
          `the source has ${found} at height ${height}, not ${toDisplay(headerHash(this.start.header))}`,
        )
      }
    }
  }

  /** False where the source changed meanwhile. */
  async #extend(source: HeaderSource, height: number, signal: AbortSignal | undefined): Promise<boolean> {
    let tip = (await this.hashAt(this.tipHeight)) as BlockHash
    while (this.tipHeight < height) {
      throwIfAborted(signal)
      const headers = await source.headers(this.tipHeight + 1, Math.min(BATCH, height - this.tipHeight), signal)
      if (headers.length === 0) {
        throw busError('E_NO_HEADERS', `there is no header at height ${this.tipHeight + 1}`)
      }
      const leaves = new Uint8Array(headers.length * LEAF_BYTES)
      for (const [i, { header, hash }] of headers.entries()) {
        if (!sameHash(header.prevHash, tip)) return false
        tip = hash
        leaves.set(leafBytes(this.tipHeight + 1 + i, hash, header), i * LEAF_BYTES)
      }
      await this.#append(leaves, this.tipHeight + headers.length >= height)
    }
    return true
  }
}
