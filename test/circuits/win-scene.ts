import { encodeField, FIELD_MODULUS as P } from '../../src/bus/index.ts'
import { bytesToHex, concatBytes } from '../../src/lib/index.ts'
import { blobId } from '../../storage/blob/id.ts'
import { CHUNK_TAGS, chunkRoot, climb } from '../../storage/blob/tree.ts'
import { type DrawnUnit, winInput } from '../../storage/sampling/win-input.ts'
import { type Leaf, TableTree } from '../../storage/table/tree.ts'
import { someBytes } from '../storage/bytes.ts'
import { attempt, baseOf, FILL, type Tried, type WinScene, winScene } from '../storage/encoded-partition.ts'
import { kernel } from '../storage/kernels.ts'
import { encodeUnit } from '../storage/mask-reference.ts'
import type { WinSignals } from './model/storage/win.ts'
import { modelInput } from './storage-circuit.ts'

/** A threshold below which every ticket is. */
export const ALL = 2n ** 128n
/** Below this an element has a second reading in 254 bits. */
export const TWICE = 2n ** 254n - P

export const signalsOf = ({ statement, units }: Tried): WinSignals =>
  modelInput<WinSignals>(winInput(kernel, statement, units))

/** A provider, and one of its tries that every lie has room in: see `roomy`. */
export interface ForgedScene {
  readonly scene: WinScene
  readonly tried: Tried
  readonly honest: WinSignals
}

export async function forgedScene(): Promise<ForgedScene> {
  const scene = await winScene()
  for (let seed = 0; ; seed++) {
    const tried = attempt(scene, someBytes(32, 1_000 + seed), seed % FILL, ALL)
    if (roomy(tried)) return { scene, tried, honest: signalsOf(tried) }
  }
}

/**
 * Both draws and the ticket have a second reading; the units are of two blobs, the second in a later chunk of a blob of
 * several, and neither the first nor the last of its chunk.
 */
function roomy({ betas, ticket, units: [one, two] }: Tried): boolean {
  const inside = two.unit % 16 > 0 && two.unit % 16 < 15 && two.unit > 16
  return [...betas, ticket].every((value) => value < TWICE) && one.entry.id !== two.entry.id && inside
}

/** What is other of the second unit's blob: its unit as a whole, or its place in the table. */
export interface Rebuilt {
  readonly raw?: readonly bigint[]
  readonly start?: number
  readonly count?: number
}

/**
 * The scene as it is where the second unit's blob is another: its tree, its id, its entry and the table are made anew, and the
 * unit is encoded again. What authors may write into a chain, provers did not choose.
 */
export function rebuilt({ scene, tried }: ForgedScene, { raw, start, count }: Rebuilt): WinSignals {
  const [one, two] = tried.units
  const unitRoots = two.unitRoots.slice()
  if (raw !== undefined) unitRoots.set(rootOfUnit(raw), 32 * (two.unit % 16))
  const { top } = climb(kernel, CHUNK_TAGS, chunkRoot(kernel, unitRoots), Math.floor(two.unit / 16), two.chunkPath)
  const blob = { ...two.blob, root: top }
  const id = bytesToHex(blobId(kernel, blob)!)
  const leaf = { id, first: start ?? two.entry.first, count: count ?? two.entry.count }
  const tree = new TableTree(kernel)
  tree.append(scene.leaves.with(two.entry.number, leaf))
  const entryOf = (number: number, made: Leaf): DrawnUnit['entry'] => ({ ...made, number, path: tree.path(number) })
  const encoded = raw && encodeField(encodeUnit(baseOf(id, scene.key), two.unit, raw))
  return signalsOf({
    ...tried,
    statement: { ...tried.statement, tableRoot: tree.root },
    units: [
      { ...one, entry: entryOf(one.entry.number, one.entry) },
      { ...two, unitRoots, blob, encoded: encoded ?? two.encoded, entry: entryOf(two.entry.number, leaf) },
    ],
  })
}

/** Of elements that are no bytes as well. */
function rootOfUnit(raw: readonly bigint[]): Uint8Array {
  const rows = Array.from({ length: 16 }, (_, a) => kernel.treeNodes(33, encodeField(raw.slice(16 * a, 16 * a + 16))))
  return kernel.treeNodes(34, concatBytes(...rows))
}
