import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import { EXIT } from '../exit.ts'
import { graphArgument, openCompiled } from '../graph-place.ts'
import { graphLine } from '../graph-text.ts'
import { jsonLine } from '../text.ts'

export const addGraphCompile: AddCommand = (parent, run) => {
  parent
    .command('compile')
    .addArgument(graphArgument())
    .description('check the manifest, compile the circuit, and hold one against the other')
    .addOption(shared.json())
    .addHelpText('after', examples('graph compile graphs/chain-stats', 'graph compile --json'))
    .action(
      run(async (context, folder: string, options: { readonly json?: boolean }) => {
        const graph = await openCompiled(folder, context)
        const { manifest, circuit, constraints } = graph
        const about = { name: manifest.name, circuit: circuit.id, constraints }
        const slots = graph.kind === 'stream' ? { slots: graph.slots } : {}
        context.terminal.result(options.json ? jsonLine({ ...about, ...slots }) : graphLine(graph))
        return EXIT.valid
      }),
    )
}
