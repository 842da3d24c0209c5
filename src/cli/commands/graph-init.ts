import { initGraph } from '../../compute/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { EXIT } from '../exit.ts'

export const addGraphInit: AddCommand = (parent, run) => {
  parent
    .command('init')
    .argument('<NAME>', 'of the graph and of its new folder: lower-case letters, digits and hyphens')
    .description('begin a graph: a folder with its manifest and a circuit that works')
    .addHelpText('after', examples('graph init my-stats'))
    .action(
      run(async ({ terminal }, name: string) => {
        const folder = await initGraph(name, '.')
        terminal.result(`${folder}: a stream over all headers, that of chain-stats`)
        terminal.note(`next: wsc graph exec ${folder} --network regtest`)
        return EXIT.valid
      }),
    )
}
