import { poseidonOfWidth } from '../bus/poseidon-reference.ts'
import { commitmentOf } from './digits.ts'

// What circuits/compute/record-state.circom must say, by maps and loops.

export interface ListedRecord {
  /** 32 bytes each. */
  readonly author: Uint8Array
  readonly program: Uint8Array
  readonly seq: bigint
  readonly message: Uint8Array
}

/** A list as the circuit reads it, of so many slots. */
export function listOf(records: readonly ListedRecord[], slots: number): Uint8Array {
  const list = Buffer.alloc(2 + 104 * slots)
  list.writeUInt16LE(records.length)
  records.forEach(({ author, program, seq, message }, i) => {
    const at = 2 + 104 * i
    list.set(author, at)
    list.set(program, at + 32)
    list.writeBigUInt64LE(seq, at + 64)
    list.set(message, at + 72)
  })
  return new Uint8Array(list)
}

const ofSixteen = poseidonOfWidth(17, 68)
const bytesAsNumber = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)

/** Public values of a run: the list's commitment, how many count, of how many lines, and what commits to those that stand. */
export function recordOutputs(records: readonly ListedRecord[], slots: number): bigint[] {
  const standing = new Map<string, number>()
  let counted = 0n
  records.forEach(({ author, program, seq }, i) => {
    const line = `${Buffer.from(author).toString('hex')}:${Buffer.from(program).toString('hex')}`
    const before = standing.get(line)
    if (before !== undefined && seq <= records[before]!.seq) return
    standing.set(line, i)
    counted++
  })
  const elements = Array.from({ length: 15 * Math.ceil((5 * slots) / 15) }, () => 0n)
  for (const i of standing.values()) {
    const { author, program, seq, message } = records[i]!
    const line = Buffer.concat([author, program])
    elements.splice(
      5 * i,
      5,
      bytesAsNumber(line.subarray(0, 22)),
      bytesAsNumber(line.subarray(22, 44)),
      bytesAsNumber(line.subarray(44)),
      seq + (bytesAsNumber(message.subarray(0, 16)) << 64n),
      bytesAsNumber(message.subarray(16)),
    )
  }
  let state = 0n
  for (let at = 0; at < elements.length; at += 15) state = ofSixteen(66, [state, ...elements.slice(at, at + 15)])
  return [commitmentOf(listOf(records, slots)), counted, BigInt(standing.size), state]
}
