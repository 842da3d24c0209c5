import { initGraph } from '../../compute/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { EXIT } from '../exit.ts'

export const addGraphInit: AddCommand = (parent, run) => {
  parent
    .command('init')
    .argument('<DIR>', 'the new folder; its name, of lower-case letters, digits and hyphens, is the graph’s')
    .description('begin a graph: a folder with its manifest and a circuit that works')
    .addHelpText('after', examples('graph init my-stats'))
    .action(
      run(async ({ terminal }, folder: string) => {
        await initGraph(folder)
        terminal.result(`${folder}: a stream over all headers, that of chain-stats`)
        terminal.note(`next: wsc graph exec ${folder} --network regtest`)
        return EXIT.valid
      }),
    )
}
