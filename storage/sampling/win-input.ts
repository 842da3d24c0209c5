import { FIELD_BYTES } from '../../src/bus/index.ts'
import type { CircuitInput, StorageKernel } from '../../src/proving/index.ts'
import type { BlobContent } from '../blob/id.ts'
import { UNITS_A_CHUNK } from '../blob/shape.ts'
import { climb } from '../blob/tree.ts'
import { leafHash, TAGS } from '../table/tree.ts'
import { elementOf, halvesOf } from './elements.ts'
import { elements, type OpenedUnit, openedUnitInput } from './opened-unit.ts'
import type { WinStatement } from './win-statement.ts'

const ENTRY_PATH_BYTES = TAGS.length * 15 * FIELD_BYTES

/** A unit that a try drew: the opened unit, and its blob's entry in the table. */
export interface DrawnUnit extends OpenedUnit {
  readonly blob: BlobContent
  readonly entry: {
    /** Of the blob's id, 64 hex digits. */
    readonly id: string
    /** Of the entry in the table. */
    readonly number: number
    /** First of the blob's positions, and how many there are. */
    readonly first: number
    readonly count: number
    /** From its leaf to the root of the table that the statement is about. */
    readonly path: Uint8Array
  }
}

/**
 * Inputs of the circuit `win` for a try and the two units that it draws, in the order in which they are drawn. Whether they
 * win is the circuit's to say: it has a witness only if they do.
 */
export function winInput(
  kernel: Pick<StorageKernel, 'treeNodes' | 'poseidon'>,
  { challenge, tableRoot, threshold, number }: WinStatement,
  units: readonly [DrawnUnit, DrawnUnit],
): CircuitInput {
  const [block, provider] = [halvesOf(challenge.blockHash), halvesOf(challenge.key)]
  const opened = units.map((unit) => openedUnitInput(kernel, unit))
  return {
    net: elementOf(challenge.networkHash),
    challengeHigh: block.high,
    challengeLow: block.low,
    keyHigh: provider.high,
    keyLow: provider.low,
    first: challenge.first,
    units: UNITS_A_CHUNK * challenge.fill,
    tableRoot: elements(tableRoot, FIELD_BYTES)[0] as bigint,
    threshold,
    number,
    encoded: opened.map(({ encoded }) => encoded),
    blobChildren: opened.map(({ children }) => children),
    root: units.flatMap(({ blob }) => elements(blob.root, FIELD_BYTES)),
    length: units.map(({ blob }) => blob.length),
    coding: units.map(({ blob }) => blob.coding),
    entry: units.map(({ entry }) => entry.number),
    start: units.map(({ entry }) => entry.first),
    count: units.map(({ entry }) => entry.count),
    tableChildren: units.map(({ entry }) => tableChildren(kernel, entry)),
  }
}

function tableChildren(kernel: Pick<StorageKernel, 'treeNodes' | 'poseidon'>, entry: DrawnUnit['entry']): bigint[][] {
  elements(entry.path, ENTRY_PATH_BYTES)
  const { groups } = climb(kernel, TAGS, leafHash(kernel, entry), entry.number, entry.path)
  return groups.map((group) => elements(group, UNITS_A_CHUNK * FIELD_BYTES))
}
