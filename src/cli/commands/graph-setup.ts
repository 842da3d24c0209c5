import { bytesToHex } from '../../lib/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import { EXIT } from '../exit.ts'
import { graphArgument, openGraphProgram } from '../graph-place.ts'
import { jsonLine } from '../text.ts'

interface Options {
  readonly ptau?: string
  readonly json?: boolean
}

export const addGraphSetup: AddCommand = (parent, run) => {
  parent
    .command('setup')
    .addArgument(graphArgument())
    .description('make the keys of a graph, and tell its program id')
    .addOption(shared.ptau())
    .addOption(shared.json())
    .addHelpText('after', examples('graph setup graphs/chain-stats', 'graph setup --ptau ceremony.ptau'))
    .action(
      run(async (context, folder: string, { ptau, json }: Options) => {
        const { id, keyId, setup, keys } = await openGraphProgram(folder, context, { ptau })
        const about = { program: bytesToHex(id), key: keyId, setup, verifyingKey: keys.verifierKey }
        if (json) context.terminal.result(jsonLine(about))
        else {
          for (const [name, value] of Object.entries(about)) context.terminal.result(`${name.padEnd(12)}  ${value}`)
          context.terminal.note(
            `next: wsc graph prove ${folder} --network N --out FILE (--dry-run tells what that takes)`,
          )
        }
        return EXIT.valid
      }),
    )
}
