import { decodeField, encodeField } from '../../bus/index.ts'
import { concatBytes, type Result, uint32Bytes } from '../../lib/index.ts'
import { Malformed, type Parts, readParts } from '../peers/parts.ts'
import type { ClimbStep, OpenedHeader } from './climb.ts'
import { MAX_COUNTED_BLOCKS, MAX_SCRIPT_BYTES } from './limits.ts'
import type { Placed } from './payment-steps.ts'

/** All that a program over transactions reads: what is counted, between which heights, and how it is opened in a history. */
export interface PaymentsInput {
  /** The bus's commitment that the headers are opened in. */
  readonly history: bigint
  readonly script: Uint8Array
  readonly from: number
  readonly to: number
  /** By height and index. */
  readonly placed: readonly Placed[]
}

const MAX_BRANCH = 32
const MAX_CLIMB = 64
const PLACES = [0, 1, 2] as const

const sized = (bytes: Uint8Array) => [uint32Bytes(bytes.length), bytes]

/**
 * Numbers have 4 bytes, little-endian; elements of the field 32, little-endian. History, script with its length, first and last
 * height; number of headers, of each the leaf (3 elements), the number of its climb's steps and of each a byte for its place (0 to 2,
 * and 4 more in a list) and two siblings; number of transactions, of each its header's number, height, index, its bytes with
 * their length, and the number of its branch's nodes and these (32 bytes each).
 */
export function encodePaymentsInput({ history, script, from, to, placed }: PaymentsInput): Uint8Array {
  const headers = [...new Set(placed.map(({ header }) => header))]
  const opened = headers.flatMap(({ leaf, climb }) => [
    ...[encodeField(leaf), uint32Bytes(climb.length)],
    ...climb.flatMap(({ place, list, siblings }) => [Uint8Array.of(place + (list ? 4 : 0)), encodeField(siblings)]),
  ])
  const counted = placed.flatMap(({ transaction: { height, index, bytes, branch }, header }) => [
    ...[headers.indexOf(header), height, index].map(uint32Bytes),
    ...[...sized(bytes), uint32Bytes(branch.length), ...branch],
  ])
  return concatBytes(
    ...[encodeField([history]), ...sized(script), uint32Bytes(from), uint32Bytes(to)],
    ...[uint32Bytes(headers.length), ...opened, uint32Bytes(placed.length), ...counted],
  )
}

/** Reads one, strictly; whether it is so in a chain is not judged. */
export function decodePaymentsInput(bytes: Uint8Array): Result<{ readonly value: PaymentsInput }, 'malformed'> {
  return readParts(bytes, (parts) => {
    const [history] = elements(parts, 1) as [bigint]
    const script = parts.next()
    if (script.length > MAX_SCRIPT_BYTES) throw new Malformed('a script that is too long')
    const [from, to] = [parts.uint32(), parts.uint32()]
    const headers = many(parts, MAX_COUNTED_BLOCKS, () => readHeader(parts))
    // Each has a step's share at least: no number of them takes more room than their bytes do.
    const placed = many(parts, bytes.length, () => readPlaced(parts, headers))
    return { history, script, from, to, placed }
  })
}

function readHeader(parts: Parts): OpenedHeader {
  const leaf = elements(parts, 3) as unknown as OpenedHeader['leaf']
  const climb = many(parts, MAX_CLIMB, (): ClimbStep => {
    const byte = parts.byte()
    const place = PLACES[byte & 3]
    if (place === undefined || byte > 6) throw new Malformed('a step of no kind')
    return { place, list: byte >= 4, siblings: elements(parts, 2) as unknown as ClimbStep['siblings'] }
  })
  return { leaf, climb }
}

function readPlaced(parts: Parts, headers: readonly OpenedHeader[]): Placed {
  const header = headers[parts.uint32()]
  if (header === undefined) throw new Malformed('a transaction of no block')
  const [height, index] = [parts.uint32(), parts.uint32()]
  const bytes = parts.next()
  const branch = many(parts, MAX_BRANCH, () => parts.take(32))
  return { transaction: { height, index, bytes, branch }, header }
}

function many<Value>(parts: Parts, most: number, read: () => Value): Value[] {
  const count = parts.uint32()
  if (count > most) throw new Malformed(`${count} of what there are at most ${most} of`)
  const all: Value[] = []
  while (all.length < count) all.push(read())
  return all
}

function elements(parts: Parts, count: number): bigint[] {
  const read = decodeField(parts.take(32 * count))
  if (read === null) throw new Malformed('no element of the field')
  return read
}
