import { addBlockOptions, outpoint } from '../attest/options.ts'
import { type AttestOptions, attestTo } from '../attest/write-attestation.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'

export const addAttestOutput: AddCommand = (parent, run) => {
  addBlockOptions(parent.command('output').argument('<TXID:N>', 'transaction and number of the output', outpoint))
    .description('attest an output’s script and value; that it is unspent is not claimed')
    .addHelpText('after', examples('attest output TXID:0 --proof chain.proof --out output.attestation'))
    .action(
      run((context, point: ReturnType<typeof outpoint>, options: AttestOptions & { readonly height?: number }) =>
        attestTo(context, options, { kind: 'output', ...point, height: options.height }),
      ),
    )
}
