import { readFile } from 'node:fs/promises'
import {
  certificateJson,
  MAX_CERTIFICATE_BYTES,
  type Replication,
  type ReplicationReject,
  type ReplicationResult,
  type VerifiedCertificate,
  verifyCertificate,
} from '../../../storage/index.ts'
import { judgeReplication, openCertificateVerifier, openKernel } from '../../../storage/io/index.ts'
import { type Rejection, rejection } from '../../lib/index.ts'
import { type KeyDirectory, NativeProofVerifier, openMask } from '../../proving/io/index.ts'
import { certificateLines } from '../certificate-text.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, bitcoindOptions, insecureAllowed, judgeOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { readKey, readUpTo } from '../inputs.ts'
import { cureOf } from '../proof-cure.ts'
import { type JudgeOptions, openJudge, readProof } from '../proved-chain.ts'
import { readStorageNetwork } from '../storage-network.ts'
import { storageDirOption, type TableOptions } from '../storage-place.ts'
import { keysOfWins } from '../storage-sampling.ts'
import { withTable } from '../storage-work.ts'
import { jsonLine } from '../text.ts'
import { settlementDirOption } from '../wallet-place.ts'

interface Options extends JudgeOptions, TableOptions {
  readonly proof: string
  readonly ownTable?: boolean
  readonly ptau?: string
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
    .option('--own-table', 'judge its wins too, as evidence of replicas, by the chain and table of this node')
  addOptions(command, ...bitcoindOptions(), storageDirOption(), settlementDirOption(), shared.ptau(), shared.json())
    .addHelpText(
      'after',
      examples(
        'storage verify blob.certificate --proof chain.proof --network regtest --json',
        'storage verify blob.certificate --proof chain.proof --network regtest --own-table',
      ),
    )
    .action(run(verify))
}

async function verify(context: CliContext, file: string, options: Options): Promise<ExitCode> {
  const { terminal, env } = context
  const { wasm } = options
  const storage = await readStorageNetwork(options)
  const { network } = storage
  // By what wins are judged is settled before anything is: where a network needs the ceremony's powers, they are asked for.
  const winKeys = options.ownTable === true ? await keysOfWins(context, options) : null
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
  if (!result.ok) {
    if (options.json) terminal.result(jsonLine(certificateJson(result, network)))
    terminal.note(`invalid: ${result.reject}: ${result.detail}`)
    return EXIT.invalid
  }
  const { verified } = result
  const replication = winKeys === null ? null : await judgedHere(context, options, winKeys, verified)
  if (options.json) terminal.result(jsonLine(certificateJson(result, network, replication)))
  else {
    const shown = replication !== null && 'keys' in replication ? replication : null
    for (const line of certificateLines(verified, network, shown, ms)) terminal.result(line)
  }
  return EXIT.valid
}

/** What its wins show by the table here, or that its chain or table is another, which is told. */
async function judgedHere(
  context: CliContext,
  options: Options,
  keys: KeyDirectory,
  verified: VerifiedCertificate,
): Promise<Replication | Rejection<ReplicationReject> | null> {
  const { terminal, signal } = context
  const verifier = new NativeProofVerifier(await readFile(keys.verifierKey))
  let judged: ReplicationResult | null = null
  await withTable(context, options, async ({ service, client, storage }) => {
    const here = { client, table: service.table, params: storage, verifier, mask: openMask() }
    judged = await judgeReplication(here, verified, signal)
  })
  const result = judged as ReplicationResult | null
  if (result === null || result.ok) return result?.replication ?? null
  terminal.note(`replication not judged: ${result.reject}: ${result.detail}`)
  return result
}
