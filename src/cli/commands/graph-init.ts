import { Option } from 'commander'
import { initGraph, TEMPLATES, type Template } from '../../compute/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { EXIT } from '../exit.ts'

/** What a new graph does, and what its first command is. */
const NEW: Readonly<Record<Template, { readonly what: string; readonly next: string }>> = {
  stream: { what: 'a stream over all headers, that of chain-stats', next: '--network regtest' },
  index: { what: 'a circuit over signed records, that of records', next: '--network regtest' },
  automation: {
    what: 'a condition on headers that fires once an epoch, that of difficulty-falls',
    next: '--network mainnet',
  },
  payments: {
    what: 'transactions that pay to a script, counted: that of payments',
    next: '--script ADDRESS --from HEIGHT --network regtest',
  },
  ml: { what: 'a circuit that reads an inscribed image, that of digits', next: '--input IMAGE (784 bytes)' },
  circuit: {
    what: 'a circuit over arguments, that of airdrop',
    next: '--arguments FILE (wsc airdrop claim makes one)',
  },
}

export const addGraphInit: AddCommand = (parent, run) => {
  parent
    .command('init')
    .argument('<DIR>', 'the new folder; its name, of lower-case letters, digits and hyphens, is the graph’s')
    .description('begin a graph: a folder with its manifest and a circuit that works')
    .addOption(
      new Option(
        '--template <T>',
        'what it begins as: a stream over headers, an index of signed records, a condition on headers, payments to a script, machine learning over an inscription, or a circuit over arguments',
      )
        .choices(Object.keys(TEMPLATES))
        .default('stream'),
    )
    .addHelpText('after', examples('graph init my-stats', 'graph init my-digits --template ml'))
    .action(
      run(async ({ terminal }, folder: string, { template }: { readonly template: Template }) => {
        await initGraph(folder, template)
        const { what, next } = NEW[template]
        terminal.result(`${folder}: ${what}`)
        terminal.note(`next: wsc graph exec ${folder} ${next}`)
        return EXIT.valid
      }),
    )
}
