import { type Block, toDisplay } from '../../bitcoin/index.ts'
import { type InscriptionSummary, scanBlock, summarize } from '../../settlement/index.ts'
import { readBlockFile } from '../block-file.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { jsonLine, plural, quoted } from '../text.ts'

export const addInscriptionsScan: AddCommand = (parent, run) => {
  parent
    .command('scan')
    .description('find every inscription in raw blocks, malformed ones too, by ord’s rules')
    .argument('<FILE...>', 'bare serialized blocks, in bytes or hexadecimal, gzipped or not, one a file')
    .addOption(shared.json())
    .addHelpText(
      'after',
      `
With --json one object a line for each envelope: txid, input, index (the N of ord's id <txid>iN), contentType,
bodyLength, bodySha256, metaprotocol, and error: null, or ord's name for what is wrong.
${examples('inscriptions scan block.bin', 'inscriptions scan 830000.bin.gz 830001.bin.gz --json')}`,
    )
    .action(
      run(async ({ terminal, signal }, files: readonly string[], options: { readonly json?: boolean }) => {
        let exit: ExitCode = EXIT.valid
        for (const file of files) {
          signal.throwIfAborted()
          const result = await readBlockFile(file)
          if (!result.ok) {
            terminal.note(`invalid: ${file}: ${result.reject}: ${result.detail}`)
            exit = EXIT.invalid
            continue
          }
          const found = [...scanBlock(result.block)].map(summarize)
          if (options.json) for (const one of found) terminal.result(jsonLine(one))
          else for (const line of describe(file, result.block, found)) terminal.result(line)
        }
        return exit
      }),
    )
}

function describe(file: string, { hash, transactions }: Block, found: readonly InscriptionSummary[]): string[] {
  const reveals = new Set(found.map(({ txid }) => txid)).size
  const bytes = found.reduce((sum, { bodyLength }) => sum + (bodyLength ?? 0), 0)
  return [
    `${file}: block ${toDisplay(hash)}`,
    `  ${plural(transactions.length, 'transaction')}, ${reveals} of them reveal ${plural(found.length, 'inscription')} with ${bytes} bytes`,
    ...found.map((one) => `  ${summaryLine(one)}`),
    ...tally(found.map(({ contentType }) => (contentType === null ? '(no content type)' : quoted(contentType)))),
    ...tally(found.flatMap(({ error }) => (error === null ? [] : [`error: ${error}`]))),
  ]
}

/** As `list` words one, without what only an index knows. */
function summaryLine({ txid, index, contentType, bodyLength, error }: InscriptionSummary): string {
  const type = contentType === null ? '-' : quoted(contentType)
  return `${txid}i${index}  ${type}  ${bodyLength ?? 0} bytes${error === null ? '' : `  error: ${error}`}`
}

/** How often each, most frequent first. */
function tally(names: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return sorted.map(([name, count]) => `  ${String(count).padStart(5)}  ${name}`)
}
