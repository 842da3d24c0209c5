import { concatBytes } from '../../src/lib/index.ts'
import { unsigned } from '../../src/proving/module-reader.ts'

/** WebAssembly modules as hostile as one likes, put together byte by byte. */

const I32 = 0x7f

/** What circom's generators export, with their numbers of parameters and results, all 32-bit. */
const FUNCTIONS = {
  init: [1, 0],
  getFieldNumLen32: [0, 1],
  getSharedRWMemoryStart: [0, 1],
  getInputSize: [0, 1],
  getInputSignalSize: [2, 1],
  getWitnessSize: [0, 1],
  getWitness: [1, 0],
  setInputSignal: [3, 0],
  getMessageChar: [0, 1],
} as const satisfies Record<string, readonly [number, number]>

export type GeneratorFunction = keyof typeof FUNCTIONS
const NAMES = Object.keys(FUNCTIONS) as GeneratorFunction[]

/** The host's functions by the numbers of their parameters; they have the first indices. */
const IMPORTS = [
  ['exceptionHandler', 1],
  ['printErrorMessage', 0],
] as const

/** Instructions. A function that calls itself or another needs its index: `functionIndex`. */
export const op = {
  number: (value: number): number[] => [0x41, ...signed(value)],
  loopForever: [0x03, 0x40, 0x0c, 0x00, 0x0b],
  unreachable: [0x00],
  call: (index: number): number[] => [0x10, ...unsigned(index)],
  /** Grows the memory page by page until it is refused, then stores the number of pages at address 0. */
  growToTheEnd: [0x03, 0x40, 0x41, 1, 0x40, 0, 0x41, 0x7f, 0x47, 0x0d, 0, 0x0b, 0x41, 0, 0x3f, 0, 0x36, 2, 0],
  /** Runs the instructions where the word at address 0 is not zero. */
  ifInput: (then: readonly number[]): number[] => [0x41, 0, 0x28, 2, 0, 0x04, 0x40, ...then, 0x0b],
}

export const EXCEPTION_HANDLER = 0
export const PRINT_ERROR_MESSAGE = 1

export function functionIndex(name: GeneratorFunction): number {
  return IMPORTS.length + NAMES.indexOf(name)
}

function signed(value: number): number[] {
  const byte = value & 0x7f
  const rest = value >> 7
  return (rest === 0 && byte < 0x40) || (rest === -1 && byte >= 0x40) ? [byte] : [byte | 0x80, ...signed(rest)]
}

const text = (name: string): number[] => [...unsigned(name.length), ...new TextEncoder().encode(name)]
const list = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()]

export function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content]
}

export const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

export interface GeneratorParts {
  /** Bodies that differ from those of a generator without inputs whose witness is all zeros. */
  readonly bodies?: Partial<Record<GeneratorFunction, readonly number[]>>
  /** Seven where left out. */
  readonly wires?: number
  /** Content of the memory section; one page without a maximum. */
  readonly memory?: readonly number[]
  readonly imports?: readonly (readonly number[])[]
  /** Whole sections by their number, in place of what would be there. */
  readonly sections?: Readonly<Record<number, readonly number[]>>
  readonly leaveOut?: GeneratorFunction
}

/** A module that looks like a generator of circom's, and does nothing but what is asked for. */
export function generator(parts: GeneratorParts = {}): Uint8Array<ArrayBuffer> {
  const bodies: Record<GeneratorFunction, readonly number[]> = {
    init: [],
    getFieldNumLen32: op.number(8),
    getSharedRWMemoryStart: op.number(0),
    getInputSize: op.number(0),
    getInputSignalSize: op.number(-1),
    getWitnessSize: op.number(parts.wires ?? 7),
    getWitness: [],
    setInputSignal: [],
    getMessageChar: op.number(0),
    ...parts.bodies,
  }
  const type = (parameters: number, results: number) => [
    0x60,
    ...list(Array<number[]>(parameters).fill([I32])),
    ...list(Array<number[]>(results).fill([I32])),
  ]
  const types = [
    ...IMPORTS.map(([, parameters]) => type(parameters, 0)),
    ...NAMES.map((name) => type(FUNCTIONS[name][0], FUNCTIONS[name][1])),
  ]
  const imports = IMPORTS.map(([name], i) => [...text('runtime'), ...text(name), 0, i])
  const exported = NAMES.filter((name) => name !== parts.leaveOut)
  const contents: Record<number, readonly number[]> = {
    1: list(types),
    2: list([...imports, ...(parts.imports ?? [])]),
    3: list(NAMES.map((_, i) => [IMPORTS.length + i])),
    5: parts.memory ?? [1, 0, 1],
    7: list([[...text('memory'), 2, 0], ...exported.map((name) => [...text(name), 0, functionIndex(name)])]),
    10: list(NAMES.map((name) => [...unsigned(bodies[name].length + 2), 0, ...bodies[name], 0x0b])),
    ...parts.sections,
  }
  const sections = Object.entries(contents).map(([id, content]) => Uint8Array.from(section(Number(id), content)))
  return concatBytes(Uint8Array.from(HEADER), ...sections) as Uint8Array<ArrayBuffer>
}

export const hostImport = (module: string, name: string, kind: readonly number[] = [0, 0]): number[] => [
  ...text(module),
  ...text(name),
  ...kind,
]
