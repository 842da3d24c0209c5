import { readFile } from 'node:fs/promises'
import { Option } from 'commander'
import { buildAddon, NativeVerifier } from '../../proving/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import { EXIT } from '../exit.ts'
import { makeKeys } from '../prover.ts'
import { jsonLine } from '../text.ts'

interface SetupCommandOptions {
  readonly ptau?: string
  readonly addon?: boolean
  readonly json?: boolean
}

export const addSetup: AddCommand = (parent, run) => {
  parent
    .command('setup')
    .description('make parameters and keys, once: of the public ceremony by --ptau, else of the development powers')
    .addOption(shared.ptau())
    .addOption(
      new Option('--addon', 'first build the prover, the folding addon, from source: takes cargo 1.89 and minutes'),
    )
    .addOption(shared.json())
    .addHelpText('after', examples('setup', 'setup --addon', 'setup --ptau powersOfTau28_hez_final_17.ptau'))
    .action(
      run(async (context, options: SetupCommandOptions) => {
        const { terminal, signal } = context
        if (options.addon) await buildAddon({ signal, onLine: (line) => terminal.note(line) })
        const keys = await makeKeys(options.ptau, context)
        const { keyId, setup } = new NativeVerifier(await readFile(keys.verifierKey))
        if (options.json) terminal.result(jsonLine({ keyId, setup, key: keys.verifierKey }))
        else {
          terminal.result(`setup  ${setup}`)
          terminal.result(`key    ${keyId}`)
          terminal.result(`file   ${keys.verifierKey} (give it to others for \`wsc bus verify --key\`)`)
        }
        return EXIT.valid
      }),
    )
}
