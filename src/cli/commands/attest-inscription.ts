import { addBlockOptions } from '../attest/options.ts'
import { type AttestOptions, attestTo } from '../attest/write-attestation.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'

export const addAttestInscription: AddCommand = (parent, run) => {
  addBlockOptions(parent.command('inscription').argument('<ID>', 'as ord has it: TXIDiN'))
    .description('attest an inscription: content type, body and fields, through the block’s witness commitment')
    .addHelpText(
      'after',
      examples('attest inscription TXIDi0 --height H --proof chain.proof --out inscription.attestation'),
    )
    .action(
      run((context, id: string, options: AttestOptions & { readonly height?: number }) =>
        attestTo(context, options, { kind: 'inscription', id, height: options.height }),
      ),
    )
}
