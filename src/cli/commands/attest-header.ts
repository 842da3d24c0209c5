import { addAttestOptions } from '../attest/options.ts'
import { type AttestOptions, attestTo } from '../attest/write-attestation.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { height } from '../inputs.ts'

export const addAttestHeader: AddCommand = (parent, run) => {
  addAttestOptions(parent.command('header').argument('<HEIGHT>', 'height of the header', height))
    .alias('prefix')
    .description('attest that a header is in the proved chain, and what history it had come to there (a prefix proof)')
    .addHelpText(
      'after',
      examples(
        'attest header 170000 --proof chain.proof --out header.attestation',
        'attest header 170000 --peer /ip4/192.0.2.7/tcp/8533 --proof chain.proof --out header.attestation',
        'attest header 20 --headers headers.bin --proof chain.proof --out header.json',
        'attest prefix 170000 --proof later.proof --out stats.prefix',
      ),
    )
    .action(
      run((context, at: number, options: AttestOptions) => attestTo(context, options, { kind: 'header', height: at })),
    )
}
