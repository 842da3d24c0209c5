/** Opcodes that envelopes are made of (Core: script/script.h). */
export const OP = {
  pushData1: 0x4c,
  pushData2: 0x4d,
  pushData4: 0x4e,
  negative1: 0x4f,
  number1: 0x51,
  number16: 0x60,
  if: 0x63,
  endIf: 0x68,
  checkSig: 0xac,
} as const

/** One instruction of a script. OP_0 is an empty push; OP_1NEGATE and OP_1 to OP_16 are opcodes, not pushes. */
export interface Instruction {
  readonly op: number
  /** What is pushed, a view of the script; null for every other opcode. */
  readonly push: Uint8Array | null
  /** Offset of the next instruction. */
  readonly next: number
}

/**
 * The instruction at `at`; undefined at the script's end, null where a push reaches beyond it. Lengths need not be
 * minimal: what Bitcoin executes is what counts.
 */
export function readInstruction(script: Uint8Array, at: number): Instruction | null | undefined {
  const op = script[at]
  if (op === undefined) return undefined
  if (op > OP.pushData4) return { op, push: null, next: at + 1 }
  const lengthBytes = op < OP.pushData1 ? 0 : op === OP.pushData4 ? 4 : op - OP.pushData1 + 1
  const from = at + 1 + lengthBytes
  if (from > script.length) return null
  let length = op
  if (lengthBytes > 0) {
    length = 0
    for (let i = lengthBytes; i > 0; i--) length = length * 256 + (script[at + i] as number)
  }
  const next = from + length
  return next > script.length ? null : { op, push: script.subarray(from, next), next }
}

/** Longest push that tapscript allows (Core: script/script.h, MAX_SCRIPT_ELEMENT_SIZE). */
export const MAX_PUSH_BYTES = 520

/**
 * The shortest push of exactly these bytes by a length. A single small number is pushed as a byte too (`01 01`), never
 * by OP_1: ord reads the number opcodes as data, and marks the inscription for it.
 */
export function pushBytes(data: Uint8Array): Uint8Array {
  const { length } = data
  if (length > MAX_PUSH_BYTES) throw new RangeError(`a push has at most ${MAX_PUSH_BYTES} bytes, not ${length}`)
  const head =
    length < OP.pushData1
      ? [length]
      : length <= 0xff
        ? [OP.pushData1, length]
        : [OP.pushData2, length & 0xff, length >> 8]
  const out = new Uint8Array(head.length + length)
  out.set(head)
  out.set(data, head.length)
  return out
}
