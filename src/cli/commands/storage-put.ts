import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { requireReadable } from '../inputs.ts'
import { tellMeasured } from '../storage-measured.ts'
import { peerOption, withTableOptions } from '../storage-place.ts'
import { withPayment } from '../storage-publish.ts'
import { contentJson, costLines, costsJson } from '../storage-put-text.ts'
import { type PutCommandOptions, putContent, requirePutOptions, withPutOptions } from '../storage-putting.ts'
import { jsonLine } from '../text.ts'

const HELP = `
The content is cut into blobs under one manifest, whose id names all of it. Providers are asked first; then a signed record
of each blob is inscribed, with the burn that the network asks for; then providers fetch, and this ends once they have all.
The same command again goes on with what it began, and pays for nothing twice; with a higher --fee-rate it bumps what waits.
A tip is an output of each record's reveal, to the address of the key that the provider has registered.
`

export const addStoragePut: AddCommand = (parent, run) => {
  const command = withPayment(withTableOptions(parent.command('put')).addOption(peerOption()))
    .description('store a file or a folder: encode, publish on Bitcoin, bring to providers')
    .argument('<PATH>', 'a file, or a folder without links')
  withPutOptions(command, 'a record')
    .addHelpText(
      'after',
      HELP +
        examples(
          'storage put site/ --dry-run',
          'storage put film.mp4 --peer /ip4/192.0.2.7/tcp/8533',
          'storage put site/ --provider /ip4/192.0.2.7/tcp/8533/p2p/12D3Koo… --tip 1000',
        ),
    )
    .action(run(put))
}

async function put(context: CliContext, path: string, options: PutCommandOptions): Promise<ExitCode> {
  requirePutOptions(options)
  if (options.dryRun === true && options.peer === undefined && options.provider === undefined) {
    return await tellMeasured(context, path, options)
  }
  await requireReadable(path)
  const { terminal } = context
  const { json } = options
  return await putContent(context, path, options, async ({ content, times, cost, opened: { params } }) => {
    const told = contentJson(content, params)
    if (cost === null) terminal.result(json ? jsonLine(told) : `stored ${told.uri ?? told.id}`)
    else if (json) terminal.result(jsonLine(costsJson(content, params, cost, times)))
    else for (const line of costLines(content, cost, times)) terminal.result(line)
    return EXIT.valid
  })
}
