import { manifestJsonSchema } from '../../compute/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { EXIT } from '../exit.ts'
import { jsonLine } from '../text.ts'

export const addGraphSchema: AddCommand = (parent, run) => {
  parent
    .command('schema')
    .description('the JSON Schema of manifests, for editors that complete and check graph.yaml')
    .addHelpText('after', examples('graph schema > graph.schema.json'))
    .action(
      run(async ({ terminal }) => {
        terminal.result(jsonLine(manifestJsonSchema()))
        return EXIT.valid
      }),
    )
}
