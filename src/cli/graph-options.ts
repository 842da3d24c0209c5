import type { Command, Option } from 'commander'
import { type InputSource, inputSources } from '../compute/index.ts'
import type { Graph } from '../compute/io/index.ts'
import { usageError } from './exit.ts'

/** What a graph reads, by which the options of its commands go. */
type Reads =
  | 'headers'
  | 'transactions'
  | 'payees'
  | 'periods'
  | 'bytes'
  | 'records'
  | 'results'
  | 'commitment'
  | 'arguments'

const WHAT: Readonly<Record<Reads, string>> = {
  headers: 'graphs over headers',
  periods: 'circuits that open headers in the history',
  transactions: 'programs over transactions',
  payees: 'programs over transactions of any script',
  bytes: 'circuits that read bytes',
  records: 'circuits over records',
  results: 'circuits over results',
  commitment: 'circuits that open a salted commitment',
  arguments: 'circuits with arguments',
}

interface Taken {
  readonly by: readonly Reads[]
  /** Those that do not do without, and what it gives them. */
  readonly needed?: { readonly by: readonly Reads[]; readonly as: string }
}

const READ: readonly Reads[] = ['bytes', 'records', 'results']
const LISTED: readonly Reads[] = ['records', 'results']

const HEADERS: Readonly<Record<string, Taken>> = {
  '--headers': { by: ['headers', 'transactions'] },
  '--start-height': { by: ['headers', 'transactions'] },
  '--ordinal': { by: ['periods'] },
}

const SELECTION: Readonly<Record<string, Taken>> = {
  '--script': { by: ['payees'], needed: { by: ['payees'], as: 'the script that is paid to' } },
  '--from': { by: ['transactions'], needed: { by: ['transactions'], as: 'the first block of those that are read' } },
  '--to': { by: ['transactions'] },
  '--txid': { by: ['transactions'] },
}

const TRANSACTIONS: Readonly<Record<string, Taken>> = {
  ...SELECTION,
  '--block-file': { by: ['transactions'] },
}

const ARGUMENTS: Taken = { by: ['arguments'], needed: { by: ['arguments'], as: 'its arguments' } }
const SOURCE_GRAPH: Taken = { by: ['results'], needed: { by: ['results'], as: 'the graph whose results it reads' } }
const COMMITMENT: readonly Reads[] = ['commitment']
const ATTESTED: readonly Reads[] = [...READ, ...COMMITMENT]
const ATTESTATION: Taken = { by: ATTESTED, needed: { by: ATTESTED, as: 'what attests its input' } }

/** The options that only some graphs take, of the commands that have them. What is not here all take. */
const TAKEN = {
  exec: {
    ...HEADERS,
    ...TRANSACTIONS,
    '--height': { by: ['headers', ...LISTED, 'transactions'] },
    '--rpc': { by: ['headers', ...LISTED, 'transactions'] },
    '--rpc-cookie': { by: ['headers', ...LISTED, 'transactions'] },
    '--settlement-dir': { by: LISTED },
    // Where the bytes are given, nothing is looked for.
    '--source-graph': { by: ['results'] },
    '--anchor': { by: ['headers', 'transactions'] },
    // Records and results are read from a node's chain without it.
    '--input': { by: READ, needed: { by: ['bytes'], as: 'the bytes that it reads' } },
    '--arguments': ARGUMENTS,
  },
  prove: {
    ...HEADERS,
    ...TRANSACTIONS,
    '--height': { by: ['headers'] },
    '--rpc': { by: ['headers', 'transactions'] },
    '--rpc-cookie': { by: ['headers', 'transactions'] },
    '--proof': {
      by: [...READ, 'arguments', 'transactions'],
      needed: { by: [...READ, 'arguments', 'transactions'], as: 'the bus proof under which it is proved' },
    },
    '--attestation': ATTESTATION,
    '--source-graph': SOURCE_GRAPH,
    '--content': { by: ['bytes', 'commitment'] },
    '--arguments': ARGUMENTS,
  },
  request: {
    ...SELECTION,
    '--attestation': ATTESTATION,
    '--source-graph': SOURCE_GRAPH,
    '--content': { by: ['bytes'] },
    '--arguments': ARGUMENTS,
  },
  verify: {
    '--source-graph': SOURCE_GRAPH,
    '--prefix': { by: ['headers', 'arguments', 'transactions'] },
    '--attestation': ATTESTATION,
    '--content': { by: ['bytes', 'commitment'] },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Taken>>>>

/**
 * Throws E_USAGE for an option on the command line that this graph does not take, and for one that it does not do without:
 * before anything is compiled. Environment and configuration merely go unused.
 */
export function requireGraphOptions(
  verb: keyof typeof TAKEN,
  { manifest }: Pick<Graph, 'manifest'>,
  command: Command,
): void {
  const reads = readsOf(manifest)
  const isOf = (some: readonly Reads[] = []) => some.some((one) => reads.includes(one))
  const taken = Object.entries<Taken>(TAKEN[verb]).map(([flag, rules]) => ({
    flag,
    ...rules,
    option: optionOf(command, flag),
  }))
  for (const { flag, by, option } of taken) {
    if (isOf(by) || command.getOptionValueSource(option.attributeName()) !== 'cli') continue
    throw usageError(`${flag} is for ${either(by.map((one) => WHAT[one]))}, and ${manifest.name} is none`)
  }
  for (const { flag, needed, option } of taken) {
    if (!isOf(needed?.by) || command.getOptionValue(option.attributeName()) !== undefined) continue
    throw usageError(`${manifest.name} takes ${flag} ${/<(.*)>/.exec(option.flags)?.[1]}: ${needed?.as}`)
  }
}

/** Words of which one is meant, as text. */
export function either(words: readonly string[]): string {
  return [words.slice(0, -1).join(', '), words.at(-1)].filter(Boolean).join(' or ')
}

/** The option of a command that has this flag. */
export function optionOf(command: Command, flag: string): Option {
  const found = command.options.find(({ long }) => long === flag)
  if (found === undefined) throw new RangeError(`${command.name()} has no ${flag}`)
  return found
}

function readsOf(manifest: Graph['manifest']): readonly Reads[] {
  const { program } = manifest
  if (program.kind === 'stream') return ['headers']
  if (program.kind === 'transactions') {
    return program.script === undefined ? ['transactions', 'payees'] : ['transactions']
  }
  if (program.history !== undefined) return ['headers', 'periods']
  const [source, ...more] = program.input === undefined ? [] : inputSources(manifest)
  const input = source === undefined ? [] : program.input?.salt !== undefined ? COMMITMENT : readsOfInput(source, more)
  return program.arguments.length === 0 ? input : [...input, 'arguments']
}

/** Of one source alone, a list of records or a result, the node's chain tells the bytes. */
function readsOfInput(source: InputSource, more: readonly InputSource[]): readonly Reads[] {
  if (more.length === 0 && source.kind === 'inscriptions') return ['records']
  if (more.length === 0 && source.kind === 'result') return ['results']
  return [source, ...more].some(({ kind }) => kind === 'result') ? ['bytes', 'results'] : ['bytes']
}
