import type { Command } from 'commander'
import { parseInscriptionId } from '../../bitcoin/index.ts'
import { diskFiles, writeAtomic } from '../../lib/io/index.ts'
import { type IndexEntry, type InscriptionIndex, matchesQuery, type Query } from '../../settlement/io/index.ts'
import type { AddCommand, Runner } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, bitcoindOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, usageError } from '../exit.ts'
import { height, hex32 } from '../inputs.ts'
import { type IndexOptions, recordKind, withIndexService } from '../inscription-index.ts'
import { requireWritable } from '../outputs.ts'
import { jsonLine, quoted } from '../text.ts'
import { settlementDirOption } from '../wallet-place.ts'

interface Options extends IndexOptions, Query {
  readonly finality: number
  readonly out?: string
  readonly json?: boolean
}

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
    .option('--kind <K>', 'records of this kind', recordKind)
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
        return await withIndexService(
          context,
          options,
          async (service) => {
            await service.caughtUp()
            const { index } = service
            for await (const entry of index.query(options)) tell(context, options, index, entry)
            return EXIT.valid
          },
          true,
        )
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
        if (parseInscriptionId(id) === null) throw usageError(`${id} is no inscription id: write <txid>iN`)
        if (options.out !== undefined) await requireWritable(options.out, context.env, options)
        return await withIndexService(
          context,
          options,
          async (service) => {
            await service.caughtUp()
            const { index } = service
            const entry = await index.get(id)
            if (entry === null) {
              context.terminal.note(`there is no inscription ${id} up to height ${index.tip?.height}`)
              return EXIT.invalid
            }
            if (options.out !== undefined) {
              await writeAtomic(diskFiles, options.out, await service.body(entry, context.signal))
            }
            tell(context, options, index, entry)
            if (!options.json) for (const line of details(entry)) context.terminal.result(line)
            return EXIT.valid
          },
          true,
        )
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

function addWatch(parent: Command, run: Runner): void {
  withQuery(parent.command('watch'))
    .description('follow the node: tell of each inscription as it is found, or leaves the chain')
    .addHelpText('after', examples('inscriptions watch --network regtest --json'))
    .action(
      run(async (context, options: Options) => {
        return await withIndexService(context, options, async (service) => {
          for (const type of ['connected', 'disconnected'] as const) {
            service.events.on(type, ({ entries }) => {
              for (const entry of entries.filter((one) => matchesQuery(one, options))) {
                tell(context, options, service.index, entry, type)
              }
            })
          }
          await service.ended()
          context.signal.throwIfAborted()
          return EXIT.valid
        })
      }),
    )
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
