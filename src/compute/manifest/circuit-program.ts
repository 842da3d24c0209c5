import { z } from 'zod'
import { FIELD_BYTES } from '../../bus/index.ts'
import { historyBinding } from './history-binding.ts'
import { distinct, identifier, localFile } from './names.ts'

/** The program of kind `circuit`: a Circom circuit that is run once. */

/** Most bytes that a circuit reads. */
const MAX_INPUT_BYTES = 65_536
/** Most values that a result says: outputs and elements of public arguments. */
export const MAX_PUBLIC = 64
const MAX_ARGUMENTS = 16
/** Most elements of all arguments. */
const MAX_ELEMENTS = 1 << 17

/** An input signal whose elements the caller gives; shown to everybody as public values of the result unless it is private. */
const argument = z.strictObject({
  signal: identifier,
  elements: z.int().min(1).max(MAX_ELEMENTS).default(1),
  private: z.literal(true).optional(),
})

/**
 * What is attested, and the output that is held against it. Either the bytes themselves, each in an element of `signal`, to which the
 * output commits (circuits/compute/bytes-commitment.circom); or, with `salt`, a commitment alone, 32 bytes little-endian, that the
 * output must be: what it commits to are private arguments, and `salt` is the one that hides it (circuits/compute/salted.circom).
 */
const attested = z
  .strictObject({
    signal: identifier.optional(),
    salt: identifier.optional(),
    bytes: z.int().min(1).max(MAX_INPUT_BYTES),
    commitment: identifier,
    /** The output that is 1 where the program's condition holds: a result where it is not counts for nothing. */
    condition: identifier.optional(),
  })
  .refine(({ signal, salt }) => (signal === undefined) !== (salt === undefined), {
    error: 'takes a signal, or the salt of what is private, one of them',
  })
  .refine(({ salt, bytes }) => salt === undefined || bytes === FIELD_BYTES, {
    path: ['bytes'],
    error: `a salted commitment has ${FIELD_BYTES} bytes`,
  })

export const circuitProgram = z
  .strictObject({
    kind: z.literal('circuit'),
    circuit: localFile.regex(/\.circom$/, 'must end in .circom'),
    proofSystem: z.enum(['spartan', 'groth16']).default('spartan'),
    input: attested.optional(),
    /** The headers that it opens in the bus's history, by itself: such a circuit reads nothing else. */
    history: historyBinding.optional(),
    /** Public ones in the order in which the circuit declares them. */
    arguments: z.array(argument).max(MAX_ARGUMENTS).default([]),
    /** Names of the outputs in their order: the signal's, and its indices behind it. */
    outputs: z.array(identifier).min(1).max(MAX_PUBLIC).refine(distinct, { error: 'two outputs have one name' }),
  })
  .superRefine((program, { addIssue }) => {
    const refuse = (path: (string | number)[], message: string) => addIssue({ code: 'custom', path, message })
    const { input, history, outputs, proofSystem, arguments: given } = program
    if (input === undefined && history === undefined && given.length === 0) {
      refuse(['arguments'], 'a circuit reads an input, arguments, or both; or headers in the history')
    }
    if (history !== undefined && (input !== undefined || given.length > 0)) {
      refuse(['history'], 'a circuit that opens headers in the history reads nothing else')
    }
    if (history?.condition !== undefined && !outputs.includes(history.condition)) {
      refuse(['history', 'condition'], 'must be one of the outputs')
    }
    if (input !== undefined && !outputs.includes(input.commitment)) {
      refuse(['input', 'commitment'], 'must be one of the outputs')
    }
    if (input?.condition !== undefined && !outputs.includes(input.condition)) {
      refuse(['input', 'condition'], 'must be one of the outputs')
    }
    const salt = given.find(({ signal }) => signal === input?.salt)
    if (input?.salt !== undefined && !(salt?.private && salt.elements === 1)) {
      refuse(['input', 'salt'], 'must be one of the arguments, private and of one element')
    }
    const names = [...(input?.signal === undefined ? [] : [input.signal]), ...given.map(({ signal }) => signal)]
    if (!distinct(names)) refuse(['arguments'], 'two inputs have one signal')
    for (const [i, one] of given.entries()) {
      if (one.private && proofSystem !== 'groth16') {
        refuse(['arguments', i, 'private'], `${proofSystem} is not zero-knowledge; it takes proofSystem: groth16`)
      }
    }
    if (given.reduce((sum, { elements }) => sum + elements, 0) > MAX_ELEMENTS) {
      refuse(['arguments'], `more than ${MAX_ELEMENTS} elements`)
    }
    const shown = given.reduce((sum, one) => sum + (one.private ? 0 : one.elements), outputs.length)
    if (shown > MAX_PUBLIC) refuse(['arguments'], `${shown} public values; a result has at most ${MAX_PUBLIC}`)
  })

export type CircuitProgram = z.infer<typeof circuitProgram>

/** One of the arguments that a circuit takes. */
export type CircuitArgument = CircuitProgram['arguments'][number]
