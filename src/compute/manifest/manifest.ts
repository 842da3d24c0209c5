import { z } from 'zod'
import { FIELD_MODULUS } from '../../bus/index.ts'
import { hexUpTo } from '../../lib/index.ts'
import { isListLength, recordSlots } from '../input/record-list.ts'
import { resultValues } from '../input/result-bytes.ts'
import { RESULT_KIND } from '../results/result-record.ts'
import { MAX_COUNTED_BLOCKS, MAX_SCRIPT_BYTES } from '../transactions/limits.ts'
import { type CircuitProgram, circuitProgram } from './circuit-program.ts'
import { type DataSource, dataSource, type InputSource, MAX_ATTESTATIONS, MAX_SOURCES } from './data-sources.ts'
import { distinct, identifier, localFile } from './names.ts'

/** The manifest of a zkGraph, version 1: what it reads, when it runs, what it runs, and where results go. */

/** Bytes of a manifest: more than any needs. */
export const MAX_MANIFEST_BYTES = 65_536

/** Most elements of a stream's own state, and fields of an entry of its log. */
const MAX_STATE = 12
const MAX_FIELDS = 8

/** A graph's, and what a manifest calls a webhook. */
export const labelSchema: z.ZodString = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens, a letter first')

/** Fields of one field element, from its low end; all of them fit into 253 bits, so that there is one reading. */
const fields = z
  .array(z.strictObject({ name: identifier, bits: z.int().min(1).max(128) }))
  .min(1)
  .max(MAX_FIELDS)
  .refine((all) => all.reduce((sum, { bits }) => sum + bits, 0) < FIELD_MODULUS.toString(2).length, {
    error: 'the fields do not fit into one element',
  })
  .refine(distinct, { error: 'two fields have one name' })

/** A Circom step circuit that is folded over all headers from the chain's first on: circuits/compute/header-stream.circom. */
const stream = z.strictObject({
  kind: z.literal('stream'),
  circuit: localFile.regex(/\.circom$/, 'must end in .circom'),
  proofSystem: z.literal('fold').default('fold'),
  /** Names of the program's own elements in their order; the history and the log, which come first, have none. */
  state: z.array(identifier).min(1).max(MAX_STATE).refine(distinct, { error: 'two elements have one name' }),
  /** What an entry of the log says, for a program that makes any. */
  log: z.strictObject({ entry: fields }).optional(),
})

/** A Circom step circuit that is folded over transactions in blocks: circuits/compute/payments.circom. */
const transactions = z.strictObject({
  kind: z.literal('transactions'),
  circuit: localFile.regex(/\.circom$/, 'must end in .circom'),
  proofSystem: z.literal('fold').default('fold'),
  /** That is paid to, in hexadecimal; of a program that is run every so many blocks. Whoever asks says it otherwise. */
  script: hexUpTo(MAX_SCRIPT_BYTES).min(2).optional(),
})

const TRIGGERS = ['everyBlocks', 'onRequest', 'onEvent'] as const

const trigger = z
  .strictObject({
    everyBlocks: z.int().min(1).max(1_000_000).optional(),
    onRequest: z.literal(true).optional(),
    /** As soon as the program's condition can be judged. */
    onEvent: z.literal(true).optional(),
  })
  .refine((of) => TRIGGERS.filter((name) => of[name] !== undefined).length === 1, {
    error: 'must be everyBlocks, onRequest or onEvent, one of them',
  })

/** Of the graph's own folder. */
const file = z.strictObject({ kind: z.literal('file'), path: localFile })
/** A record on Bitcoin, by whoever runs the graph and pays for it. */
const onBitcoin = z.strictObject({ kind: z.literal('inscription') })
/** The log of a stream as content of the storage network, which the record on Bitcoin names. */
const inStorage = z.strictObject({ kind: z.literal('storage') })
/** Named by a label alone: where it leads is for each operator to say. */
const webhook = z.strictObject({ kind: z.literal('webhook'), label: labelSchema })

export const manifestSchema = z
  .strictObject({
    version: z.literal(1),
    name: labelSchema,
    description: z.string().max(500).optional(),
    dataSources: z.array(dataSource).min(1).max(MAX_SOURCES),
    trigger,
    program: z.discriminatedUnion('kind', [stream, circuitProgram, transactions]),
    dataDestinations: z
      .array(z.discriminatedUnion('kind', [file, onBitcoin, inStorage, webhook]))
      .max(8)
      .default([]),
  })
  .refine(({ program, dataDestinations }) => keepsLog(program) || !dataDestinations.some(isStorage), {
    path: ['dataDestinations'],
    error: 'storage takes the log of a stream; a program without one says nothing that its record does not hold',
  })
  .superRefine((manifest, { addIssue }) => {
    const fault = faultOfSources(manifest)
    if (fault !== null) addIssue({ code: 'custom', path: ['dataSources', ...fault.path], message: fault.message })
  })
  .superRefine((manifest, { addIssue }) => {
    const message = faultOfTrigger(manifest)
    if (message !== null) addIssue({ code: 'custom', path: ['trigger'], message })
  })

export type StreamProgram = z.infer<typeof stream>
export type TransactionsProgram = z.infer<typeof transactions>

export type AnyProgram = StreamProgram | CircuitProgram | TransactionsProgram

/** A checked manifest, of a kind of program. */
export type Manifest<Program = AnyProgram> = Omit<z.infer<typeof manifestSchema>, 'program'> & {
  readonly program: Program
}

/** What a log's entry says, from the low end of the element. */
export type EntryField = NonNullable<StreamProgram['log']>['entry'][number]

/** For editors: the schema of manifests as JSON Schema. */
export function manifestJsonSchema(): object {
  return z.toJSONSchema(manifestSchema, { io: 'input' })
}

interface Run {
  readonly dataSources: readonly DataSource[]
  readonly program: AnyProgram
  readonly trigger: z.infer<typeof trigger>
}

/** What triggers a program of its kind takes, where it has none of those. */
function faultOfTrigger({ dataSources, program, trigger: { everyBlocks, onRequest, onEvent } }: Run): string | null {
  if (program.kind === 'stream') return everyBlocks === undefined ? 'a stream runs everyBlocks' : null
  if (program.kind === 'transactions') {
    if (program.script === undefined) {
      return onRequest === undefined
        ? 'a circuit or transactions run onRequest; transactions of a fixed script everyBlocks'
        : null
    }
    const isPaced = everyBlocks !== undefined && everyBlocks <= MAX_COUNTED_BLOCKS
    return isPaced ? null : `transactions of a fixed script run everyBlocks, up to ${MAX_COUNTED_BLOCKS}`
  }
  const { history, input } = program
  if (history !== undefined) {
    const isRun = everyBlocks === history.period || (onEvent !== undefined && history.condition !== undefined)
    return isRun ? null : 'a circuit that opens headers runs everyBlocks of its period or, with a condition, onEvent'
  }
  if (onRequest !== undefined) return null
  const [source, ...more] = dataSources
  const isOnResult = source?.kind === 'result' && more.length === 0 && input?.condition !== undefined
  if (onEvent !== undefined && program.arguments.length === 0 && (isOnResult || dataSources.every(isOfOthers))) {
    return isOnResult || dataSources.every((one) => isShown(one, input?.bytes ?? 0))
      ? null
      : `onEvent a list has ${MAX_ATTESTATIONS} records at most: nodes show peers no more`
  }
  return 'a circuit runs onRequest; onEvent one without arguments that reads one result alone, with a condition, or inscriptions alone, each of one program or of a kind other than result'
}

/** Whether a message shows a source of an input of so many bytes, however full its list is. */
function isShown(source: DataSource, length: number): boolean {
  if (source.kind !== 'inscriptions') return true
  const bytes = sourceBytes(source, length)
  return !isListLength(bytes) || recordSlots(bytes) <= MAX_ATTESTATIONS
}

/** Whether the records that a source holds are never results of the program that reads them: those would run it again for ever. */
function isOfOthers(source: DataSource): boolean {
  if (source.kind !== 'inscriptions') return false
  // A program's id is a hash of its manifest, which can therefore not name it.
  return source.program !== undefined || ![undefined, RESULT_KIND].includes(source.recordKind)
}

/** Whether a circuit is run by itself at each block that holds another record that it reads. */
export function runsOnRecords({ dataSources, trigger }: Pick<Manifest, 'dataSources' | 'trigger'>): boolean {
  return trigger.onEvent === true && dataSources.every(({ kind }) => kind === 'inscriptions')
}

/** Whether nodes may write results to Bitcoin, where their operators pay for it; what runs on results of others an automation pays for. */
export function isForBitcoin({
  dataDestinations,
  dataSources,
}: Pick<Manifest, 'dataDestinations' | 'dataSources'>): boolean {
  return !readsResults({ dataSources }) && dataDestinations.some(({ kind }) => kind === 'inscription')
}

/** Whether the log of a result goes to the storage network, and its record on Bitcoin names it there. */
export function storesLog({ dataDestinations }: Pick<Manifest, 'dataDestinations'>): boolean {
  return dataDestinations.some(isStorage)
}

function isStorage({ kind }: { readonly kind: string }): boolean {
  return kind === 'storage'
}

function keepsLog(program: AnyProgram): boolean {
  return program.kind === 'stream' && program.log !== undefined
}

/** Where the bytes come from that a circuit reads, in their order; none for a program that reads none. */
export function inputSources({ dataSources }: { readonly dataSources: readonly DataSource[] }): InputSource[] {
  return dataSources.filter((source) => source.kind !== 'headers' && source.kind !== 'transactions')
}

/** Whether a program reads results of others. */
export function readsResults({ dataSources }: { readonly dataSources: readonly DataSource[] }): boolean {
  return dataSources.some(({ kind }) => kind === 'result')
}

/** Bytes of one of the sources of an input of `length` bytes. */
export function sourceBytes({ bytes }: InputSource, length: number): number {
  return bytes ?? length
}

/** A circuit that reads nothing of Bitcoin has a place in its chain all the same: the block that it was proved at. */
function faultOfSources({
  dataSources,
  program,
}: {
  readonly dataSources: readonly DataSource[]
  readonly program: AnyProgram
}): { readonly path: (string | number)[]; readonly message: string } | null {
  if (
    (program.kind === 'transactions') !== dataSources.some(({ kind }) => kind === 'transactions') ||
    (program.kind === 'transactions' && dataSources.length > 1)
  ) {
    return {
      path: [0, 'kind'],
      message: 'a program of transactions, and no other, reads transactions, and those alone',
    }
  }
  if (program.kind === 'transactions') return null
  const input = program.kind === 'circuit' ? program.input : undefined
  const sources = inputSources({ dataSources })
  if (input === undefined) {
    const other = dataSources.findIndex((source) => source.kind !== 'headers')
    const [path, message] = [Math.max(other, 0), 'a stream, or a circuit without an input, reads headers alone']
    return other < 0 && dataSources.length === 1 ? null : { path: [path, 'kind'], message }
  }
  const headers = dataSources.findIndex((source) => source.kind === 'headers')
  if (headers >= 0) {
    const message = 'a circuit with an input reads an inscription, inscriptions, results or storage'
    return { path: [headers, 'kind'], message }
  }
  if (
    input.salt !== undefined &&
    !(sources.length === 1 && ['inscription', 'storage'].includes(sources[0]?.kind ?? ''))
  ) {
    return { path: [], message: 'a salted commitment is one inscription, or one blob of storage' }
  }
  const unsaid = sources.findIndex(({ bytes }) => bytes === undefined)
  if (sources.length > 1 && unsaid >= 0) return { path: [unsaid], message: 'of several sources each has its bytes' }
  const other = sources.findIndex(
    (one) => one.kind === 'result' && resultValues(sourceBytes(one, input.bytes)) === null,
  )
  if (other >= 0) return { path: [other], message: 'a result has 68 bytes and 32 for each of its values, 1 to 64' }
  const list = sources.findIndex((one) => one.kind === 'inscriptions' && !isListLength(sourceBytes(one, input.bytes)))
  if (list >= 0) return { path: [list], message: 'a list of records has 2 bytes and 104 for each, one at least' }
  const total = sources.reduce((sum, source) => sum + sourceBytes(source, input.bytes), 0)
  return total === input.bytes ? null : { path: [], message: `${total} bytes, the program reads ${input.bytes}` }
}
