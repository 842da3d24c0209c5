import { join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { fromDisplay, type NetworkParams, parseInscriptionId } from '../../bitcoin/index.ts'
import { type BitcoindClient, ChainFeed } from '../../bitcoin/io/index.ts'
import { diskFiles, writeAtomic } from '../../lib/io/index.ts'
import { scanBlock } from '../../settlement/index.ts'
import {
  fetchBlock,
  type IndexEntry,
  InscriptionIndex,
  openStore,
  type Query,
  type ScanEvent,
  scanChain,
} from '../../settlement/io/index.ts'
import type { AddCommand, Runner } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, bitcoindOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode, UsageError } from '../exit.ts'
import { height, hex32, readNetwork } from '../inputs.ts'
import { outageText } from '../outage.ts'
import { requireWritable } from '../outputs.ts'
import { openBitcoind, type RpcOptions } from '../source.ts'
import { jsonLine, quoted } from '../text.ts'
import { settlementDir, settlementDirOption } from '../wallet-place.ts'

interface Options extends RpcOptions, Query {
  readonly network?: string
  readonly settlementDir?: string
  readonly startHeight?: number
  readonly finality: number
  readonly out?: string
  readonly json?: boolean
}

/** Before this block of mainnet there is no inscription (ord: src/chain.rs, first_inscription_height). */
const FIRST_ON_MAINNET = 767_430

export const addInscriptionsIndex: AddCommand = (parent, run) => {
  addList(parent, run)
  addShow(parent, run)
  addWatch(parent, run)
}

function withIndex(command: Command): Command {
  return addOptions(command, ...bitcoindOptions(), shared.network(), settlementDirOption())
    .option('--start-height <H>', 'where a new index begins (default: 767430 on mainnet, 0 elsewhere)', height)
    .option('--finality <N>', 'confirmations that make an inscription final', height, 6)
    .addOption(shared.json())
}

function withQuery(command: Command): Command {
  return withIndex(command)
    .option('--program <ID>', 'records of this program (64 hex digits)', hex32)
    .option('--kind <K>', 'records of this kind', kind)
    .option('--author <KEY>', 'records of this author (64 hex digits)', hex32)
    .option('--records', 'only records that count')
}

function addList(parent: Command, run: Runner): void {
  withQuery(parent.command('list'))
    .description('bring the index to the node’s tip and list inscriptions in the order of the chain')
    .option('--from <H>', 'in blocks from this height on', height)
    .option('--to <H>', 'in blocks up to this height', height)
    .option('--limit <N>', 'at most so many', height)
    .addHelpText(
      'after',
      examples('inscriptions list --network regtest --records', 'inscriptions list --kind result --json'),
    )
    .action(
      run(async (context, options: Options) => {
        return await withOpenIndex(context, options, async ({ index }) => {
          for await (const entry of index.query(options)) tell(context, options, index, entry)
          return EXIT.valid
        })
      }),
    )
}

function addShow(parent: Command, run: Runner): void {
  withIndex(parent.command('show'))
    .description('one inscription; with --out its body too')
    .argument('<ID>', 'ord’s id: <txid>iN')
    .option('--out <FILE>', 'write the body here')
    .addHelpText('after', examples('inscriptions show 521f8e…79dai0 --network regtest --out body.bin'))
    .action(
      run(async (context, id: string, options: Options) => {
        if (parseInscriptionId(id) === null) throw new UsageError(`${id} is no inscription id: write <txid>iN`)
        if (options.out !== undefined) await requireWritable(options.out, context.env, options)
        return await withOpenIndex(context, options, async (opened) => {
          const { index } = opened
          const entry = await index.get(id)
          if (entry === null) {
            context.terminal.note(`there is no inscription ${id} up to height ${index.tip?.height}`)
            return EXIT.invalid
          }
          if (options.out !== undefined) await writeBody(options.out, entry, opened, context)
          tell(context, options, index, entry)
          if (!options.json) for (const line of details(entry)) context.terminal.result(line)
          return EXIT.valid
        })
      }),
    )
}

/** What a list has no room for. */
function details({ blockHash, bodySha256, metaprotocol, record }: IndexEntry): string[] {
  const all = {
    block: blockHash,
    'body SHA-256': bodySha256,
    metaprotocol: metaprotocol === null ? null : quoted(metaprotocol),
    program: record?.program,
    'of height': record?.height,
    'of block': record?.blockHash,
    output: record?.output,
    author: record?.author,
    signature: record?.sig,
  }
  return Object.entries(all).flatMap(([name, value]) => (value == null ? [] : [`  ${name.padEnd(13)} ${value}`]))
}

async function writeBody(
  out: string,
  entry: IndexEntry,
  { index, client }: Opened,
  { signal }: CliContext,
): Promise<void> {
  const { height, blockHash } = entry
  const block = await fetchBlock(client, { params: index.params, height, hash: fromDisplay(blockHash) }, signal)
  const found = [...scanBlock(block)].find(({ txid, envelope }) => `${txid}i${envelope.index}` === entry.id)
  await writeAtomic(diskFiles, out, found?.envelope.body ?? new Uint8Array(0))
}

function addWatch(parent: Command, run: Runner): void {
  withQuery(parent.command('watch'))
    .description('follow the node: tell of each inscription as it is found, or leaves the chain')
    .addHelpText('after', examples('inscriptions watch --network regtest --json'))
    .action(
      run(async (context, options: Options) => {
        return await withOpenIndex(
          context,
          options,
          async () => EXIT.valid,
          (event, index) => {
            if (event.type !== 'connected' && event.type !== 'disconnected') return
            for (const entry of event.entries)
              if (matches(entry, options)) tell(context, options, index, entry, event.type)
          },
        )
      }),
    )
}

function matches({ record }: IndexEntry, { program, kind, author, records }: Query): boolean {
  return (
    (program === undefined || record?.program === program) &&
    (kind === undefined || record?.kind === kind) &&
    (author === undefined || record?.author === author) &&
    (records !== true || record?.counts === true)
  )
}

interface Opened {
  readonly index: InscriptionIndex
  readonly client: BitcoindClient
}

/** Brings the index to the tip, then does the work; with `follow`, goes on for ever. */
async function withOpenIndex(
  context: CliContext,
  options: Options,
  work: (opened: Opened) => Promise<ExitCode>,
  follow?: (event: ScanEvent, index: InscriptionIndex) => void,
): Promise<ExitCode> {
  const { terminal, signal } = context
  const params = await readNetwork(options.network)
  const client = await openBitcoind(options, params, context)
  try {
    const store = await openStore(join(settlementDir(options.settlementDir, params, context), 'index'), 'index')
    try {
      const index = await InscriptionIndex.open(store, params)
      const startHeight = options.startHeight ?? firstHeight(params)
      if (options.startHeight !== undefined && index.tip !== null && index.start !== startHeight) {
        const cure = 'name another --settlement-dir for another start'
        throw new UsageError(`--start-height ${startHeight}: this index begins at ${index.start}; ${cure}`)
      }
      const feed = new ChainFeed({ client, params })
      await feed.start(signal)
      try {
        for await (const event of scanChain({ client, feed, index, signal, startHeight })) {
          if (event.type === 'unreachable') terminal.note(outageText(event))
          if (event.type === 'recovered') terminal.note('the node answers again')
          if (event.type === 'connected') terminal.progress(`scanned ${event.height}`)
          if (follow !== undefined) follow(event, index)
          else if (event.type === 'tip') break
        }
      } finally {
        await feed.stop()
      }
      terminal.settle()
      return await work({ index, client })
    } finally {
      await store.close()
    }
  } finally {
    client.close()
  }
}

function firstHeight(params: NetworkParams): number {
  return params.name === 'mainnet' ? FIRST_ON_MAINNET : 0
}

function tell(
  { terminal }: CliContext,
  { json, finality }: Options,
  { tip }: InscriptionIndex,
  entry: IndexEntry,
  event?: 'connected' | 'disconnected',
): void {
  const gone = event === 'disconnected'
  const confirmations = gone ? 0 : (tip?.height ?? entry.height) - entry.height + 1
  const final = confirmations >= finality
  if (json) {
    terminal.result(jsonLine({ ...(event && { event }), ...entry, confirmations, final }))
    return
  }
  const where = gone ? 'left the chain' : `${confirmations} confirmations${final ? '' : ', not final'}`
  terminal.result(entryLine(entry, where))
}

/** One line of `list`, `show` and `watch`. */
export function entryLine({ id, height, contentType, bodyLength, record, error }: IndexEntry, where: string): string {
  const type = contentType === null ? '-' : quoted(contentType)
  const what = record === null ? '' : `  ${record.kind} seq ${record.seq}${record.counts ? '' : ' (does not count)'}`
  const wrong = error === null ? '' : `  error: ${error}`
  return `${id}  height ${height}  ${where}  ${type}  ${bodyLength ?? 0} bytes${what}${wrong}`
}

function kind(text: string): string {
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(text)) throw new InvalidArgumentError('not a kind of record')
  return text
}
