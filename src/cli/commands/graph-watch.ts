import { GraphWatch } from '../../compute/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { EXIT } from '../exit.ts'
import { graphArgument } from '../graph-place.ts'
import { graphLine } from '../graph-text.ts'
import { plural } from '../text.ts'

const HELP = `
Compiles once, and again whenever a file of the folder is saved; then runs its vectors, where it has some. Ends on Ctrl-C.
`

export const addGraphWatch: AddCommand = (parent, run) => {
  parent
    .command('watch')
    .addArgument(graphArgument())
    .description('compile a graph and run its vectors whenever it is saved')
    .addHelpText('after', HELP + examples('graph watch my-stats'))
    .action(
      run(async ({ terminal, signal }, folder: string) => {
        const watch = new GraphWatch(folder)
        watch.events.on('compiling', () => terminal.progress('circuit …'))
        watch.events.on('compiled', ({ graph }) => {
          terminal.settle()
          terminal.result(graphLine(graph))
        })
        watch.events.on('tested', ({ outcomes }) => {
          const failed = outcomes.flatMap(({ name, outcome }) => (outcome.ok ? [] : [{ name, ...outcome }]))
          for (const { name, reject, detail } of failed) terminal.result(`FAILS ${name}: ${reject}: ${detail}`)
          terminal.result(`${outcomes.length - failed.length} of ${plural(outcomes.length, 'case')} as it says`)
        })
        watch.events.on('failed', ({ message, code }) => {
          terminal.settle()
          terminal.note(`${message} (${code})`)
        })
        await watch.start(signal)
        await watch.ended()
        return EXIT.interrupted
      }),
    )
}
