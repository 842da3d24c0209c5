import { certificateJson, claimOf, MAX_CERTIFICATE_BYTES, verifyCertificate } from '../../../storage/index.ts'
import { openCertificateVerifier, openKernel } from '../../../storage/io/index.ts'
import { rejection } from '../../lib/index.ts'
import { certificateLines } from '../certificate-text.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, insecureAllowed, judgeOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { readKey, readUpTo } from '../inputs.ts'
import { cureOf } from '../proof-cure.ts'
import { type JudgeOptions, openJudge, readProof } from '../proved-chain.ts'
import { readStorageNetwork, type StorageNetworkFlags } from '../storage-network.ts'
import { jsonLine } from '../text.ts'

interface Options extends JudgeOptions, StorageNetworkFlags {
  readonly proof: string
  readonly certificateKey?: string
  readonly wasm?: boolean
  readonly json?: boolean
}

export const addStorageVerify: AddCommand = (parent, run) => {
  const command = parent
    .command('verify')
    .argument('<FILE>', 'certificate')
    .description('verify a certificate of one blob under a bus proof, from files alone, and say what it shows')
    .requiredOption('--proof <FILE>', 'the bus proof under which it was made (required)')
  addOptions(command, ...judgeOptions(), shared.partitionBits())
    .option(
      '--certificate-key <FILE>',
      'verifying key of the certificate’s circuit (default: the development key built in)',
    )
    .option('--wasm', 'by WebAssembly, even where the addon is built')
    .addOption(shared.json())
    .addHelpText('after', examples('storage verify blob.certificate --proof chain.proof --network regtest --json'))
    .action(run(verify))
}

async function verify(context: CliContext, file: string, options: Options): Promise<ExitCode> {
  const { terminal, env } = context
  const { wasm } = options
  const storage = await readStorageNetwork(options)
  const { network } = storage
  const certificate = await readUpTo(file, MAX_CERTIFICATE_BYTES)
  const judge = await openJudge(options, context)
  const proof = await readProof(options.proof)
  const proved = await judge.verify(proof)
  if (!proved.ok) {
    const refused = rejection(`proof:${proved.reject}`, proved.detail)
    if (options.json) terminal.result(jsonLine(certificateJson(refused, network)))
    terminal.note(`invalid: ${refused.reject}: ${refused.detail}`)
    const cure = cureOf(proved.reject, proof, options)
    if (cure !== null) terminal.note(cure)
    return EXIT.invalid
  }
  const key = await readKey(options.certificateKey)
  const [verifier, kernel] = await Promise.all([openCertificateVerifier({ key, wasm }), openKernel({ wasm })])
  const began = performance.now()
  const result = await verifyCertificate(certificate, {
    storage,
    chain: proved.chain,
    verifier,
    kernel,
    allowInsecureSetup: insecureAllowed(options.insecureDevSetup, env),
  })
  const ms = performance.now() - began
  if (options.json) terminal.result(jsonLine(certificateJson(result, network)))
  if (!result.ok) {
    terminal.note(`invalid: ${result.reject}: ${result.detail}`)
    return EXIT.invalid
  }
  const { verified } = result
  const claim = claimOf(network, verified.challenge.height, verified.keys.length)
  if (!options.json) for (const line of certificateLines(verified, claim, ms)) terminal.result(line)
  return EXIT.valid
}
