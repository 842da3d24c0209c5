import { networkHash, regtest } from '../../src/bitcoin/index.ts'
import { decodeField, encodeField } from '../../src/bus/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { loadAddon } from '../../src/proving/io/addon.ts'
import { CODING, UNIT_BYTES } from '../../storage/blob/shape.ts'
import { elementOf, halvesOf } from '../../storage/sampling/elements.ts'
import type { OpenedUnit } from '../../storage/sampling/opened-unit.ts'
import type { DrawnUnit } from '../../storage/sampling/win-input.ts'
import type { WinStatement } from '../../storage/sampling/win-statement.ts'
import { type Leaf, TableTree } from '../../storage/table/tree.ts'
import { poseidonOutputs } from '../bus/poseidon-reference.ts'
import { someBytes } from './bytes.ts'
import { type Draw, firstDraw, secondDraw, summaryOf } from './draws-reference.ts'
import { kernel } from './kernels.ts'
import { blobWith, type TestBlob } from './test-blob.ts'

const addon = loadAddon()
const ENCODED_BYTES = 8_192
/** Entries that are nobody's here, before those of the scene: so that entries have numbers of two digits. */
const OTHERS = 20
export const FIRST = 2 * 1_024
/** Of the blobs: 45, 8 and 30 units in three, one and two chunks. */
const LENGTHS = [30 * UNIT_BYTES - 7, 5 * UNIT_BYTES, 20 * UNIT_BYTES - 5_000]
export const FILL = 6

export const draw: Draw = (tag, inputs) => {
  return decodeField(addon.storageDraw(tag, encodeField(inputs))) as [bigint, bigint]
}

const baseHash = poseidonOutputs(5, 60)

interface KeptBlob {
  readonly blob: TestBlob
  readonly entry: DrawnUnit['entry']
  /** All of its units under the mask. */
  readonly encoded: Uint8Array
}

/** A provider with one partition of three blobs, all of it encoded. */
export interface WinScene {
  readonly key: Uint8Array
  /** Of all entries of the table, in order. */
  readonly leaves: readonly Leaf[]
  readonly tableRoot: Uint8Array
  readonly blobs: readonly KeptBlob[]
  /** The unit of this number in the partition. */
  unit(number: number): DrawnUnit
}

export function baseOf(id: string, key: Uint8Array): bigint {
  const { low, high } = halvesOf(key)
  const [blob] = decodeField(Buffer.from(id, 'hex')) as [bigint]
  return baseHash(17, [elementOf(networkHash(regtest)), blob, low, high])[0]!
}

export async function winScene(key: Uint8Array = someBytes(32, 3)): Promise<WinScene> {
  const tree = new TableTree(kernel)
  const others = Array.from({ length: OTHERS }, (_, i): Leaf => {
    // They fill the partitions before, ten each: a table that is told of these blobs has them at the same places.
    const [partition, nth] = [Math.floor(i / 10), i % 10]
    const place = { first: 1_024 * partition + 102 * nth, count: nth === 9 ? 106 : 102 }
    return { id: bytesToHex(encodeField([BigInt(i + 1) << 200n])), ...place }
  })
  const blobs = await Promise.all(LENGTHS.map((length, i) => blobWith(length, i + 1)))
  const leaves: Leaf[] = []
  let first = FIRST
  for (const { id, bytes } of blobs) {
    const count = bytes.length / UNIT_BYTES / 16
    leaves.push({ id, first, count })
    first += count
  }
  const all = [...others, ...leaves]
  tree.append(all)
  const kept = await Promise.all(
    blobs.map(async (blob, i): Promise<KeptBlob> => {
      const numbers = Uint32Array.from({ length: blob.bytes.length / UNIT_BYTES }, (_, unit) => unit)
      const encoded = await addon.maskUnits(encodeField([baseOf(blob.id, key)]), numbers, blob.bytes, true)
      return { blob, encoded, entry: { ...leaves[i]!, number: OTHERS + i, path: tree.path(OTHERS + i) } }
    }),
  )
  return {
    ...{ key, leaves: all, tableRoot: tree.root, blobs: kept },
    unit(number) {
      const position = FIRST + Math.floor(number / 16)
      const { blob, encoded, entry } = kept.find(({ entry }) => position < entry.first + entry.count)!
      const unit = 16 * (position - entry.first) + (number % 16)
      const content = { root: Buffer.from(blob.root, 'hex'), length: blob.length, coding: CODING }
      return { ...openedUnit(blob, encoded, unit), blob: content, entry }
    },
  }
}

export function openedUnit(blob: TestBlob, encoded: Uint8Array, unit: number): OpenedUnit {
  const chunk = Math.floor(unit / 16)
  return {
    unit,
    encoded: encoded.slice(unit * ENCODED_BYTES, (unit + 1) * ENCODED_BYTES),
    unitRoots: blob.unitRoots.slice(512 * chunk, 512 * (chunk + 1)),
    chunkPath: blob.tree.chunkPath(chunk),
  }
}

/** A try with all that it draws. */
export interface Tried {
  readonly statement: WinStatement
  readonly units: readonly [DrawnUnit, DrawnUnit]
  readonly betas: readonly [bigint, bigint]
  /** v, of which the lower half is the ticket. */
  readonly ticket: bigint
}

/** Try `number` at the block of this hash; as the statement says it, whether it wins or not. */
export function attempt(scene: WinScene, blockHash: Uint8Array, number: number, threshold: bigint): Tried {
  const challenge = { networkHash: networkHash(regtest), blockHash, key: scene.key, first: FIRST, fill: FILL }
  const one = firstDraw(draw, challenge, number)
  const sumOf = ({ encoded }: DrawnUnit) => summaryOf(one.alpha, decodeField(encoded)!)
  const first = scene.unit(one.unit)
  const e1 = sumOf(first)
  const second = scene.unit(secondDraw(draw, one, e1, FILL))
  const e2 = sumOf(second)
  return {
    statement: { challenge, tableRoot: scene.tableRoot, threshold, number },
    units: [first, second],
    betas: [one.beta, draw(22, [one.beta, e1])[0]],
    ticket: draw(23, [one.beta, e1, e2])[0],
  }
}

export const lowHalf = (ticket: bigint): bigint => ticket & ((1n << 128n) - 1n)
