import { readFile } from 'node:fs/promises'
import { NativeVerifier } from '../../proving/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import { EXIT } from '../exit.ts'
import { makeKeys } from '../prover.ts'
import { jsonLine } from '../text.ts'

export const addSetup: AddCommand = (parent, run) => {
  parent
    .command('setup')
    .description('make parameters and keys, once: of the public ceremony by --ptau, else of the development powers')
    .addOption(shared.ptau())
    .addOption(shared.json())
    .addHelpText('after', examples('setup', 'setup --ptau powersOfTau28_hez_final_17.ptau'))
    .action(
      run(async (context, options: { readonly ptau?: string; readonly json?: boolean }) => {
        const { terminal } = context
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
