import { type Instruction, OP, readInstruction } from './instructions.ts'

const PROTOCOL = [0x6f, 0x72, 0x64] // "ord"

/** What stands between `OP_FALSE OP_IF "ord"` and `OP_ENDIF`, not yet understood. */
export interface RawEnvelope {
  /** Which envelope of its script it is, counted from 0. */
  readonly offset: number
  readonly pushes: readonly Uint8Array[]
  /** A number opcode stood where bytes belong. */
  readonly pushnum: boolean
  /** `OP_FALSE` stood where `OP_IF` or the protocol's name belongs, just before this envelope. */
  readonly stutter: boolean
}

const isEmpty = (instruction: Instruction) => instruction.push?.length === 0
const isProtocol = ({ push }: Instruction) =>
  push !== null && push.length === PROTOCOL.length && PROTOCOL.every((byte, i) => push[i] === byte)

/**
 * All envelopes of a script, as ord finds them (src/inscriptions/envelope.rs). A script with a push that reaches beyond
 * its end has none, wherever that push stands: Bitcoin could not execute it either.
 */
export function findEnvelopes(script: Uint8Array): RawEnvelope[] {
  const found: RawEnvelope[] = []
  // Kept from one failed beginning to the next one, as ord keeps it: an envelope that was found does not reset it.
  let stutter = false
  let at = 0
  for (;;) {
    const instruction = readInstruction(script, at)
    if (instruction === undefined) return found
    if (instruction === null) return []
    at = instruction.next
    if (!isEmpty(instruction)) continue

    const begun = begin(script, at)
    at = begun.at
    if (!begun.opened) {
      stutter = begun.stutter
      continue
    }
    const content = readContent(script, at)
    if (content === 'broken') return []
    at = content.at
    if (content.pushes === null) stutter = false
    else found.push({ offset: found.length, pushes: content.pushes, pushnum: content.pushnum, stutter })
  }
}

/** `OP_IF` and the protocol's name; what does not fit is left unread, since it may begin an envelope itself. */
function begin(script: Uint8Array, start: number): { at: number; opened: boolean; stutter: boolean } {
  let at = start
  for (const expected of [({ op }: Instruction) => op === OP.if, isProtocol]) {
    const instruction = readInstruction(script, at)
    if (!instruction || !expected(instruction)) {
      return { at, opened: false, stutter: !!instruction && isEmpty(instruction) }
    }
    at = instruction.next
  }
  return { at, opened: true, stutter: false }
}

type Content = { readonly at: number; readonly pushes: Uint8Array[] | null; readonly pushnum: boolean }

/** Pushes up to `OP_ENDIF`; null where another opcode or the script's end comes first: that is no envelope. */
function readContent(script: Uint8Array, start: number): Content | 'broken' {
  const pushes: Uint8Array[] = []
  let pushnum = false
  let at = start
  for (;;) {
    const instruction = readInstruction(script, at)
    if (instruction === null) return 'broken'
    if (instruction === undefined) return { at, pushes: null, pushnum }
    at = instruction.next
    const { op, push } = instruction
    if (push !== null) pushes.push(push)
    else if (op === OP.endIf) return { at, pushes, pushnum }
    else if (op === OP.negative1 || (op >= OP.number1 && op <= OP.number16)) {
      pushnum = true
      pushes.push(Uint8Array.of(op === OP.negative1 ? 0x81 : op - OP.number1 + 1))
    } else return { at, pushes: null, pushnum }
  }
}
