import { MAX_PROOF_BYTES, type ProvedChain, verifyJson, verifyProof } from '../../bus/index.ts'
import { openVerifier } from '../../bus/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { insecureAllowed, shared } from '../config.ts'
import { EXIT } from '../exit.ts'
import { readAnchor, readKey, readNetwork, readUpTo, work } from '../inputs.ts'
import { cureOf } from '../proof-cure.ts'
import { jsonLine, setupText } from '../text.ts'

interface Options {
  readonly network?: string
  readonly anchor?: string
  readonly key?: string
  readonly minWork?: bigint
  readonly insecureDevSetup?: boolean
  readonly json?: boolean
}

export const addBusVerify: AddCommand = (parent, run) => {
  parent
    .command('verify')
    .description('verify a proof file, and say what it proves and what it rests on')
    .argument('<FILE>', 'proof file')
    .addOption(shared.network())
    .addOption(shared.anchor())
    .option(
      '--min-work <W>',
      'refuse less chainwork than this (hexadecimal, as printed): too-little-work, exit 1',
      work,
    )
    .addOption(shared.key())
    .addOption(shared.insecureDevSetup())
    .addOption(shared.json())
    .addHelpText(
      'after',
      examples(
        'bus verify chain.proof --key ceremony.key',
        'bus verify test.proof --network regtest --json',
        'bus verify test/vectors/mainnet-height-10.proof --insecure-dev-setup',
      ),
    )
    .action(
      run(async ({ terminal, env, clock }, file: string, options: Options) => {
        const params = await readNetwork(options.network)
        const anchor = await readAnchor(options.anchor, params)
        const proof = await readUpTo(file, MAX_PROOF_BYTES)
        const verifier = await openVerifier(await readKey(options.key))
        const began = performance.now()
        const result = await verifyProof(proof, {
          params,
          verifier,
          now: Math.floor(clock() / 1000),
          allowInsecureSetup: insecureAllowed(options.insecureDevSetup, env),
          ...(anchor === undefined ? {} : { anchor }),
          ...(options.minWork === undefined ? {} : { minWork: options.minWork }),
        })
        const ms = performance.now() - began
        if (options.json) terminal.result(jsonLine(verifyJson(result, params.name)))
        else if (result.ok) for (const line of describe(result.chain, ms)) terminal.result(line)
        if (!result.ok) {
          terminal.note(`invalid: ${result.reject}: ${result.detail}`)
          const cure = cureOf(result.reject, proof, options)
          if (cure !== null) terminal.note(cure)
        }
        return result.ok ? EXIT.valid : EXIT.invalid
      }),
    )
}

/** The proved state for people, ending with what it does not say. */
export function describe(chain: ProvedChain, ms: number): string[] {
  const from = chain.anchor === null ? 'genesis' : `the anchor at height ${chain.anchor.height}`
  return [
    `valid     ${chain.network}, ${chain.steps} ${chain.steps === 1 ? 'step' : 'steps'} from ${from} (${ms.toFixed(0)} ms)`,
    `height    ${chain.height}`,
    `tip       ${chain.tip}`,
    `work      ${chain.work.toString(16)}${chain.anchor === null ? '' : ' since the anchor'}`,
    `bits      ${chain.bits.toString(16).padStart(8, '0')}`,
    `history   ${chain.accumulator.toString(16).padStart(64, '0')}`,
    `setup     ${setupText(chain.setup)}`,
    `pow       ${chain.pow === 'weak' ? 'weak: headers of this network show little work' : 'by the network’s full rules'}`,
    `key       ${chain.keyId}`,
    'Not proved: that the blocks are valid, nor that no chain with more work exists.',
  ]
}
