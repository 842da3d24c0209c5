import { addBlockOptions } from '../attest/options.ts'
import { type AttestOptions, attestTo } from '../attest/write-attestation.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'

export const addAttestTx: AddCommand = (parent, run) => {
  addBlockOptions(parent.command('tx').argument('<TXID>', 'as explorers show it'))
    .description('attest that a transaction is in a block of the proved chain')
    .addHelpText(
      'after',
      examples(
        'attest tx TXID --proof chain.proof --out tx.attestation --height 170000',
        'attest tx TXID --block block.bin --headers headers.bin --proof chain.proof --out tx.json',
      ),
    )
    .action(
      run((context, txid: string, options: AttestOptions & { readonly height?: number }) =>
        attestTo(context, options, { kind: 'tx', txid, height: options.height }),
      ),
    )
}
