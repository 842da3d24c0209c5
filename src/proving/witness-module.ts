import { concatBytes, type Result, rejection } from '../lib/index.ts'
import { foreignCode, NUMBER_TYPES } from './module-code.ts'
import { ModuleReader, unsigned } from './module-reader.ts'

/** Why a witness generator is not run. */
export type ModuleReject =
  | 'malformed' // no WebAssembly module of the first version
  | 'oversized' // more bytes than a generator may have
  | 'foreign-import' // asks its host for something that circom's generators do not ask for
  | 'foreign-part' // holds what circom does not write, such as types of garbage-collected objects or very many locals
  | 'memory' // begins with more memory than it may take

export type ConfinedModule = Result<{ readonly wasm: Uint8Array<ArrayBuffer> }, ModuleReject>

/** A page of WebAssembly memory, in bytes. */
export const PAGE_BYTES = 65_536

/** circom's generator of a step of the bus, 105,000 constraints, has 2.5 MB. */
export const MAX_MODULE_BYTES = 32 << 20

/** circom writes one of each kind that it needs, eleven at most; other tools add some of their own. */
const MAX_SECTIONS = 500

/** A table's entry is a function of the circuit: one for each template. */
const MAX_TABLE_ENTRIES = 1_000_000

const IMPORTS = new Set(['exceptionHandler', 'printErrorMessage', 'writeBufferMessage', 'showSharedRWMemory'])

const SECTION = { custom: 0, type: 1, import: 2, table: 4, memory: 5, code: 10, dataCount: 12 } as const
const CHECKED = new Set<number>([SECTION.type, SECTION.import, SECTION.table, SECTION.memory, SECTION.code])

/** Parts of a binary module that refuse it, thrown while it is read and returned at the end. */
class Refused extends Error {
  readonly reject: ModuleReject
  constructor(reject: ModuleReject, detail: string) {
    super(detail)
    this.reject = reject
  }
}

/**
 * Reads a stranger's witness generator before it is compiled and returns it so changed that it can take no more memory
 * than `maxMemoryBytes`: a module that names no maximum, as circom's do, or a greater one gets this maximum. The limits
 * of a worker thread do not bind WebAssembly's memory, so the module itself must. Types are functions over numbers only,
 * so that nothing else can be allocated. Of the code only the locals are counted, against what a compiler would take for
 * them; the instructions are left to the engine's own check and cannot reach the host.
 */
export function confineModule(bytes: Uint8Array, maxMemoryBytes: number): ConfinedModule {
  if (bytes.length > MAX_MODULE_BYTES) {
    return rejection('oversized', `the module has ${bytes.length} bytes, more than ${MAX_MODULE_BYTES}`)
  }
  try {
    return { ok: true, wasm: readModule(bytes, Math.floor(maxMemoryBytes / PAGE_BYTES)) }
  } catch (error) {
    if (error instanceof Refused) return rejection(error.reject, error.message)
    if (error instanceof RangeError) return rejection('malformed', error.message)
    throw error
  }
}

function readModule(bytes: Uint8Array, maxPages: number): Uint8Array<ArrayBuffer> {
  const reader = new ModuleReader(bytes)
  if (reader.word() !== 0x6d736100) throw new Refused('malformed', 'it does not begin as WebAssembly does')
  if (reader.word() !== 1) throw new Refused('malformed', 'it is of another version of WebAssembly')
  const seen = new Set<number>()
  let memory: { readonly from: number; readonly to: number; readonly bounded: Uint8Array } | undefined
  let widestType = 0
  for (let sections = 1; !reader.atEnd; sections++) {
    if (sections > MAX_SECTIONS) throw new Refused('foreign-part', `more than ${MAX_SECTIONS} sections`)
    const from = reader.position
    const id = reader.byte()
    const section = reader.section()
    if (id > SECTION.dataCount) throw new Refused('foreign-part', `a section of kind ${id}`)
    if (id !== SECTION.custom && seen.has(id)) throw new Refused('malformed', `two sections of kind ${id}`)
    seen.add(id)
    if (id === SECTION.type) widestType = checkTypes(section)
    if (id === SECTION.import) checkImports(section)
    if (id === SECTION.table) checkTables(section)
    if (id === SECTION.code) checkCode(section, widestType)
    if (id === SECTION.memory) memory = { from, to: reader.position, bounded: boundedMemory(section, maxPages) }
    if (CHECKED.has(id) && !section.atEnd) throw new Refused('malformed', `bytes after the content of section ${id}`)
  }
  if (memory === undefined) throw new Refused('malformed', 'it has no memory')
  const { from, to, bounded } = memory
  return concatBytes(bytes.subarray(0, from), bounded, bytes.subarray(to)) as Uint8Array<ArrayBuffer>
}

const FUNCTION_TYPE = 0x60

/** The most values, parameters and results together, that a function type has. */
function checkTypes(section: ModuleReader): number {
  let widest = 0
  section.items(() => {
    let values = 0
    if (section.byte() !== FUNCTION_TYPE) throw new Refused('foreign-part', 'a type that is no function')
    for (let i = 0; i < 2; i++) {
      values += section.items(() => {
        if (!NUMBER_TYPES.includes(section.byte())) throw new Refused('foreign-part', 'a function over no numbers')
      })
    }
    widest = Math.max(widest, values)
  })
  return widest
}

function checkCode(section: ModuleReader, widestType: number): void {
  const foreign = foreignCode(section, widestType)
  if (foreign !== undefined) throw new Refused('foreign-part', foreign)
}

function checkImports(section: ModuleReader): void {
  let count = 0
  section.items(() => {
    if (++count > IMPORTS.size) throw new Refused('foreign-import', `more than ${IMPORTS.size} imports`)
    const [module, name] = [section.text(), section.text()]
    const kind = section.byte()
    if (module !== 'runtime' || !IMPORTS.has(name) || kind !== 0) {
      const imported = JSON.stringify(`${module}.${name}`.slice(0, MAX_SHOWN))
      throw new Refused('foreign-import', `it imports ${imported}, or not as a function`)
    }
    section.number()
  })
}

/** Characters of a name in a message. */
const MAX_SHOWN = 80

const FUNCTION_REFERENCE = 0x70

function checkTables(section: ModuleReader): void {
  const count = section.items(() => {
    if (section.byte() !== FUNCTION_REFERENCE)
      throw new Refused('foreign-part', 'a table of other things than functions')
    const { least, most } = limitsOf(section)
    if (Math.max(least, most ?? Number.POSITIVE_INFINITY) > MAX_TABLE_ENTRIES) {
      throw new Refused('memory', `a table may grow beyond ${MAX_TABLE_ENTRIES} entries`)
    }
  })
  if (count > 1) throw new Refused('foreign-part', `${count} tables`)
}

/** The memory section again, with a maximum. */
function boundedMemory(section: ModuleReader, maxPages: number): Uint8Array {
  let bounded: Uint8Array | undefined
  const count = section.items(() => {
    const { least, most } = limitsOf(section)
    if (least > maxPages) {
      throw new Refused(
        'memory',
        `it begins with ${least * PAGE_BYTES} bytes of memory, more than ${maxPages * PAGE_BYTES}`,
      )
    }
    bounded = Uint8Array.of(1, 1, ...unsigned(least), ...unsigned(Math.min(most ?? maxPages, maxPages)))
  })
  if (bounded === undefined || count !== 1) throw new Refused('foreign-part', `${count} memories`)
  return Uint8Array.of(SECTION.memory, ...unsigned(bounded.length), ...bounded)
}

/** Least and greatest size of a memory or table; memories that are shared or of 64 bits have other flags. */
function limitsOf(section: ModuleReader): { readonly least: number; readonly most: number | undefined } {
  const flags = section.byte()
  if (flags > 1) throw new Refused('foreign-part', 'a memory or table that is shared or of 64 bits')
  return { least: section.number(), most: flags === 1 ? section.number() : undefined }
}
